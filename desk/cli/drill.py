"""`desk drill`: the emergency exit under every fault of the local exchange, measured."""

import asyncio
import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from desk.cli.options import DrillOptions
from desk.cli.output import ExitCode, complain, say, say_json, table
from desk.config.platform_file import load_platform
from desk.config.storage import storage_of
from desk.contracts.problems import InputRefused, Problem, RefusedByState

if TYPE_CHECKING:
    from desk.bootstrap.drill_report import DrillLine, DrillReport

_MOST: Mapping[str, int] = {"--positions": 200, "--rate": 10_000, "--latency-ms": 10_000}
_LEAST: Mapping[str, int] = {"--positions": 1, "--rate": 1, "--latency-ms": 0}


def command(options: DrillOptions) -> int:
    """Drill; the exit code is NOT_FLAT where any exit left something, or sent an order twice."""
    _check(options)
    from desk.bootstrap.drill import drill
    from desk.bootstrap.drill_report import DrillSettings, note_of
    from desk.control.drill_note import write_drill_note

    settings = DrillSettings(options.positions, options.rate, options.latency_ms)
    report = asyncio.run(drill(settings, complain, options.faults or None))
    if options.json:
        say_json(_fields(report))
    else:
        say(_table(report))
    if options.platform.is_file() and not options.faults:
        storage = storage_of(load_platform(options.platform, options.settings, os.environ).platform)
        storage.create()
        write_drill_note(storage.drill, note_of(report))
    else:
        complain(_unsaved(options.platform, is_whole=not options.faults))
    return ExitCode.DONE if report.is_good else ExitCode.NOT_FLAT


def _check(options: DrillOptions) -> None:
    given = {
        "--positions": options.positions, "--rate": options.rate, "--latency-ms": options.latency_ms,
    }  # fmt: skip
    wrong = [
        Problem(
            name, None, "", f"{value} is out of range", f"write a number from {_LEAST[name]} to {_MOST[name]}"
        )
        for name, value in given.items()
        if not _LEAST[name] <= value <= _MOST[name]
    ]
    if wrong:
        raise InputRefused(*wrong)
    missing = [name for name in ("aiohttp", "ccxt") if find_spec(name) is None]
    if missing:
        needed = " and ".join(missing)
        raise RefusedByState(f"a drill needs {needed}; install the desk with its extra `exchanges`")


def _unsaved(platform: Path, *, is_whole: bool) -> str:
    if is_whole:
        return f"desk: {platform} is not there, so no desk will show this drill; name one by --platform"
    return "desk: only some of the faults were tried, so no desk will show this drill"


def _table(report: "DrillReport") -> str:
    rows = [("fault", "result", "flat after", "left", "sent twice", "naked")]
    rows += [
        (
            one.fault, one.word, f"{one.elapsed_ms / 1000:.1f} s", str(len(one.residual)),
            str(one.duplicated), f"{one.naked_ms / 1000:.1f} s",
        )
        for one in report.lines
    ]  # fmt: skip
    low, high = (f"{one / 1000:.1f} s" for one in report.times_ms)
    of = report.settings
    flat = sum(one.is_good for one in report.lines)
    summary = (
        f"{flat} of {len(report.lines)} exits ended flat, each order sent once; p50 {low}, p95 {high}, with"
        f" {of.positions} positions, {of.rate} requests a second and {of.latency_ms} ms of latency"
    )
    wrong = [
        f"{one.fault}: {', '.join((*one.residual, *one.remains))}" for one in report.lines if not one.is_good
    ]
    return "\n".join((table(rows), "", *wrong, summary))


def _fields(report: "DrillReport") -> dict[str, object]:
    low, high = report.times_ms
    of = report.settings
    return {
        "is_good": report.is_good,
        "positions": of.positions,
        "rate": of.rate,
        "latency_ms": of.latency_ms,
        "p50_ms": low,
        "p95_ms": high,
        "exits": [_line_fields(one) for one in report.lines],
    }


def _line_fields(line: "DrillLine") -> dict[str, object]:
    return {
        "fault": line.fault,
        "word": line.word,
        "elapsed_ms": line.elapsed_ms,
        "residual": list(line.residual),
        "duplicated": line.duplicated,
        "naked_ms": line.naked_ms,
        "remains": list(line.remains),
    }
