"""`desk history`: past candles of an exchange, into a CSV file that `desk replay` reads."""

import asyncio
import os
import sys
import time
from pathlib import Path

from desk.bootstrap.history import HistoryProgress, HistoryRun, fetch_history
from desk.cli.options import HistoryOptions
from desk.cli.output import ExitCode, complain, say
from desk.config.platform_file import load_platform
from desk.contracts.problems import InputRefused, Problem
from desk.feeds.csv_survey import survey
from desk.runtime.clock import WallClock

_LONGEST_DAYS = 3650
_PROGRESS_EVERY_S = 1.0


def command(options: HistoryOptions) -> int:
    """Fetch, tell the holes; the same command goes on where a killed one was."""
    if not 0 < options.days <= _LONGEST_DAYS:
        what = f"{options.days} is no number of days"
        raise InputRefused(
            Problem("--days", None, "", what, f"write a whole number from 1 to {_LONGEST_DAYS}")
        )
    try:
        return asyncio.run(_fetched(options))
    except KeyboardInterrupt:
        complain("desk: stopped; what came is kept, and the same command goes on there")
        return ExitCode.FAILED


async def _fetched(options: HistoryOptions) -> int:
    from desk.bootstrap.candle_source import asked_of, opened_source

    platform = None
    if options.exchange is None:
        platform = load_platform(options.platform, options.settings, os.environ).platform
    asked = asked_of(options.symbol, options.exchange, platform, str(options.platform))
    clock = WallClock()
    file = options.out or Path(f"{asked.file_stem}-{options.interval}.csv")
    complain(f"{options.symbol} {options.interval} from {asked.name}, {options.days} days, into {file}")
    async with opened_source(asked, options.interval_ms, clock) as source:
        run = HistoryRun(
            source_name=f"{options.symbol} at {asked.name}",
            interval_ms=options.interval_ms,
            days=options.days,
            file=file,
            clock=clock,
            on_progress=_Progress(),
        )
        count = await fetch_history(run, source)
    found = survey(file)
    for hole in found.holes:
        complain(f"{file}:{hole.line}: {hole.missing} candles are missing before this line")
    holes = f"{found.hole_count} holes, {found.missing_candles} candles missing" if found.holes else "no hole"
    say(f"{file}: {found.rows} candles, {count} of them new, {holes}")
    return ExitCode.DONE


class _Progress:
    """Show on stderr how far it is, about once a second; troubles at once."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, progress: HistoryProgress) -> None:
        if progress.trouble:
            complain(f"desk: {progress.trouble}")
            return
        now, is_done = time.monotonic(), progress.at_ms >= progress.end_ms
        is_shown = sys.stderr.isatty()
        if now - self._last < _PROGRESS_EVERY_S and not (is_done and is_shown):
            return
        self._last = now
        share = 100 * (progress.at_ms - progress.begin_ms) // max(progress.end_ms - progress.begin_ms, 1)
        end = "\n" if is_done or not is_shown else "\r"
        sys.stderr.write(f"history {max(share, 0):3d} %, {progress.candles} candles{end}")
        sys.stderr.flush()
