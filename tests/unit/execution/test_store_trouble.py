"""A full disk in the middle of a trade: no new risk, no lost fill, and still a way out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from desk.contracts.commands import REARM_WORD, EmergencyExit, Halt, Rearm
from desk.contracts.execution import FlowOutcome
from desk.contracts.ids import DirectiveId
from desk.contracts.orders import Leg
from desk.contracts.states import DeskState
from desk.journal.spool import Spool
from desk.journal.verify import verify
from tests.builders.execution import FaultyHouse, alarms, ended, house, opened, resting
from tests.builders.living_desk import AT_A_LIMIT, LivingDesk


@contextmanager
def full_disk(desk: LivingDesk, spool: Path | None) -> Iterator[None]:
    """Let the journal's file not grow by a page, with or without a spool beside it."""
    journal: Any = desk.journal
    connection = journal._store.connection  # noqa: SLF001 - a test fills the disk
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute(f"PRAGMA max_page_count = {pages}")
    kept = Spool(spool) if spool is not None else None
    journal._spool = kept  # noqa: SLF001 - the house builds desks without one
    try:
        yield
    finally:
        connection.execute("PRAGMA max_page_count = 1000000")
        desk.tick("50000")
        if kept is not None:
            journal._spool = None  # noqa: SLF001 - as it was
            kept.close()


async def fill_up(desk: LivingDesk) -> None:
    """Write until the journal says that it cannot."""
    state = desk.desk.core.parts.execution.state
    for _ in range(2000):
        if state.current is not DeskState.ACTIVE:
            return
        await desk.desk.commands.execute(Rearm("no"))
    raise AssertionError("the journal took it all")


def orders_sent(at: FaultyHouse) -> int:
    return len(at.venue.placed)


def test_a_full_disk_latches_reducing_alarms_and_takes_no_new_risk(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        waiting = desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.pass_ms(200)
        with full_disk(desk, tmp_path / "spool"):
            await fill_up(desk)
            await desk.settle(price="50000")
            assert desk.desk.core.parts.execution.state.current is DeskState.REDUCING
            assert any("the journal cannot be written" in one for one in alarms(desk))
            sent = orders_sent(at)
            completion = await ended(desk, desk.issue(desk.new_trade()))
            assert completion.outcome is FlowOutcome.ERROR
            assert orders_sent(at) == sent
            assert desk.end_of(waiting) is not None
            assert not resting(desk, Leg.ENTRY)
            assert resting(desk, Leg.STOP)

    at.live(script)
    assert verify(at.state.journal).fault is None


def test_an_intent_that_only_the_spool_keeps_opens_nothing_and_closes_all(tmp_path: Path) -> None:
    """The race: the disk fills up between the gate and the journal."""
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        with full_disk(desk, tmp_path / "spool"):
            await fill_up(desk)
            stops = desk.issue(desk.move_stop(trade, "49500"))
            assert (await ended(desk, stops)).outcome is FlowOutcome.SUCCESS
            assert desk.positions[0].stop_price == 49500
            closes = desk.issue(desk.close(trade))
            assert (await ended(desk, closes)).outcome is FlowOutcome.SUCCESS
            assert not desk.positions

    at.live(script)
    assert verify(at.state.journal).fault is None


def test_without_disk_and_spool_nothing_is_sent_and_the_flow_says_so(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        with full_disk(desk, None):
            await fill_up(desk)
            sent = orders_sent(at)
            completion = await ended(desk, desk.issue(desk.close(trade)))
            assert "not durable" in completion.reason
            assert orders_sent(at) == sent
            assert desk.positions[0].is_protected

    at.live(script)
    assert verify(at.state.journal).fault is None


def test_a_stop_that_fills_while_the_disk_is_full_is_booked_and_survives(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        with full_disk(desk, tmp_path / "spool"):
            await fill_up(desk)
            desk.tick("48900")
            await desk.settle(price="48900")
            assert not desk.positions

    async def looks(desk: LivingDesk) -> None:
        assert not desk.positions
        assert not await desk.paper.fetch_positions()
        state = desk.desk.core.parts.execution.state
        assert state.current is DeskState.REDUCING
        assert (await desk.desk.commands.execute(Rearm(REARM_WORD))).state is DeskState.ACTIVE

    at.live(script)
    at.live(looks)
    assert verify(at.state.journal).fault is None


def test_the_exit_works_on_a_full_disk(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        with full_disk(desk, tmp_path / "spool"):
            await fill_up(desk)
            answer = await desk.desk.commands.execute(EmergencyExit())
            assert answer.accepted, answer.message
            assert answer.flow_id is not None
            completion = await ended(desk, DirectiveId(answer.flow_id))
            assert completion.final_state == "FLAT", completion.reason

    at.live(script)
    assert verify(at.state.journal).fault is None


def test_what_cannot_be_made_durable_is_not_re_armed_and_is_halted_all_the_same(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        with full_disk(desk, tmp_path / "spool"):
            await fill_up(desk)
            answer = await desk.desk.commands.execute(Rearm(REARM_WORD))
            assert not answer.accepted
            assert answer.state is DeskState.REDUCING
            halted = await desk.desk.commands.execute(Halt())
            assert halted.accepted
            assert halted.state is DeskState.HALTED
            assert "in memory" in halted.message

    at.live(script)
