"""Told to stop at any moment, a desk hears what it has just asked the venue for, and leaves all in order."""

from functools import partial
from pathlib import Path

import pytest

from desk.bootstrap.settings import instruments
from desk.bootstrap.settling import settled
from desk.contracts.commands import EmergencyExit
from desk.contracts.states import DeskState
from tests.builders.desk import DeskHouse, Script, Wrap
from tests.builders.evidence import evidence
from tests.builders.faulty import Faults, FaultyConnector
from tests.builders.living_desk import LivingDesk
from tests.builders.promises import broken_at_rest
from tests.simulation.scenarios import new_at_the_market


async def opens(desk: LivingDesk) -> None:
    desk.tick("50000")
    desk.issue(desk.new_trade())


async def moves_its_stop(desk: LivingDesk) -> None:
    await new_at_the_market(desk)
    desk.issue(desk.move_stop(desk.positions[0], "49500"))


async def sees_its_stop_fill(desk: LivingDesk) -> None:
    await new_at_the_market(desk)
    desk.tick("48000")
    await desk.pass_ms(25)


async def closes(desk: LivingDesk) -> None:
    await new_at_the_market(desk)
    desk.issue(desk.close(*desk.positions))


async def leaves_everything(desk: LivingDesk) -> None:
    await new_at_the_market(desk)
    await desk.desk.commands.execute(EmergencyExit("a test wants it"))


MOMENTS_MS = range(0, 200, 15)


def stopped_after(moment_ms: int, last_deed: Script, folder: Path, wrap: Wrap | None = None) -> DeskHouse:
    """Return the files of a desk that was told to stop so long after its last deed."""

    async def stops(desk: LivingDesk) -> None:
        await last_deed(desk)
        await desk.pass_ms(moment_ms)
        await settled(desk.desk)

    house = DeskHouse(folder / str(moment_ms), wrap=wrap)
    house.live(stops)
    return house


def assert_all_is_in_order(house: DeskHouse) -> None:
    known = {one.symbol: one for one in instruments(house.configuration.platform)}
    assert broken_at_rest(house.state, known) == [], house.folder
    assert evidence(house.state).ledger.open_flows() == (), house.folder


@pytest.mark.parametrize("last_deed", [opens, moves_its_stop, sees_its_stop_fill, closes])
def test_told_to_stop_amid_its_last_deed_a_desk_leaves_all_in_order(
    last_deed: Script, tmp_path: Path
) -> None:
    for moment_ms in MOMENTS_MS:
        assert_all_is_in_order(stopped_after(moment_ms, last_deed, tmp_path))


def test_told_to_stop_while_a_stop_is_tried_again_a_desk_sees_it_rest(tmp_path: Path) -> None:
    line = partial(FaultyConnector, seed=1, faults=Faults(not_sent=0.4))
    for moment_ms in MOMENTS_MS:
        assert_all_is_in_order(stopped_after(moment_ms, opens, tmp_path, line))


def test_told_to_stop_amid_its_exit_a_desk_leaves_nothing_at_the_venue(tmp_path: Path) -> None:
    for moment_ms in MOMENTS_MS:
        left = evidence(stopped_after(moment_ms, leaves_everything, tmp_path).state)
        assert left.positions == {}, f"{moment_ms} ms after"
        assert [one for one in left.orders.values() if one.is_open] == [], f"{moment_ms} ms after"
        assert left.ledger.latch().state is DeskState.EXITING, "its next life must see the exit to its end"
