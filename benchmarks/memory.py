"""Memory of the process after 100,000 ticks and after 1,000,000: what grows must be the journal on disk."""

import gc
import multiprocessing
import resource
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from benchmarks.bench_desk import BenchDesk, with_desk
from benchmarks.fixtures import SYMBOL, candles, configuration
from benchmarks.measuring import Figure, tell
from desk.contracts.market import Tick

_RESIDENT_AT = (100_000, 1_000_000)
_TICKS_PER_FALL = 5_000
_TRACED_AT = (20_000, 30_000)
_TRACED_TICKS_PER_FALL = 500
"""Tracing makes all of it several times slower: fewer ticks, and more of them move a stop."""
_STEP_MS = 5_000
"""So that by the first look the day of equity samples that is kept is full."""
_SETTLE_MS = 60_000
_FIRST_FALL = Decimal(200)
_PAGE_BYTES = resource.getpagesize()
_MB = 1_048_576


@dataclass(frozen=True, slots=True)
class _Look:
    """Hold what a process had in use after so many ticks."""

    ticks: int
    resident_mb: float
    traced_bytes: int
    journal_mb: float
    directives: int


def measure(folder: Path) -> list[Figure]:
    """Run made-up ticks over ten trailed trades, each run in a process of its own, and look at it twice."""
    tell(f"memory over {_RESIDENT_AT[1]:,} ticks, then traced over {_TRACED_AT[1]:,}")
    early, late = _apart(folder / "memory", _RESIDENT_AT, _TICKS_PER_FALL)
    before, after = _apart(folder / "traced", _TRACED_AT, _TRACED_TICKS_PER_FALL)
    grown_bytes = (late.resident_mb - early.resident_mb) * _MB
    return [
        *(
            Figure(
                f"resident memory after {look.ticks:,} ticks",
                f"{look.resident_mb:.1f} MB",
                f"{look.directives:,} directives, journal {look.journal_mb:.0f} MB on disk",
            )
            for look in (early, late)
        ),
        Figure(
            "growth of the process for each directive between the two",
            f"{grown_bytes / (late.directives - early.directives):.0f} bytes",
            "goal 100, stretch 0",
        ),
        Figure(
            f"live objects, traced, after {before.ticks:,} and {after.ticks:,} ticks",
            f"{before.traced_bytes / _MB:.1f} and {after.traced_bytes / _MB:.1f} MB",
            f"{before.directives:,} and {after.directives:,} directives; with what waits for a commit",
        ),
    ]


def _apart(folder: Path, looks_at: tuple[int, int], ticks_per_fall: int) -> tuple[_Look, _Look]:
    """Measure in a fresh process: memory that an earlier measurement gave back would hide a growth."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        early, late = process.submit(_looks, folder, looks_at, ticks_per_fall).result()
    return early, late


def _looks(folder: Path, looks_at: tuple[int, int], ticks_per_fall: int) -> list[_Look]:
    looks: list[_Look] = []
    journal = folder / "journal.sqlite3"

    async def work(bench: BenchDesk) -> None:
        first = await anext(bench.feed.ticks())
        await bench.open_shorts(first)
        for number in range(1, looks_at[1] + 1):
            await bench.clock.sleep_ms(_STEP_MS)
            price = _price(number, first.price, ticks_per_fall)
            bench.desk.core.on_tick(
                Tick(SYMBOL, bench.clock.now_ms(), price, price, price, Decimal(1), number)
            )
            if number in looks_at:
                await bench.clock.sleep_ms(_SETTLE_MS)
                looks.append(_look(number, bench, journal))

    if looks_at == _TRACED_AT:
        tracemalloc.start()
    with_desk(configuration(folder), candles(), work, folder)
    return looks


def _look(ticks: int, bench: BenchDesk, journal: Path) -> _Look:
    gc.collect()
    look = _Look(
        ticks=ticks,
        resident_mb=_resident_mb(),
        traced_bytes=tracemalloc.get_traced_memory()[0] if tracemalloc.is_tracing() else 0,
        journal_mb=_size_mb(journal),
        directives=bench.desk.tally.counts["directive"],
    )
    tell(f"{ticks:,} ticks: {look.resident_mb:.0f} MB")
    return look


def _price(number: int, start: Decimal, ticks_per_fall: int) -> Decimal:
    """Fall by what arms the stops, then drift down in a saw-tooth, so that they trail and none is hit."""
    return start - _FIRST_FALL - Decimal(number // ticks_per_fall) - Decimal(number % 50) / 10


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * _PAGE_BYTES / _MB


def _size_mb(journal: Path) -> float:
    return sum(one.stat().st_size for one in journal.parent.glob(journal.name + "*")) / _MB
