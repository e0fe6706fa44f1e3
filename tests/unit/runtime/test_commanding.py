"""The operator's hand."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.commands import (
    REARM_WORD,
    CommandRecord,
    EmergencyExit,
    Halt,
    MoveStop,
    PauseWorker,
    Rearm,
    ResumeWorker,
    RunSchedule,
)
from desk.contracts.execution import FlowOutcome
from desk.contracts.ids import DirectiveId
from desk.contracts.orders import Leg
from desk.contracts.states import DeskState
from tests.builders.execution import Fault, ended, house, opened, refusals, resting
from tests.builders.living_desk import AT_A_LIMIT, LivingDesk


def test_a_halt_takes_the_entries_that_rest_off_the_venue_and_leaves_the_stops(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        waiting = desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.pass_ms(200)
        assert resting(desk, Leg.ENTRY)
        await desk.desk.commands.execute(Halt())
        completion = await ended(desk, waiting)
        assert completion.outcome is FlowOutcome.ERROR
        assert "canceled" in completion.reason
        assert not resting(desk, Leg.ENTRY)
        assert resting(desk, Leg.STOP)

    house(tmp_path).run(script)


def test_a_halted_desk_tightens_and_closes_and_neither_loosens_nor_adds(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        await desk.desk.commands.execute(Halt())
        tighter = await ended(desk, desk.issue(desk.move_stop(trade, "49500")))
        assert tighter.outcome is FlowOutcome.SUCCESS
        answer = await desk.desk.commands.execute(MoveStop(trade.trade_id, Decimal(49100)))
        assert answer.flow_id is not None
        looser = await ended(desk, DirectiveId(answer.flow_id))
        assert "looser" in looser.reason
        larger = await ended(desk, desk.issue(desk.resize(trade, "0.150")))
        assert "larger" in larger.reason
        another = await ended(desk, desk.issue(desk.new_trade()))
        assert "HALTED" in another.reason
        smaller = await ended(desk, desk.issue(desk.resize(desk.positions[0], "0.050")))
        assert smaller.outcome is FlowOutcome.SUCCESS, smaller.reason
        closed = await ended(desk, desk.issue(desk.close(trade)))
        assert closed.outcome is FlowOutcome.SUCCESS
        assert {one.refused_by for one in refusals(desk)} == {"state"}

    house(tmp_path).run(script)


def test_the_operator_may_loosen_a_stop_that_no_worker_may(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        await ended(desk, desk.issue(desk.move_stop(trade, "48000")))
        assert desk.positions[0].stop_price == Decimal(49000)
        answer = await desk.desk.commands.execute(MoveStop(trade.trade_id, Decimal(48000)))
        assert answer.flow_id is not None
        await ended(desk, DirectiveId(answer.flow_id))
        assert desk.positions[0].stop_price == Decimal(48000)

    house(tmp_path).run(script)


@pytest.mark.parametrize("price", ["NaN", "sNaN", "Infinity", "-1", "0"])
def test_what_is_no_price_moves_no_stop(tmp_path: Path, price: str) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        answer = await desk.desk.commands.execute(MoveStop(trade.trade_id, Decimal(price)))
        assert not answer.accepted
        assert "is no price" in answer.message

    house(tmp_path).run(script)


def test_a_latched_state_is_loosened_by_the_word_alone(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def halts(desk: LivingDesk) -> None:
        await desk.desk.commands.execute(Halt("lunch"))

    async def stays(desk: LivingDesk) -> None:
        state = desk.desk.core.parts.execution.state
        assert (state.current, state.reason) == (DeskState.HALTED, "lunch")
        assert not (await desk.desk.commands.execute(Rearm("rearm"))).accepted
        assert (await desk.desk.commands.execute(Rearm(REARM_WORD))).accepted
        assert "nothing to change" in (await desk.desk.commands.execute(Rearm(REARM_WORD))).message

    async def is_active(desk: LivingDesk) -> None:
        assert desk.desk.core.parts.execution.state.current is DeskState.ACTIVE

    for script in (halts, stays, is_active):
        at.run(script)


def test_nobody_re_arms_a_desk_that_is_leaving(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        at.venue.fail("place", Fault.REFUSED, leg=Leg.CLOSE, times=4)
        answer = await desk.desk.commands.execute(EmergencyExit())
        assert answer.state is DeskState.EXITING
        refused = await desk.desk.commands.execute(Rearm(REARM_WORD))
        assert not refused.accepted
        assert answer.flow_id is not None
        await ended(desk, DirectiveId(answer.flow_id))
        assert desk.desk.core.parts.execution.state.current is DeskState.HALTED
        assert (await desk.desk.commands.execute(Rearm(REARM_WORD))).accepted

    at.run(script)


def test_a_worker_is_paused_and_resumed_by_name(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        execute = desk.desk.commands.execute
        assert "is paused" in (await execute(PauseWorker("trailing_stop_manager"))).message
        (row,) = [one for one in desk.desk.camera.take().workers if one.name == "trailing_stop_manager"]
        assert row.status == "PAUSED"
        assert "is running" in (await execute(ResumeWorker("trailing_stop_manager"))).message
        unknown = await execute(PauseWorker("nobody"))
        assert not unknown.accepted
        assert "trailing_stop_manager" in unknown.message

    house(tmp_path).run(script)


def test_the_platforms_way_out_is_never_paused(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        answer = await desk.desk.commands.execute(PauseWorker("platform.emergency_exit_agent"))
        assert not answer.accepted

    house(tmp_path).run(script)


def test_a_schedule_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        answer = await desk.desk.commands.execute(RunSchedule("WEEKLY"))
        assert not answer.accepted
        assert "there are none" in answer.message

    house(tmp_path).run(script)


def test_every_command_is_written_down_with_its_arguments(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await desk.desk.commands.execute(Halt("because"))
        records = [one.record for one in desk.entries if isinstance(one.record, CommandRecord)]
        assert [(one.command, one.arguments) for one in records] == [("Halt", (("reason", "because"),))]

    house(tmp_path).run(script)


def test_a_desk_that_only_watches_refuses_even_the_exit_and_says_why(tmp_path: Path) -> None:
    at = house(tmp_path, "orchestration.plan_execution.enabled=false")

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        completion = await ended(desk, desk.issue(desk.new_trade()))
        assert "only watches" in completion.reason
        answer = await desk.desk.commands.execute(EmergencyExit())
        assert not answer.accepted
        assert "only watches" in answer.message
        assert answer.state is DeskState.ACTIVE
        assert not at.venue.calls

    at.run(script)


def test_a_desk_that_only_watches_sends_nothing_for_what_an_earlier_run_left(tmp_path: Path) -> None:
    at = house(tmp_path)
    watching = house(tmp_path / "watching", "orchestration.plan_execution.enabled=false")

    async def trades(desk: LivingDesk) -> None:
        trade = await opened(desk)
        await at.venue.cancel_order(trade.symbol, _stop_of(desk))
        desk.issue(desk.close(trade))

    async def watches(desk: LivingDesk) -> None:
        desk.tick("50000")
        await desk.settle(price="50000")
        assert desk.positions
        assert not watching.venue.calls
        assert not desk.desk.core.parts.execution.flows.all()

    at.live(trades)
    watching.state, watching.now_ms = at.state, at.now_ms
    watching.live(watches)


def _stop_of(desk: LivingDesk) -> str:
    return next(one.client_order_id for one in desk.ledger.live_orders() if one.request.leg is Leg.STOP)
