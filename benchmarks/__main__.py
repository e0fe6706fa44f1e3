"""`make bench`: measure, print, and with --write put the figures into docs/performance.md."""

import argparse
import os
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pydantic

from benchmarks import (
    latency,
    leaving,
    managing,
    memory,
    recovery,
    replaying,
    screen,
    small_costs,
    to_the_wire,
)
from benchmarks.fixtures import ROOT, candles
from benchmarks.measuring import Figure, table, tell

_PAGE = ROOT / "docs" / "performance.md"
_PARTS = (replaying, latency, to_the_wire, leaving, screen, memory, recovery, small_costs, managing)
_BEGIN, _END = "<!-- figures: begin -->", "<!-- figures: end -->"


def main(arguments: Sequence[str]) -> int:
    """Run every measurement in one go; leaves with 2 where the arguments are wrong."""
    wanted = _parser().parse_args(arguments)
    tell(f"on {candles()}")
    began = _machine()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as name:
        folder = Path(name)
        for part in _PARTS:
            figures += part.measure(folder)
    text = f"{began}\n\n{table(figures)}"
    sys.stdout.write(text + "\n")
    if wanted.write:
        _write(text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m benchmarks", description="Measure the hot paths; about ten minutes.", allow_abbrev=False
    )
    parser.add_argument("--write", action="store_true", help="put the figures into docs/performance.md, too")
    return parser


def _machine() -> str:
    """Say when, on what and beside how much other work the figures were taken."""
    return (
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, {os.cpu_count()} processors, "
        f"load {os.getloadavg()[0]:.1f} by other work as it began; "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, pydantic {pydantic.VERSION}, "
        f"{platform.system()} on {platform.machine()}; candles of {candles().name}."
    )


def _write(text: str) -> None:
    page = _PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(_BEGIN)
    tail = rest.partition(_END)[2]
    _PAGE.write_text(f"{head}{_BEGIN}\n{text}\n{_END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
