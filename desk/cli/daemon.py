"""`desk daemon`: the desk without a screen, until it is told to stop."""

from desk.cli.options import RunOptions
from desk.cli.running import configure, run_headless


def command(options: RunOptions) -> int:
    """Run until SIGTERM, SIGINT or the duration; positions and stops stay as they are."""
    return run_headless(configure(options), options, options.duration_ms)
