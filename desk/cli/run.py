"""`desk run`: the desk in this terminal."""

import sys

from desk.cli.options import RunOptions
from desk.cli.output import complain
from desk.cli.running import configure, run_headless

_WITHOUT_TERMINAL_MS = 30_000


def command(options: RunOptions) -> int:
    """Run the desk; without a terminal for 30 seconds, unless a duration was given."""
    configuration = configure(options)
    duration_ms = options.duration_ms
    if duration_ms is None and not (sys.stdin.isatty() and sys.stdout.isatty()):
        duration_ms = _WITHOUT_TERMINAL_MS
        complain("no terminal: running headless for 30 seconds (use --duration for another time)")
    return run_headless(configuration, options, duration_ms)
