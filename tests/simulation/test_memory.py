"""What a flow needed in memory is given back at its end: a desk that trades for weeks does not grow."""

import gc
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.desk import DeskHouse
from tests.builders.living_desk import AT_A_LIMIT, PERP, LivingDesk

FLOWS_PER_CYCLE = 5

WINDOWS = (
    "desk.ledger.flows.ENDS_KEPT", "desk.ledger.memory.TRADES_KEPT", "desk.ledger.netbook.WINDOW",
    "desk.ledger.fillindex.FILLS_KEPT", "desk.journal.recorder.TRIM_EVERY", "desk.runtime.recent._KEPT",
    "desk.runtime.commanding.following._REMEMBERED", "desk.runtime.closed_trades.CLOSED_KEPT",
    "desk.runtime.closed_trades._RATIONALES_KEPT", "desk.runtime.closed_trades._PLANS_KEPT",
    "desk.runtime.fill_marks._KEPT", "desk.runtime.log_rows._KEPT", "desk.runtime.chart_series.BARS_KEPT",
    "desk.runtime.equity_watch._SAMPLES_KEPT", "desk.runtime.equity_watch._FINE_KEPT",
    "desk.runtime.mark_trends._MOST",
)  # fmt: skip
"""How much of what has ended is kept; small here, so that all of it has been let go of once."""


@pytest.fixture(autouse=True)
def _nothing_older() -> Iterator[None]:
    """Leave what other tests hold alive out of every look."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in WINDOWS:
        monkeypatch.setattr(name, 8)


async def cycle(desk: LivingDesk) -> None:
    """Open, move, close, look; refuse one; let an entry wait and call it back."""
    desk.tick("50000")
    desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
    desk.issue(desk.new_trade())
    await desk.settle(price="50000", most_ms=30_000)
    trade = desk.positions[0]
    desk.issue(desk.move_stop(trade, "60000"))
    desk.issue(desk.move_stop(trade, "49500"))
    await desk.settle()
    desk.issue(desk.close(*desk.positions))
    desk.desk.camera.take()
    desk.desk.past.chart(PERP, 60_000, 100)
    await desk.settle()
    desk.desk.camera.take()
    desk.entries.clear()


def left(desk: LivingDesk) -> dict[str, int]:
    """Count what is kept per flow and trade while it is under way."""
    execution = desk.desk.core.parts.execution
    return {
        "flows": execution.flows.size(),
        "protection": execution.keeper.size(),
        "lanes": len(execution.orchestrator.lanes),
        "planning": desk.desk.planning.open_directives,
        "tasks": len(desk.busy()),
    }


def test_nothing_of_a_flow_is_kept_after_its_end(tmp_path: Path) -> None:
    seen: list[dict[str, int]] = []

    async def trades(desk: LivingDesk) -> None:
        for _ in range(20):
            await cycle(desk)
            seen.append(left(desk))

    life = DeskHouse(tmp_path).live(trades)
    assert life.complaints == []
    assert [one for one in seen if any(one.values())] == []


def objects_alive() -> Counter[str]:
    gc.collect()
    found = Counter(type(one).__name__ for one in gc.get_objects())
    del found["ReferenceType"]  # sqlite3 looks only every 200 cursors which of them are gone
    return found


def bytes_traced() -> int:
    gc.collect()
    # pydantic keeps the newest 16,384 short texts it validated, which no desk in a test outlives.
    others = tracemalloc.Filter(inclusive=False, filename_pattern="*/pydantic/*")
    return sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces([others]).traces)


def test_memory_does_not_grow_with_the_flows(tmp_path: Path) -> None:
    cycles = 25
    flows = cycles * FLOWS_PER_CYCLE

    async def trades(desk: LivingDesk) -> None:
        async def run() -> None:
            for _ in range(cycles):
                await cycle(desk)

        objects_alive()  # what a first look leaves in caches is not the desk's

        async def most_alive() -> Counter[str]:
            """What is kept of the ended swings from cycle to cycle: the most of as many as a window keeps."""
            most: Counter[str] = Counter()
            for _ in range(8):
                await cycle(desk)
                most |= objects_alive()
            return most

        await run()
        before = await most_alive()
        await run()
        grown = await most_alive() - before
        assert grown.total() < flows / 10, grown.most_common(5)
        tracemalloc.start()
        try:
            await run()
            first = bytes_traced()
            await run()
            assert bytes_traced() - first < 200 * flows
        finally:
            tracemalloc.stop()

    DeskHouse(tmp_path, reconcile_every_ms=None, is_watched=True).live(trades)
