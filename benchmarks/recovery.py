"""What a restart costs: opening a journal of so many entries, beside reading every byte of it."""

import asyncio
import sqlite3
import time
from pathlib import Path

from benchmarks.measuring import Figure, median, tell
from desk.journal.inline import InlineStore
from desk.runtime.clock import WallClock

_REPEATS = 5


def measure(folder: Path) -> list[Figure]:
    """Open the journals that the earlier measurements left."""
    figures = []
    for name in ("replay", "memory"):
        path = folder / name / "journal.sqlite3"
        if not path.exists():
            continue
        tell(f"restart on the journal of {name}")
        taken = [_open(path) for _ in range(_REPEATS)]
        figures.append(
            Figure(
                f"restart on a journal of {_entries(path):,} entries",
                f"{median(taken) * 1000:.0f} ms",
                "open, check, load",
            )
        )
    return figures


def _open(path: Path) -> float:
    async def opened() -> float:
        store = InlineStore(path, WallClock())
        began = time.perf_counter()
        await store.open()
        seconds = time.perf_counter() - began
        await store.close()
        return seconds

    return asyncio.run(opened())


def _entries(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("SELECT max(sequence) FROM entry").fetchone()[0])
    finally:
        connection.close()
