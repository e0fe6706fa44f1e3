"""What happens at every tick and every entry: an idle tick, a publish, an entry encoded and committed."""

import asyncio
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.bench_desk import BenchDesk, with_desk
from benchmarks.fixtures import TRADES, candles, configuration
from benchmarks.measuring import Figure, tell
from desk.bus import EventBus
from desk.bus.failures import HandlerFailure
from desk.contracts import events
from desk.contracts.records import EntryKind, JournalEntry, WorkerStateSaved
from desk.journal.codec import GENESIS, chained, encode
from desk.journal.durable import DurableStore
from desk.journal.recorder import JournalRecorder
from desk.runtime.clock import WallClock
from desk.runtime.tasks import TaskSupervisor

_REPEATS = 15
_CALLS = 5_000
_COMMITS = 300
_GROUP = 100
_SUBSCRIBERS = 10
_START_MS = 1_700_000_000_000
_UNTRADED = "ETH/USDT:USDT"
_WHOLE_WAY = "encoded, chained, projected, committed"


def measure(folder: Path) -> list[Figure]:
    """Measure each by itself: medians of repeats, those that are compared taken in turns."""
    tell("idle ticks, publishes, journal entries")
    figures = [*_idle_ticks(folder), _publish(), _encoding()]
    entries = folder / "entries"
    entries.mkdir()
    return [*figures, *asyncio.run(_commits(entries / "journal.sqlite3"))]


def _per_call_ns(work: Callable[[], object]) -> float:
    began_ns = time.perf_counter_ns()
    for _ in range(_CALLS):
        work()
    return (time.perf_counter_ns() - began_ns) / _CALLS


def _idle_ticks(folder: Path) -> list[Figure]:
    """Hand the core ticks that change nothing, in turns of a symbol without trades and of one with ten."""
    empty_ns: list[float] = []
    held_ns: list[float] = []
    transient_bytes = 0

    async def work(bench: BenchDesk) -> None:
        nonlocal transient_bytes
        held = await anext(bench.feed.ticks())
        empty = replace(held, symbol=_UNTRADED)
        on_tick = bench.desk.core.on_tick
        await bench.open_shorts(held)
        on_tick(held)
        for _ in range(_REPEATS):
            empty_ns.append(_per_call_ns(lambda: on_tick(empty)))
            held_ns.append(_per_call_ns(lambda: on_tick(held)))
        transient_bytes = _transient_bytes(lambda: on_tick(held))

    with_desk(configuration(folder), candles(), work, folder / "idle")
    each_ns = median((held - empty) / TRADES for held, empty in zip(held_ns, empty_ns, strict=True))
    return [
        Figure("idle tick of a symbol without trades", f"{median(empty_ns):,.0f} ns", "the feed left out"),
        Figure("idle tick, for each trade of its symbol", f"{each_ns:,.0f} ns", "goal 500 ns, stretch 100"),
        Figure(
            f"memory that an idle tick over {TRADES} trades takes for a moment",
            f"{transient_bytes:,} bytes",
            "given back before it returns",
        ),
    ]


def _transient_bytes(work: Callable[[], object]) -> int:
    """Return the most that a call holds at once of what it allocates itself."""
    tracemalloc.start()
    try:
        work()
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        work()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def _publish() -> Figure:
    """Publish to one subscriber and to eleven, in turns: the difference is what ten cost."""
    few, many = _bus(1), _bus(1 + _SUBSCRIBERS)
    payload = object()
    few_ns, many_ns = [], []
    for _ in range(_REPEATS):
        few_ns.append(_per_call_ns(lambda: few.publish(events.ALARM_RAISED, payload)))
        many_ns.append(_per_call_ns(lambda: many.publish(events.ALARM_RAISED, payload)))
    each_ns = (median(many_ns) - median(few_ns)) / _SUBSCRIBERS
    return Figure(
        "publish on the bus: to one subscriber / for each more",
        f"{median(few_ns):,.0f} / {each_ns:,.0f} ns",
        "an empty handler",
    )


def _bus(subscribers: int) -> EventBus:
    bus = EventBus(_fail)
    for number in range(subscribers):
        bus.subscribe(events.ALARM_RAISED, _hear, subscriber=f"bench-{number}")
    return bus


def _hear(_payload: object) -> None:
    return


def _fail(failure: HandlerFailure) -> None:
    raise failure.error


def _entry(number: int) -> JournalEntry:
    record = WorkerStateSaved("bench", "bench", f"trail.{number}", '{"reference":"43652.5"}')
    return JournalEntry(EntryKind.WORKER_STATE_SAVED, record.worker, _START_MS, record, worker="bench")


def _encoding() -> Figure:
    entry = _entry(1)
    text = encode(entry)
    encode_ns = median(_per_call_ns(lambda: encode(entry)) for _ in range(_REPEATS))
    chain_ns = median(_per_call_ns(lambda: chained(GENESIS, 1, text)) for _ in range(_REPEATS))
    return Figure(
        "journal entry: encoded / put in the hash chain",
        f"{encode_ns / 1000:.1f} / {chain_ns / 1000:.1f} µs",
        f"{len(text.data)} bytes of data",
    )


async def _commits(journal: Path) -> list[Figure]:
    """Record one entry and wait until it is durable, and a hundred at once, in turns."""
    clock = WallClock()
    writers = TaskSupervisor(lambda name, error: tell(f"{name}: {error}"))
    store = DurableStore(journal, clock, writers)
    ledger = await store.open()
    recorder = JournalRecorder(ledger, store, None, lambda error: tell(str(error)))
    group = [_entry(number) for number in range(_GROUP)]
    one_us, each_us = [], []
    for number in range(_COMMITS):
        began_ns = time.perf_counter_ns()
        await recorder.record(_entry(number))
        one_ns = time.perf_counter_ns()
        one_us.append((one_ns - began_ns) / 1000)
        await recorder.record(*group)
        each_us.append((time.perf_counter_ns() - one_ns) / 1000 / _GROUP)
    await store.close()
    await writers.stop(2000)
    return [
        Figure("one journal entry recorded and durable (FULL)", f"{median(one_us):,.0f} µs", _WHOLE_WAY),
        Figure(f"the same, {_GROUP} entries in one commit", f"{median(each_us):,.1f} µs each", _WHOLE_WAY),
    ]
