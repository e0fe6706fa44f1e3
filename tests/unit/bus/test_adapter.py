"""The adapter stands between a worker and the bus: it checks, publishes, isolates and stops."""

import gc
import warnings
from decimal import Decimal

import pytest

from desk.bus import AdapterLimits
from desk.bus.context import CalledOutsideOfAnEvent, WorkerContext
from desk.bus.failures import PublicationRefused
from desk.contracts import events
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import StrategyDirective
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import STRATEGY_DIRECTIVE_ISSUED, WorkerStopped
from desk.contracts.ids import DirectiveId, OpportunityId, TickId
from desk.contracts.manifests import WorkerCategory
from desk.contracts.signals import ContextFactor
from desk.contracts.states import WorkerStatus
from tests.builders.bus import CONTINUE, BusBench, close_directive, issuing, manifest_of, publishing


def silent(_: WorkerContext, __: object) -> DispositionEnvelope:
    return CONTINUE


def failing(_: WorkerContext, __: object) -> DispositionEnvelope:
    raise RuntimeError("broken")


def test_a_worker_hears_what_its_manifest_names() -> None:
    bench = BusBench()
    _, worker = bench.worker(silent)
    sent = bench.tick()
    bench.bus.publish(events.BAR_CLOSED, "a bar")
    assert worker.heard == [sent]


def test_events_are_published_in_the_order_of_the_envelope() -> None:
    bench, heard = BusBench(), list[str]()
    bench.bus.subscribe("SIGNAL_A", lambda _: heard.append("A"), subscriber="observer")
    bench.bus.subscribe("SIGNAL_B", lambda _: heard.append("B"), subscriber="observer")
    bench.worker(publishing("SIGNAL_B", "SIGNAL_A", "SIGNAL_B"))
    bench.tick()
    assert heard == ["B", "A", "B"]


def test_what_a_worker_publishes_stays_within_its_strategy() -> None:
    bench = BusBench()
    own, other, platform = (
        bench.hear("SIGNAL_A", strategy_id="trend"),
        bench.hear("SIGNAL_A", strategy_id="other"),
        bench.hear("SIGNAL_A"),
    )
    bench.worker(publishing("SIGNAL_A"))
    bench.tick()
    assert [len(own), len(other), len(platform)] == [1, 0, 1]


@pytest.mark.parametrize(
    "name",
    [events.EXECUTION_DIRECTIVE_READY, events.ENTRY_PLAN_CREATED, events.PLAN_REJECTED, "UNNAMED_EVENT"],
)
def test_a_name_that_is_not_the_workers_is_refused(name: str) -> None:
    bench = BusBench()
    heard = bench.hear(name)
    everything = frozenset(
        {events.EXECUTION_DIRECTIVE_READY, events.ENTRY_PLAN_CREATED, events.PLAN_REJECTED}
    )
    bench.worker(publishing(name), manifest=manifest_of(publishes=everything))
    bench.tick()
    assert heard == []
    assert isinstance(bench.failures[0].error, PublicationRefused)


def test_a_reserved_name_fails_in_the_workers_own_hands() -> None:
    bench = BusBench()
    bench.worker(publishing("_flow_stop_error"))
    bench.tick()
    assert "reserved" in str(bench.failures[0].error)


def test_a_faulty_answer_leaves_nothing_half_done() -> None:
    bench = BusBench()
    heard = bench.hear("SIGNAL_A")
    bench.worker(publishing("SIGNAL_A", "UNNAMED_EVENT"))
    bench.tick()
    assert heard == []


def test_a_payload_of_the_wrong_kind_is_refused() -> None:
    bench = BusBench()
    bench.worker(publishing(STRATEGY_DIRECTIVE_ISSUED))
    bench.tick()
    assert "expected StrategyDirective, was Tick" in str(bench.failures[0].error)


@pytest.mark.parametrize(("characters", "directives"), [(4_000, 1), (4_001, 0)])
def test_a_text_is_bounded_since_the_journal_keeps_it(characters: int, directives: int) -> None:
    bench = BusBench()
    heard = bench.hear(STRATEGY_DIRECTIVE_ISSUED)
    bench.worker(issuing(rationale="x" * characters))
    bench.tick()
    assert len(heard) == directives
    told = [str(one.error) for one in bench.failures]
    refused = "rationale: it has 4001 characters, at most 4000 are taken"
    assert told == ([] if directives else [f"worker may not publish STRATEGY_DIRECTIVE_ISSUED: {refused}"])


def test_an_answer_that_is_no_envelope_is_refused() -> None:
    bench = BusBench()
    bench.worker(lambda _, __: None)  # type: ignore[arg-type,return-value] # what a careless plugin does
    bench.tick()
    assert "answered with NoneType" in str(bench.failures[0].error)


def test_a_coroutine_in_place_of_an_envelope_is_refused_and_not_left_to_complain() -> None:
    async def answer() -> DispositionEnvelope:
        return CONTINUE

    bench = BusBench()
    bench.worker(lambda _, __: answer())  # type: ignore[arg-type,return-value] # what a careless plugin does
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        bench.tick()
        gc.collect()
    assert "answered with coroutine" in str(bench.failures[0].error)
    assert complaints == []


def test_a_signal_that_is_refused_is_told_by_field_value_and_what_to_write() -> None:
    def signals(_: WorkerContext, __: object) -> DispositionEnvelope:
        ContextFactor(factor_type="loud!", symbol="BTC/USDT:USDT", source="worker", strength=Decimal("0.5"))
        return CONTINUE

    bench = BusBench()
    heard = bench.hear(events.WORKER_STOPPED)
    bench.worker(signals, limits=AdapterLimits(max_errors=1))
    bench.tick()
    assert isinstance(heard[0], WorkerStopped)
    told = "ContextFactor.factor_type 'loud!': write 3 to 25 capitals, digits or _, a capital first"
    assert f"the last in on_event: ValidationError: {told}" in heard[0].reason


def test_the_failure_a_worker_is_stopped_for_is_reported_before_it_is_stopped() -> None:
    bench, reported = BusBench(), list[int]()
    stopped = events.WORKER_STOPPED
    bench.bus.subscribe(stopped, lambda _: reported.append(len(bench.failures)), subscriber="observer")
    bench.worker(failing, limits=AdapterLimits(max_errors=3))
    for _ in range(4):
        bench.tick()
    assert reported == [3]


def test_a_worker_cannot_speak_for_the_operator() -> None:
    bench = BusBench()
    heard = bench.hear(STRATEGY_DIRECTIVE_ISSUED)
    bench.worker(issuing(strategy_id="platform.operator"))
    bench.tick()
    assert heard == []
    assert "platform.operator" in str(bench.failures[0].error)


def test_only_risk_control_issues_an_emergency_exit() -> None:
    bench = BusBench()
    heard = bench.hear(STRATEGY_DIRECTIVE_ISSUED)
    bench.worker(issuing(emergency=True))
    bench.tick()
    assert heard == []
    bench.worker(
        issuing(emergency=True), name="agent", manifest=manifest_of(category=WorkerCategory.RISK_CONTROL)
    )
    bench.tick()
    assert len(heard) == 1


def test_a_directive_is_issued_once() -> None:
    bench = BusBench()
    heard, kept = bench.hear(STRATEGY_DIRECTIVE_ISSUED), list[StrategyDirective]()

    def again_and_again(context: WorkerContext, _: object) -> DispositionEnvelope:
        if not kept:
            kept.append(close_directive(context))
        return DispositionEnvelope.publish((STRATEGY_DIRECTIVE_ISSUED, kept[0]))

    bench.worker(again_and_again)
    bench.tick()
    bench.tick()
    assert len(heard) == 1
    assert "issued before" in str(bench.failures[0].error)


def test_a_directive_twice_in_one_envelope_is_refused_whole() -> None:
    bench = BusBench()
    heard = bench.hear(STRATEGY_DIRECTIVE_ISSUED)

    def twice(context: WorkerContext, _: object) -> DispositionEnvelope:
        directive = close_directive(context)
        return DispositionEnvelope.publish(
            (STRATEGY_DIRECTIVE_ISSUED, directive), (STRATEGY_DIRECTIVE_ISSUED, directive)
        )

    bench.worker(twice)
    bench.tick()
    assert heard == []


def test_a_chain_never_loses_its_birth() -> None:
    """The worker names an old opportunity; the tick that made it act is added without its help."""
    bench = BusBench()
    heard = bench.hear(STRATEGY_DIRECTIVE_ISSUED)
    opportunity = OpportunityId.at(0, 7)
    old = CausalityChain.born(TickId.at(0, 1)).extended(opportunity)
    bench.worker(issuing(causality=old))
    bench.worker(silent, name="other")
    bench.tick()
    [directive] = heard
    assert isinstance(directive, StrategyDirective)
    assert directive.causality.opportunity_ids == (opportunity,)
    assert directive.causality.tick_id == TickId.at(0, 1)


def test_a_birth_of_another_kind_is_added_to_the_workers_chain() -> None:
    bench = BusBench()
    heard = bench.hear(STRATEGY_DIRECTIVE_ISSUED)
    schedule = CausalityChain.model_validate({"schedule_id": "SCH_20260101_000000_00000001"})
    bench.worker(issuing(causality=schedule))
    sent = bench.tick()
    [directive] = heard
    assert isinstance(directive, StrategyDirective)
    assert (directive.causality.tick_id, directive.causality.schedule_id) == (sent.id, schedule.schedule_id)


def test_a_directive_caused_within_a_flow_starts_a_flow_of_its_own() -> None:
    bench = BusBench()
    seen: list[CausalityChain | None] = []
    bench.bus.subscribe(
        STRATEGY_DIRECTIVE_ISSUED, lambda _: seen.append(bench.bus.cause()), subscriber="observer"
    )
    bench.worker(issuing(), manifest=manifest_of(hears=["FILLED"]))
    first = DirectiveId.at(0, 99)
    bench.bus.publish("FILLED", 1, cause=CausalityChain.born(TickId.at(0, 1)).in_flow(first))
    [chain] = seen
    assert chain is not None
    assert chain.tick_id == TickId.at(0, 1)
    assert chain.directive_id is not None
    assert chain.directive_id != first


def test_a_cause_outside_of_an_event_is_a_fault() -> None:
    bench = BusBench()
    _, worker = bench.worker(silent)
    with pytest.raises(CalledOutsideOfAnEvent):
        worker.context.cause()


def test_a_broken_worker_hurts_itself_alone() -> None:
    bench = BusBench()
    broken, _ = bench.worker(failing, name="broken")
    _, sound = bench.worker(silent, name="sound")
    sent = bench.tick()
    assert sound.heard == [sent]
    assert broken.errors == 1
    assert bench.failures[0].subscriber == "broken"


def test_a_worker_of_the_platform_is_never_paused_and_never_stopped() -> None:
    bench = BusBench()
    agent, worker = bench.worker(failing, is_platform=True, limits=AdapterLimits(max_errors=1))
    assert not agent.pause("by mistake")
    for _ in range(10):
        bench.tick()
    assert agent.status is WorkerStatus.RUNNING
    assert len(worker.heard) == 10


def test_a_worker_of_the_platform_hears_every_strategy() -> None:
    bench = BusBench()
    _, agent = bench.worker(silent, is_platform=True, manifest=manifest_of(hears=["SIGNAL_A"]), name="agent")
    bench.bus.publish("SIGNAL_A", "of another", strategy_id="other")
    assert agent.heard == ["of another"]


def test_a_paused_worker_is_not_called_until_it_is_resumed() -> None:
    bench = BusBench()
    adapter, worker = bench.worker(silent)
    assert adapter.pause("by the operator")
    bench.tick()
    assert worker.heard == []
    adapter.resume()
    bench.tick()
    assert len(worker.heard) == 1


def test_a_resumed_workers_errors_are_forgiven() -> None:
    bench = BusBench()
    adapter, worker = bench.worker(failing, limits=AdapterLimits(max_errors=2))
    for _ in range(3):
        bench.tick()
    assert len(worker.heard) == 2
    adapter.resume()
    bench.tick()
    assert adapter.status is WorkerStatus.RUNNING
    assert len(worker.heard) == 3


def test_a_worker_in_a_loop_of_events_is_stopped_and_the_loop_is_over_for_good() -> None:
    bench = BusBench()
    hears = manifest_of(hears=[events.TICK_RECEIVED, "SIGNAL_A"])
    adapter, _ = bench.worker(publishing("SIGNAL_A"), manifest=hears, limits=AdapterLimits(max_errors=1))
    bench.tick()
    assert adapter.status is WorkerStatus.STOPPED
    assert "loop of events" in adapter.reason
    before = bench.bus.published
    bench.tick()
    assert bench.bus.published == before + 1


def test_stop_is_handed_to_the_platform_with_its_flow() -> None:
    bench = BusBench()
    bench.worker(lambda _, __: DispositionEnvelope.stop("not now"), manifest=manifest_of(hears=["PRICE"]))
    flow = DirectiveId.at(0, 1)
    bench.bus.publish("PRICE", 1, cause=CausalityChain.born(TickId.at(0, 1)).in_flow(flow))
    [request] = bench.stops
    assert (request.worker, request.reason, request.flow_id) == ("worker", "not now", flow)
