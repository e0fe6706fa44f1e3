"""Memory of the process after 100,000 ticks and after 1,000,000: what grows must be the journal on disk."""

import asyncio
import gc
import resource
from decimal import Decimal
from pathlib import Path

from benchmarks.bench_desk import BenchDesk, with_desk
from benchmarks.fixtures import SYMBOL, candles, configuration
from benchmarks.measuring import Figure, tell
from desk.contracts.market import Tick

_FIRST = 100_000
_LAST = 1_000_000
_STEP_MS = 1_000
_PAGE_BYTES = resource.getpagesize()
_MB = 1_048_576


def measure(folder: Path) -> list[Figure]:
    """Run a million made-up ticks over ten trailed trades, and look at the process twice."""
    tell(f"memory over {_LAST:,} ticks")
    seen: dict[int, tuple[float, float, int]] = {}
    journal = folder / "memory" / "journal.sqlite3"

    async def work(bench: BenchDesk) -> None:
        first = await anext(bench.feed.ticks())
        await bench.open_shorts(first)
        for number in range(1, _LAST + 1):
            await bench.clock.sleep_ms(_STEP_MS)
            bench.desk.core.on_tick(_tick(number, bench.clock.now_ms(), first.price))
            await asyncio.sleep(0)
            if number in {_FIRST, _LAST}:
                gc.collect()
                seen[number] = (_resident_mb(), _size_mb(journal), bench.desk.tally.counts["directive"])
                tell(f"{number:,} ticks: {seen[number][0]:.0f} MB")

    with_desk(configuration(folder), candles(), work, folder / "memory")
    early, late = seen[_FIRST], seen[_LAST]
    directives = late[2] - early[2]
    grown = late[0] - early[0]
    return [
        Figure(
            "resident memory after 100,000 ticks", f"{early[0]:.0f} MB", f"journal {early[1]:.0f} MB on disk"
        ),
        Figure(
            "resident memory after 1,000,000 ticks", f"{late[0]:.0f} MB", f"journal {late[1]:.0f} MB on disk"
        ),
        Figure(
            "growth of the process",
            f"{grown:.1f} MB",
            f"over {directives:,} more directives: {grown * _MB / max(directives, 1):.0f} bytes each",
        ),
    ]


def _tick(number: int, time_ms: int, start: Decimal) -> Tick:
    """Drift slowly down in a saw-tooth, so that stops keep trailing and none is hit."""
    price = start - Decimal(number // 500) - Decimal(number % 50) / 10
    return Tick(SYMBOL, time_ms, price, price, price, Decimal(1), number)


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * _PAGE_BYTES / _MB


def _size_mb(journal: Path) -> float:
    return sum(one.stat().st_size for one in journal.parent.glob(journal.name + "*")) / _MB
