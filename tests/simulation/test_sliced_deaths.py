"""Killed at any moment of an entry by slices, a desk sends no slice twice, loses none, and ends it once."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.bootstrap.settings import instruments
from desk.contracts.commands import CancelEntries, EmergencyExit
from desk.contracts.parents import ParentStopped
from desk.contracts.sides import OrderSide
from tests.builders.deaths import Death, deaths_of, reborn, with_lag
from tests.builders.desk import DeskHouse, Script
from tests.builders.evidence import evidence
from tests.builders.living_desk import SPOT, LivingDesk
from tests.builders.promises import broken_at_any_time, broken_at_rest
from tests.builders.sliced import D, sliced_house, stand

EVERY = pytest.param(1, marks=pytest.mark.soak, id="every")
SOME = pytest.param(97, id="some")
MANNERS = {"plain": (), "in parts": ("connector.paper.max_fill_base=0.007",)}


async def enters(desk: LivingDesk) -> None:
    desk.tick("50000")
    desk.issue(desk.new_trade())
    await stand(desk, "50000", 12_000)


async def enters_short(desk: LivingDesk) -> None:
    desk.tick("50000")
    desk.issue(desk.new_trade(OrderSide.SELL))
    await stand(desk, "50000", 12_000)


async def enters_on_spot(desk: LivingDesk) -> None:
    desk.tick("50000", SPOT)
    desk.issue(desk.new_trade(symbol=SPOT))
    for _ in range(24):
        desk.tick("50000", SPOT)
        await desk.pass_ms(500)


async def scales_in(desk: LivingDesk) -> None:
    await enters(desk)
    desk.issue(desk.resize(desk.positions[0], "0.150"))
    await stand(desk, "50000", 12_000)


async def is_cancelled(desk: LivingDesk) -> None:
    desk.tick("50000")
    desk.issue(desk.new_trade())
    await stand(desk, "50000", 5_000)
    await desk.desk.commands.execute(CancelEntries(None, "enough"))
    await desk.settle(price="50000")


async def is_closed(desk: LivingDesk) -> None:
    desk.tick("50000")
    desk.issue(desk.new_trade())
    await stand(desk, "50000", 5_000)
    desk.issue(desk.close(*desk.positions))
    await desk.settle(price="50000")


async def is_left(desk: LivingDesk) -> None:
    desk.tick("50000")
    desk.issue(desk.new_trade())
    await stand(desk, "50000", 5_000)
    await desk.desk.commands.execute(EmergencyExit())
    await desk.settle(price="50000")


SCRIPTS: dict[str, Script] = {
    one.__name__: one
    for one in (enters, enters_short, enters_on_spot, scales_in, is_cancelled, is_closed, is_left)
}
MOST = {"scales_in": D("0.15")}


async def goes_on(desk: LivingDesk) -> None:
    """Let the market stand still until every parent order of the past is over."""
    for _ in range(16):
        desk.tick("50000")
        desk.tick("50000", SPOT)
        await desk.pass_ms(1_000)
    await desk.settle(price="50000")


def lives_again(house: DeskHouse, death: Death, folder: Path, most: Decimal) -> list[str]:
    known = {one.symbol: one for one in instruments(house.configuration.platform)}
    again = reborn(house, death, folder)
    life = again.live(goes_on)
    found = evidence(again.state)
    wrong = [*broken_at_rest(again.state, known), *life.complaints]
    wrong += [f"holds {one.size_base}" for one in found.ledger.open_positions() if one.size_base > most]
    wrong += [f"{one.parent_id} is at work" for one in found.ledger.parents()]
    stopped = [one.subject_id for one in found.records(ParentStopped)]
    if len(set(stopped)) != len(stopped):
        wrong.append(f"stopped twice: {stopped}")
    return [f"{death.number} ({death.place}): {one}" for one in wrong]


@pytest.mark.parametrize("stride", [SOME, EVERY])
@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("name", SCRIPTS)
def test_killed_at_any_commit_a_parent_order_goes_on_where_it_was(
    name: str, manner: str, stride: int, tmp_path: Path
) -> None:
    house = sliced_house(tmp_path, *MANNERS[manner])
    with deaths_of(house) as deaths:
        house.live(SCRIPTS[name])
    assert broken_at_any_time(house.state) == []
    broken = [
        one
        for death in deaths[len(name) % stride :: stride]
        for one in lives_again(house, death, tmp_path / str(death.number), MOST.get(name, D("0.1")))
    ]
    assert broken == []


@pytest.mark.parametrize("stride", [SOME, EVERY])
@pytest.mark.parametrize("name", ["enters", "is_cancelled"])
def test_what_the_disk_had_not_taken_yet_is_found_again(name: str, stride: int, tmp_path: Path) -> None:
    house = sliced_house(tmp_path)
    with deaths_of(house) as deaths:
        house.live(SCRIPTS[name])
    broken = [
        one
        for death in with_lag(deaths)[len(name) % stride :: stride]
        for one in lives_again(house, death, tmp_path / str(death.number), D("0.1"))
    ]
    assert broken == []
