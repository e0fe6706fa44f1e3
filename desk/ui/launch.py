"""Open the screen over a desk and keep it open until the operator leaves."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from desk.contracts.ports.client import DeskClient
from desk.contracts.problems import InputRefused, Problem
from desk.contracts.screen import LastResort, ScreenMemory, ScreenSettings
from desk.ui.app import DeskApp
from desk.ui.themes import check_theme
from desk.ui.viewmodels.frame import Writing

DONE, FAILED = 0, 1


def run_screen(
    client: DeskClient,
    settings: ScreenSettings,
    memory: ScreenMemory,
    *,
    quit_question: str | None,
    last_resort: LastResort | None = None,
    when_over: Callable[[Callable[[], None]], None] | None = None,
) -> int:
    """Show the desk until the operator leaves; return 0, or 1 where the screen itself failed.

    Call it on the main thread. `quit_question` is asked before leaving, None where leaving stops nothing.
    `when_over` takes what is called, on any thread, when the desk has ended by itself; the screen then ends.
    Raises InputRefused, before anything is shown, where `settings` has an unknown theme, time zone,
    action or key.
    """
    app = screen_app(client, settings, memory, quit_question=quit_question, last_resort=last_resort)
    if when_over is not None:
        when_over(app.leave_from_any_thread)
    app.run()
    return FAILED if app.failure else DONE


def screen_app(
    client: DeskClient,
    settings: ScreenSettings,
    memory: ScreenMemory,
    *,
    quit_question: str | None,
    last_resort: LastResort | None = None,
) -> DeskApp:
    """Build the app; raises InputRefused as `run_screen` does."""
    check_theme(settings.theme)
    writing = Writing(
        time_zone=_zone(settings.time_zone), ascii_only=settings.ascii_only, palette=settings.palette
    )
    return DeskApp(client, settings, memory, writing, quit_question=quit_question, last_resort=last_resort)


def _zone(name: str) -> ZoneInfo | None:
    if name == "local":
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problem = Problem(
            "platform.yaml",
            None,
            "ui.time_zone",
            f"no time zone is called {name!r}",
            "write local or an IANA name such as Europe/Amsterdam",
        )
        raise InputRefused(problem) from None
