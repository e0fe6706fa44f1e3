"""A worker that fails or asks to stop ends its own flow, and never the emergency exit."""

from pathlib import Path

from desk.bus.failures import FlowStopRequested
from desk.contracts import events
from desk.contracts.directives import DirectiveScope
from desk.contracts.execution import FlowOutcome
from desk.contracts.ids import EntryPlanId, TradeId
from desk.contracts.plans import PlanRejected, PlanRole
from desk.contracts.records import EntryKind
from tests.builders.desk import DeskHouse
from tests.builders.living_desk import LivingDesk


def test_a_worker_s_stop_does_not_veto_the_emergency_exit(tmp_path: Path) -> None:
    async def script(living: LivingDesk) -> None:
        living.tick("50000")
        living.issue(living.new_trade())
        await living.settle(price="50000")
        leave = living.directive(DirectiveScope.CLOSE_EXISTING, emergency=True)
        bus = living.desk.core.parts.bus

        def veto(_payload: object) -> None:
            stop = FlowStopRequested("mutineer", "tiny", "no", leave.causality.extended(leave.directive_id))
            living.faults.on_flow_stop_requested(stop)

        bus.subscribe(events.STRATEGY_DIRECTIVE_ISSUED, veto, subscriber="mutineer")
        flow = living.issue(leave)
        await living.settle(price="50000")
        end = living.end_of(flow)
        assert end is not None
        assert (end.outcome, end.final_state) == (FlowOutcome.SUCCESS, "FLAT")
        assert living.positions == ()

    DeskHouse(tmp_path).live(script)


def test_a_plan_that_was_not_taken_is_in_the_journal_with_the_reason(tmp_path: Path) -> None:
    async def script(living: LivingDesk) -> None:
        living.tick("50000")
        wish = living.new_trade()
        rejected = PlanRejected(
            plan_id=EntryPlanId.at(0, 1),
            directive_id=wish.directive_id,
            target_id=TradeId.at(0, 1),
            role=PlanRole.ENTRY,
            planner="stranger",
            reason="nobody asked it",
        )
        living.desk.core.parts.bus.publish(events.PLAN_REJECTED, rejected)
        kept = [one.record for one in living.entries if one.kind is EntryKind.PLAN_REJECTED]
        assert kept == [rejected]

    DeskHouse(tmp_path).live(script)
