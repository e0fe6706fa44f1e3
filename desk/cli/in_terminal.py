"""The desk on a screen: the core in a process of its own, the screen in this one."""

import os
import sys
from contextlib import suppress
from pathlib import Path

from desk.bootstrap.collector import begin_collecting
from desk.bootstrap.core_process import CoreProcess
from desk.cli.options import RunOptions, ScreenOptions
from desk.cli.output import ExitCode, complain
from desk.cli.placing import placed
from desk.cli.summary import say_summary
from desk.config.configuration import Configuration
from desk.control.last_resort import FlattenProcess
from desk.control.screen_memory import FileMemory
from desk.runtime.clock import WallClock

_OWNER_ONLY = 0o077
_QUESTION = "Stop the desk? Positions and their stops stay at the venue."


def has_terminal() -> bool:
    """Tell whether there is a terminal to draw on and to be typed at; a dumb one cannot be drawn on."""
    is_drawn_on = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return is_drawn_on and sys.stdin.isatty()


def run_in_terminal(
    configuration: Configuration,
    options: RunOptions,
    screen: ScreenOptions,
    *,
    with_tour: bool = False,
    pictures: Path | None = None,
) -> int:
    """Run the desk under its screen until the operator leaves, a signal comes or the run is over."""
    os.umask(_OWNER_ONLY)
    configuration.storage.create()
    with CoreProcess(configuration, options.duration_ms, _tell) as core:
        from desk.ui.launch import run_screen

        with placed(configuration.platform_file.document):
            code = run_screen(
                core.client,
                configuration.platform.ui.settings(ascii_only=screen.ascii_only, observe=screen.observe),
                FileMemory(configuration.storage.folder),
                quit_question=_QUESTION,
                last_resort=FlattenProcess(options.place_arguments()),
                when_shown=lambda: _begin(core),
                when_over=core.call_when_ended,
                with_tour=with_tour,
                pictures=pictures,
            )
    summary = core.summary()
    with suppress(OSError):  # the terminal may be gone, and with it whoever would read this
        say_summary(summary, as_json=False, time_ms=WallClock().now_ms())
    return code or ExitCode.DONE


def _tell(text: str) -> None:
    with suppress(OSError):  # as above
        complain(f"desk: {text}")


def _begin(core: CoreProcess) -> None:
    core.begin()
    begin_collecting()
