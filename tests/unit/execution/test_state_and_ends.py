"""The latch, the one end of a flow, and the clock of what is unprotected."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.execution import DirectiveRefused, FlowCompletion, FlowOutcome
from desk.contracts.ids import TradeId
from desk.contracts.records import DeskStateChanged
from desk.contracts.states import DeskState
from desk.execution.desk_state import DeskStateLatch
from desk.execution.flow_registry import FlowRegistry
from desk.execution.flow_termination import FlowTerminationHandler
from desk.execution.settings import Backoff, RetryPolicy
from tests.builders.execution import Fault, house, opened, resting
from tests.builders.ledger import Desk, HandClock, directive
from tests.builders.living_desk import LivingDesk


def bus() -> EventBus:
    def fail(failure: object) -> None:
        raise AssertionError(failure)

    return EventBus(fail)


def latch(folder: Path) -> tuple[DeskStateLatch, Desk]:
    desk = Desk(folder / "journal.sqlite3")
    return DeskStateLatch(desk.recorder, HandClock(), "desk", bus()), desk


@given(st.lists(st.sampled_from(DeskState)))
def test_the_latch_only_ever_tightens_by_itself(wanted: list[DeskState]) -> None:
    recorded: list[object] = []

    class Recorder:
        def record(self, *entries: object) -> None:
            recorded.extend(entries)

    state = DeskStateLatch(Recorder(), HandClock(), "desk", bus())  # type: ignore[arg-type] # keeps what it is told
    for one in wanted:
        before = state.current
        state.tighten(one, "because", "somebody")
        assert state.current.strictness == max(before.strictness, one.strictness)
    assert len(recorded) <= 3


def test_the_latch_survives_with_its_reason_and_is_loosened_by_the_operator(tmp_path: Path) -> None:
    state, desk = latch(tmp_path)
    state.tighten(DeskState.HALTED, "lunch", "operator")
    assert (desk.ledger.latch().state, desk.ledger.latch().reason) == (DeskState.HALTED, "lunch")
    assert state.finish_exit("flat", "exit") is None
    assert state.rearm("back") is not None
    assert state.rearm("again") is None
    assert desk.ledger.latch().state is DeskState.ACTIVE
    desk.close()


def test_only_an_exit_that_runs_can_be_finished(tmp_path: Path) -> None:
    state, desk = latch(tmp_path)
    heard: list[DeskStateChanged] = []
    state._bus.subscribe(events.DESK_STATE_CHANGED, heard.append, subscriber="test")  # noqa: SLF001 # type: ignore[arg-type]
    state.tighten(DeskState.EXITING, "leave", "operator")
    assert state.finish_exit("FLAT", "exit") is not None
    assert state.current is DeskState.HALTED
    assert [(one.previous, one.current) for one in heard] == [
        (DeskState.ACTIVE, DeskState.EXITING),
        (DeskState.EXITING, DeskState.HALTED),
    ]
    desk.close()


def test_a_flow_ends_once_whoever_says_so_and_leaves_nothing_in_memory(tmp_path: Path) -> None:
    desk, flows, on = Desk(tmp_path / "journal.sqlite3"), FlowRegistry(), bus()
    handler = FlowTerminationHandler(on, desk.recorder, HandClock(), flows)
    handler.attach()
    ends: list[FlowCompletion] = []
    on.subscribe(events.FLOW_STOP_SUCCESS, ends.append, subscriber="test")
    flow = flows.begin(directive(), 0)
    flows.link(flow, TradeId.at(0, 1))
    flow.effects.append("bought")
    handler.end(flow, FlowOutcome.SUCCESS, "executed")
    handler.end(flow, FlowOutcome.SUCCESS, "executed")
    assert flows.size() == 0
    assert desk.ledger.is_flow_ended(flow.flow_id)
    assert [one.reason for one in ends] == ["bought", "bought"]
    desk.close()


def test_a_refusal_ends_its_flow_with_the_reason(tmp_path: Path) -> None:
    desk, flows, on = Desk(tmp_path / "journal.sqlite3"), FlowRegistry(), bus()
    handler = FlowTerminationHandler(on, desk.recorder, HandClock(), flows)
    handler.attach()
    ends: list[FlowCompletion] = []
    on.subscribe(events.FLOW_STOP_ERROR, ends.append, subscriber="test")
    flow = flows.begin(directive(), 0)
    refused = DirectiveRefused(
        directive_id=flow.flow_id, refused_by="gate", reason="too large", refused_at_ms=0
    )
    on.publish(events.DIRECTIVE_REFUSED, refused)
    assert [(one.final_state, one.reason) for one in ends] == [("refused", "refused by gate: too large")]
    desk.close()


@pytest.mark.parametrize(
    ("backoff", "delays"),
    [
        (Backoff.EXPONENTIAL, [100, 200, 400, 800, 1000]),
        (Backoff.LINEAR, [100, 200, 300, 400, 500]),
        (Backoff.CONSTANT, [100] * 5),
    ],
)
def test_waits_grow_as_the_policy_says(backoff: Backoff, delays: list[int]) -> None:
    policy = RetryPolicy(backoff=backoff, initial_delay_ms=100, max_delay_ms=1000)
    assert [policy.delay_ms(attempt) for attempt in range(1, 6)] == delays


def test_every_unprotected_millisecond_is_counted(tmp_path: Path) -> None:
    """The entry fills at once; its stop rests 40 ms later, and is lost once for two seconds and more."""
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        naked = desk.desk.core.parts.execution.naked
        first = naked.total_ms()
        assert 0 < first <= 100
        at.venue.fail("place", Fault.LOST_REQUEST)
        stop = next(one for one in desk.ledger.live_orders() if one.request.leg == "stop")
        desk.paper.hand.cancel(stop.request.symbol, stop.client_order_id)
        await desk.pass_ms(500)
        assert desk.desk.camera.take().positions[0].naked_ms > 400
        desk.clock.jump_wall(-3_600_000)
        await desk.settle()
        assert resting(desk, stop.request.leg)
        assert first + 2000 < naked.total_ms() < first + 10_000

    at.run(script)
