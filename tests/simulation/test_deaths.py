"""Killed at any moment, a desk comes back: nothing doubled, nothing lost, nothing open, nothing naked.

Every run looks at a sample of the deaths, of each kind some; `make soak` looks at all of them.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

from desk.bootstrap.settings import instruments
from desk.contracts.states import DeskState
from tests.builders.deaths import Death, deaths_of, reborn, with_lag
from tests.builders.desk import DeskHouse, Life, Script
from tests.builders.evidence import evidence
from tests.builders.living_desk import SPOT, LivingDesk
from tests.builders.promises import broken_at_any_time, broken_at_rest
from tests.simulation.scenarios import FALLEN, RISEN, SCENARIOS, STILL, exit_beside_others

MARKETS = {"still": STILL, "fallen": FALLEN, "risen": RISEN}
MANNERS = {
    "plain": (),
    "in parts": ("connector.paper.max_fill_base=0.03",),
    "at once": ("connector.paper.latency_ms=0",),
}
EVERY = pytest.param(1, marks=pytest.mark.soak, id="every")
SOME = pytest.param(7, id="some")


def market_at(price: Decimal) -> Script:
    """Let the desk live on at `price` until nothing is under way and every entry ran out."""

    async def goes_on(desk: LivingDesk) -> None:
        for _ in range(25):
            desk.tick(price)
            desk.tick(price, SPOT)
            await desk.settle(price=price)
            await desk.pass_ms(1_000)

    return goes_on


def dies(house: DeskHouse, script: Script) -> tuple[Life, list[Death]]:
    with deaths_of(house) as deaths:
        life = house.live(script)
    return life, deaths


def sample(deaths: Sequence[Death], stride: int, name: str) -> Sequence[Death]:
    """Take every `stride`-th death, beginning elsewhere for every scenario."""
    return deaths[len(name) % stride :: stride]


def lives_again(house: DeskHouse, death: Death, folder: Path, price: Decimal) -> list[str]:
    """Return what the desk's next life broke, on the files this death left."""
    again = reborn(house, death, folder)
    life = again.live(market_at(price))
    return [f"{death.number} ({death.place}): {one}" for one in broken_by(again, life)]


def broken_by(house: DeskHouse, life: Life) -> list[str]:
    known = {one.symbol: one for one in instruments(house.configuration.platform)}
    return [*broken_at_rest(house.state, known), *life.complaints]


@pytest.mark.parametrize("stride", [SOME, EVERY])
@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_at_any_commit_a_desk_comes_back_whole(
    name: str, manner: str, stride: int, tmp_path: Path
) -> None:
    house = DeskHouse(tmp_path, settings=MANNERS[manner])
    _, deaths = dies(house, SCENARIOS[name])
    broken = [
        one
        for death, market in product(sample(deaths, stride, name), MARKETS)
        for one in lives_again(house, death, tmp_path / f"{death.number}-{market}", MARKETS[market])
    ]
    assert broken == []


@pytest.mark.parametrize("stride", [SOME, EVERY])
@pytest.mark.parametrize("name", SCENARIOS)
def test_what_the_disk_had_not_taken_yet_is_found_again_at_the_venue(
    name: str, stride: int, tmp_path: Path
) -> None:
    house = DeskHouse(tmp_path)
    _, deaths = dies(house, SCENARIOS[name])
    lagging = with_lag(deaths)
    assert len(lagging) > len(deaths) / 3
    broken = [
        one
        for death, market in product(sample(lagging, stride, name), MARKETS)
        for one in lives_again(house, death, tmp_path / f"{death.number}-{market}", MARKETS[market])
    ]
    assert broken == []


@pytest.mark.parametrize("stride", [SOME, EVERY])
@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_again_while_it_recovers_it_comes_back_all_the_same(
    name: str, stride: int, tmp_path: Path
) -> None:
    house = DeskHouse(tmp_path)
    _, deaths = dies(house, SCENARIOS[name])
    broken = []
    for first in sample(deaths, 3 * stride, name):
        recovering = reborn(house, first, tmp_path / str(first.number))
        _, seconds = dies(recovering, market_at(FALLEN))
        for second in sample(seconds, 2 * stride, name):
            folder = tmp_path / f"{first.number}-{second.number}"
            broken += lives_again(recovering, second, folder, STILL)
    assert broken == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_left_alone_a_desk_keeps_its_promises_at_every_moment(name: str, tmp_path: Path) -> None:
    house = DeskHouse(tmp_path)
    life, deaths = dies(house, SCENARIOS[name])
    assert broken_by(house, life) == []
    for death in sample(deaths, 3, name):
        left = reborn(house, death, tmp_path / str(death.number)).state
        if left.account.exists() and left.journal.exists():
            assert broken_at_any_time(left) == []


@pytest.mark.parametrize("stride", [pytest.param(9, id="some"), EVERY])
@pytest.mark.parametrize("name", ["new_at_the_market", "move_a_stop_by_hand", "close", "emergency_exit"])
def test_killed_at_any_await_the_files_are_those_of_the_last_commit(
    name: str, stride: int, tmp_path: Path
) -> None:
    house = DeskHouse(tmp_path / "alive")
    _, deaths = dies(house, SCENARIOS[name])
    first = next(one.step for one in deaths if one.place == "account")
    for step in range(first + len(name) % stride, deaths[-1].step + 1, stride):
        killed = DeskHouse(tmp_path / f"killed-{step}")
        assert killed.live(SCENARIOS[name], abandon_after=step).was_killed
        expected = reborn(house, [one for one in deaths if one.step <= step][-1], tmp_path / f"death-{step}")
        left, foreseen = evidence(killed.state), evidence(expected.state)
        assert (left.report.head_hash, left.fills, left.balances) == (
            foreseen.report.head_hash, foreseen.fills, foreseen.balances,
        )  # fmt: skip
        assert broken_by(killed, killed.live(market_at(STILL))) == []


@pytest.mark.parametrize("script", [SCENARIOS["emergency_exit"], exit_beside_others])
def test_an_exit_that_was_killed_anywhere_ends_flat_and_halted(script: Script, tmp_path: Path) -> None:
    house = DeskHouse(tmp_path, settings=MANNERS["in parts"])
    _, deaths = dies(house, script)
    began = 0
    for death in [*deaths, *with_lag(deaths)][::6]:
        again = reborn(house, death, tmp_path / f"{death.number}-{death.awaited}")
        if not again.state.journal.exists() or evidence(again.state).ledger.latch().state is DeskState.ACTIVE:
            continue
        began += 1
        again.live(market_at(STILL))
        found = evidence(again.state)
        assert found.ledger.latch().state is DeskState.HALTED
        assert found.ledger.open_positions() == ()
        assert found.positions == {}
        assert [one for one in found.orders.values() if one.is_open] == []
    assert began > 6
