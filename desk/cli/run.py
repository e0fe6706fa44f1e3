"""`desk run`: the desk in this terminal."""

from desk.cli.configuring import configure
from desk.cli.in_terminal import has_terminal, run_in_terminal
from desk.cli.options import RunOptions, ScreenOptions
from desk.cli.output import complain

_WITHOUT_TERMINAL_MS = 30_000


def command(options: RunOptions, screen: ScreenOptions) -> int:
    """Run the desk on a screen; with --json headless, and without a terminal so for 30 seconds."""
    configuration = configure(options)
    if has_terminal() and not options.json:
        return run_in_terminal(configuration, options, screen)
    duration_ms = options.duration_ms
    if duration_ms is None and not has_terminal():
        duration_ms = _WITHOUT_TERMINAL_MS
        complain("no terminal: running headless for 30 seconds (use --duration for another time)")
    from desk.cli.running import run_headless

    return run_headless(configuration, options, duration_ms)
