"""What a worker remembers counts only with what it decided; what it may use up is bounded."""

import tracemalloc

import pytest

from desk.bus import AdapterLimits
from desk.bus.context import WorkerContext
from desk.bus.failures import TimeBudgetExceeded
from desk.contracts import events
from desk.contracts.directives import DirectiveScope, EntryDirective, StrategyDirective
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import WorkerStopped
from desk.contracts.execution import BLUEPRINT, DirectiveRefused
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.records import WorkerStateSaved
from desk.contracts.sides import OrderSide
from desk.contracts.states import WorkerStatus
from desk.testing.building import SPOT
from tests.builders.bus import CONTINUE, Answer, BusBench, close_directive, manifest_of, publishing
from tests.builders.market import tick


def silent(_: WorkerContext, __: object) -> DispositionEnvelope:
    return CONTINUE


def failing(_: WorkerContext, __: object) -> DispositionEnvelope:
    raise RuntimeError("broken")


def test_a_worker_is_stopped_after_the_limit_and_says_why() -> None:
    bench = BusBench()
    stopped = bench.hear(events.WORKER_STOPPED)
    broken, worker = bench.worker(failing, limits=AdapterLimits(max_errors=3))
    for _ in range(5):
        bench.tick()
    assert len(worker.heard) == 3
    assert broken.status is WorkerStatus.STOPPED
    [notice] = stopped
    assert isinstance(notice, WorkerStopped)
    assert notice.reason.startswith("3 errors within 60 min, the last in on_")
    assert "RuntimeError: broken (" in notice.reason


def test_errors_long_apart_do_not_stop_a_worker() -> None:
    bench = BusBench()
    broken, _ = bench.worker(failing, limits=AdapterLimits(max_errors=2, error_window_ms=1_000))
    for _ in range(5):
        bench.tick()
        bench.desk.time_ms += 2_000
    assert broken.status is WorkerStatus.RUNNING
    assert broken.errors == 5


def test_a_worker_that_floods_in_one_call_is_stopped_and_nothing_is_published() -> None:
    bench = BusBench()
    heard, stopped = bench.hear("SIGNAL_A"), bench.hear(events.WORKER_STOPPED)
    adapter, _ = bench.worker(publishing(*["SIGNAL_A"] * 4), limits=AdapterLimits(max_events_per_call=3))
    bench.tick()
    assert heard == []
    assert adapter.status is WorkerStatus.STOPPED
    assert len(stopped) == 1


def test_a_worker_that_floods_within_a_second_is_stopped() -> None:
    bench = BusBench()
    heard = bench.hear("SIGNAL_A")
    adapter, _ = bench.worker(publishing("SIGNAL_A"), limits=AdapterLimits(max_events_per_second=3))
    for _ in range(5):
        bench.tick()
    assert len(heard) == 3
    assert "in a second" in adapter.reason


def test_the_same_number_over_several_seconds_is_no_flood() -> None:
    bench = BusBench()
    adapter, _ = bench.worker(publishing("SIGNAL_A"), limits=AdapterLimits(max_events_per_second=3))
    for _ in range(20):
        bench.tick()
        bench.desk.time_ms += 500
    assert adapter.status is WorkerStatus.RUNNING


def remembering(context: WorkerContext, payload: object) -> DispositionEnvelope:
    context.memory.put("best", str(payload))
    context.memory.put("gone", None)
    return DispositionEnvelope.publish(("SIGNAL_A", payload))


def test_memory_is_saved_before_what_the_call_decided_is_published() -> None:
    bench, order = BusBench(), list[str]()
    bench.save = lambda changes: order.append(f"saved {len(changes)}")
    bench.bus.subscribe("SIGNAL_A", lambda _: order.append("published"), subscriber="observer")
    bench.worker(
        remembering, manifest=manifest_of(hears=["PRICE"]), remembered={"gone": "soon", "kept": "on"}
    )
    bench.bus.publish("PRICE", 7)
    assert order == ["saved 2", "published"]


def test_memory_holds_what_was_restored_and_what_was_put() -> None:
    bench = BusBench()
    _, worker = bench.worker(
        remembering, manifest=manifest_of(hears=["PRICE"]), remembered={"gone": "soon", "kept": "on"}
    )
    bench.bus.publish("PRICE", 7)
    assert dict(worker.context.memory.items()) == {"best": "7", "kept": "on"}
    assert bench.saved == [
        WorkerStateSaved("trend", "worker", "best", "7"),
        WorkerStateSaved("trend", "worker", "gone", None),
    ]


def test_what_is_put_again_unchanged_is_not_saved_again() -> None:
    bench = BusBench()
    bench.worker(remembering, manifest=manifest_of(hears=["PRICE"]))
    bench.bus.publish("PRICE", 7)
    bench.bus.publish("PRICE", 7)
    assert len(bench.saved) == 1


def test_a_call_that_fails_is_forgotten_by_the_memory() -> None:
    bench = BusBench()

    def breaking(context: WorkerContext, _: object) -> DispositionEnvelope:
        context.memory.put("best", "wrong")
        raise RuntimeError("broken")

    _, worker = bench.worker(breaking, remembered={"best": "right"})
    bench.tick()
    assert worker.context.memory.get("best") == "right"
    assert bench.saved == []


def test_memory_that_cannot_be_saved_publishes_nothing() -> None:
    bench = BusBench()
    heard = bench.hear("SIGNAL_A")

    def full(_: object) -> None:
        raise OSError("disk full")

    bench.save = full
    _, worker = bench.worker(remembering, manifest=manifest_of(hears=["PRICE"]))
    bench.bus.publish("PRICE", 7)
    assert heard == []
    assert worker.context.memory.get("best") is None


def test_a_call_over_its_time_budget_is_an_error_and_its_answer_is_taken() -> None:
    bench = BusBench()
    heard = bench.hear("SIGNAL_A")

    def slow(_: WorkerContext, payload: object) -> DispositionEnvelope:
        bench.stopwatch.now_ns += 51_000_000
        return DispositionEnvelope.publish(("SIGNAL_A", payload))

    adapter, _ = bench.worker(slow)
    bench.tick()
    assert len(heard) == 1
    assert adapter.errors == 1
    assert isinstance(bench.failures[0].error, TimeBudgetExceeded)


def test_one_call_that_keeps_everybody_waiting_stops_the_worker_at_once() -> None:
    bench = BusBench()

    def hanging(_: WorkerContext, __: object) -> DispositionEnvelope:
        bench.stopwatch.now_ns += 3_000_000_000
        return DispositionEnvelope.CONTINUE

    adapter, _ = bench.worker(hanging)
    bench.tick()
    assert adapter.status is WorkerStatus.STOPPED
    assert adapter.reason == "one call took 3000 ms, and nobody else was heard meanwhile"


def test_ids_drawn_without_publishing_are_not_kept() -> None:
    bench = BusBench()

    def drawing(context: WorkerContext, _: object) -> DispositionEnvelope:
        context.ids.new(DirectiveId)
        return CONTINUE

    _, worker = bench.worker(drawing)
    bench.tick()
    assert worker.context.ids.given == []


def test_idle_ticks_allocate_nothing_that_stays_or_adds_up() -> None:
    bench = BusBench()
    for number in range(10):
        bench.worker(lambda _, __: CONTINUE, name=f"worker {number}")[1].heard = _Nothing()
    sent = tick()
    bench.bus.publish(events.TICK_RECEIVED, sent)
    tracemalloc.start()
    try:
        for _ in range(1_000):
            bench.bus.publish(events.TICK_RECEIVED, sent)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 4_096


class _Nothing(list[object]):
    def append(self, item: object) -> None:
        """Keep nothing."""


def refusing(bench: BusBench, *, every: int = 1, by: str = "arbitration") -> list[object]:
    """Refuse what is issued, or every so many of it; return the list of what was refused."""
    issued = bench.hear(events.STRATEGY_DIRECTIVE_ISSUED)
    refused: list[object] = []

    def refuse(directive: StrategyDirective) -> None:
        if len(issued) % every == 0:
            no = DirectiveRefused(
                directive_id=directive.directive_id,
                refused_by=by,
                reason="not yours",
                refused_at_ms=bench.desk.time_ms,
            )
            refused.append(no)
            bench.bus.publish(events.DIRECTIVE_REFUSED, no)

    bench.bus.subscribe(events.STRATEGY_DIRECTIVE_ISSUED, refuse, subscriber="arbiter")
    return refused


def closing(*trades: int) -> Answer:
    """Answer every event by closing trades, each with a directive of its own."""

    def answer(context: WorkerContext, _: object) -> DispositionEnvelope:
        directives = [close_directive(context, target_trade_ids=(TradeId.at(0, one),)) for one in trades]
        return DispositionEnvelope.publish(*((events.STRATEGY_DIRECTIVE_ISSUED, one) for one in directives))

    return answer


def test_a_worker_that_hears_no_refusal_is_stopped_before_it_fills_the_journal() -> None:
    bench = BusBench()
    refused, stopped = refusing(bench), bench.hear(events.WORKER_STOPPED)
    adapter, _ = bench.worker(closing(1), limits=AdapterLimits(max_refusals_per_minute=3))
    for _ in range(10):
        bench.tick()
    assert len(refused) == 4
    [notice] = stopped
    assert isinstance(notice, WorkerStopped)
    assert notice.reason == (
        f"more than 3 directives on {TradeId.at(0, 1)} refused in a minute, which is what is allowed; "
        "the last: not yours"
    )
    assert adapter.status is WorkerStatus.STOPPED


def opening(context: WorkerContext, _: object) -> DispositionEnvelope:
    entry = EntryDirective(symbol=SPOT, direction=OrderSide.BUY)
    scope = {"scope": DirectiveScope.NEW_TRADE, "target_trade_ids": (), "entry_directive": entry}
    return DispositionEnvelope.publish((events.STRATEGY_DIRECTIVE_ISSUED, close_directive(context, **scope)))


FOR_EVER = (
    "more than 3 directives on symbols outside of its blueprint refused in a minute, "
    "which is what is allowed; the last: not yours"
)


@pytest.mark.parametrize(("by", "reason"), [("planning", ""), (BLUEPRINT, FOR_EVER)])
def test_a_new_trade_that_is_refused_counts_where_it_can_never_pass(by: str, reason: str) -> None:
    bench = BusBench()
    refusing(bench, by=by)
    adapter, _ = bench.worker(opening, limits=AdapterLimits(max_refusals_per_minute=3))
    for _ in range(10):
        bench.tick()
    assert adapter.reason == reason
    assert adapter.status is (WorkerStatus.STOPPED if reason else WorkerStatus.RUNNING)


def test_refusals_are_counted_for_each_trade_and_each_minute() -> None:
    bench = BusBench()
    refused = refusing(bench)
    adapter, _ = bench.worker(closing(1, 2), limits=AdapterLimits(max_refusals_per_minute=3))
    for _ in range(4):
        for _ in range(3):
            bench.tick()
        bench.desk.time_ms += 60_000
    assert len(refused) == 24
    assert adapter.status is WorkerStatus.RUNNING


def test_only_a_worker_s_own_refusals_count_against_it() -> None:
    bench = BusBench()
    refusing(bench, every=2)
    limits = AdapterLimits(max_refusals_per_minute=3)
    heard, _ = bench.worker(closing(1), name="heard", limits=limits)
    unheard, _ = bench.worker(closing(2), name="unheard", limits=limits)
    for _ in range(10):
        bench.tick()
    assert (heard.status, unheard.status) == (WorkerStatus.RUNNING, WorkerStatus.STOPPED)
