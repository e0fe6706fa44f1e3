"""What a flow needed in memory is given back at its end: a desk that trades for weeks does not grow."""

import gc
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest

from tests.builders.desk import DeskHouse
from tests.builders.living_desk import AT_A_LIMIT, LivingDesk

FLOWS_PER_CYCLE = 5

WINDOWS = (
    "desk.ledger.flows.ENDS_KEPT", "desk.ledger.ledger.TRADES_KEPT", "desk.ledger.netbook.WINDOW",
    "desk.ledger.fillindex.FILLS_KEPT", "desk.journal.recorder.TRIM_EVERY", "desk.runtime.recent._KEPT",
)  # fmt: skip
"""How much of what has ended is kept; small here, so that all of it has been let go of once."""


@pytest.fixture(autouse=True)
def _small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in WINDOWS:
        monkeypatch.setattr(name, 8)


async def cycle(desk: LivingDesk) -> None:
    """Open, move, close; refuse one; let an entry wait and call it back."""
    desk.tick("50000")
    desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
    desk.issue(desk.new_trade())
    await desk.settle(price="50000", most_ms=30_000)
    trade = desk.positions[0]
    desk.issue(desk.move_stop(trade, "60000"))
    desk.issue(desk.move_stop(trade, "49500"))
    await desk.settle()
    desk.issue(desk.close(*desk.positions))
    await desk.settle()
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


def test_memory_does_not_grow_with_the_flows(tmp_path: Path) -> None:
    cycles, sizes, objects = 20, list[int](), list[Counter[str]]()

    def measure() -> None:
        gc.collect()
        objects.append(Counter(type(one).__name__ for one in gc.get_objects()))
        # pydantic keeps the newest 16,384 short texts it validated, which no desk in a test outlives.
        others = tracemalloc.Filter(inclusive=False, filename_pattern="*/pydantic/*")
        traces = tracemalloc.take_snapshot().filter_traces([others]).traces
        sizes.append(sum(trace.size for trace in traces))

    async def trades(desk: LivingDesk) -> None:
        for _ in range(20):
            await cycle(desk)
        tracemalloc.start()
        try:
            for _ in range(3):
                for _ in range(cycles):
                    await cycle(desk)
                measure()
        finally:
            tracemalloc.stop()

    DeskHouse(tmp_path, reconcile_every_ms=None).live(trades)
    grown, flows = objects[2] - objects[1], cycles * FLOWS_PER_CYCLE
    del grown["ReferenceType"]  # sqlite3 looks only every 200 cursors which of them are gone
    assert grown.total() < flows / 10, grown.most_common(5)
    assert sizes[2] - sizes[1] < 40 * flows, sizes
