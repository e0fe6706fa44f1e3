"""Killed at any moment, a desk comes back: nothing doubled, nothing lost, nothing open, nothing naked."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.bootstrap.settings import instruments
from tests.builders.deaths import Death, deaths_of, reborn
from tests.builders.desk import DeskHouse, Script
from tests.builders.living_desk import SPOT, LivingDesk
from tests.builders.promises import broken_at_any_time, broken_at_rest
from tests.simulation.scenarios import FALLEN, RISEN, SCENARIOS, STILL

MARKETS = {"still": STILL, "fallen": FALLEN, "risen": RISEN}


def market_at(price: Decimal) -> Script:
    """Let the desk live on at `price` until nothing is under way and every entry ran out."""

    async def goes_on(desk: LivingDesk) -> None:
        for _ in range(25):
            desk.tick(price)
            desk.tick(price, SPOT)
            await desk.settle(price=price)
            await desk.pass_ms(1_000)

    return goes_on


def lives_again(house: DeskHouse, death: Death, folder: Path, price: Decimal) -> list[str]:
    """Return what the desk's next life broke, on the files this death left."""
    again = reborn(house, death, folder)
    life = again.live(market_at(price))
    known = {one.symbol: one for one in instruments(house.configuration.platform)}
    return [f"{death.number} ({death.place}): {one}" for one in broken_at_rest(again.state, known)] + [
        f"{death.number} ({death.place}): {one}" for one in life.complaints
    ]


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("market", MARKETS)
def test_killed_at_any_commit_a_desk_comes_back_whole(name: str, market: str, tmp_path: Path) -> None:
    house = DeskHouse(tmp_path)
    with deaths_of(house) as deaths:
        house.live(SCENARIOS[name])
    broken = [
        one
        for death in deaths
        for one in lives_again(house, death, tmp_path / str(death.number), MARKETS[market])
    ]
    assert broken == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_left_alone_a_desk_keeps_its_promises(name: str, tmp_path: Path) -> None:
    house = DeskHouse(tmp_path)
    with deaths_of(house) as deaths:
        life = house.live(SCENARIOS[name])
    known = {one.symbol: one for one in instruments(house.configuration.platform)}
    assert broken_at_rest(house.state, known) == []
    assert life.complaints == []
    for death in deaths:
        left = reborn(house, death, tmp_path / str(death.number)).state
        if left.account.exists() and left.journal.exists():
            assert broken_at_any_time(left) == []
