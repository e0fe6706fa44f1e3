"""Open the screen over a desk and keep it open until the operator leaves."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from desk.contracts.ports.client import DeskClient
from desk.contracts.problems import InputRefused, Problem
from desk.contracts.screen import LastResort, ScreenMemory, ScreenSettings
from desk.ui.app import DeskApp
from desk.ui.parts import ScreenParts
from desk.ui.pictures import SIZE, draw_sights
from desk.ui.signals import leaving_on_signals
from desk.ui.themes import check_theme
from desk.ui.viewmodels.frame import Writing

DONE, FAILED = 0, 1


def run_screen(  # noqa: PLR0913 - a host has this much to say
    client: DeskClient,
    settings: ScreenSettings,
    memory: ScreenMemory,
    *,
    quit_question: str | None,
    last_resort: LastResort | None = None,
    when_shown: Callable[[], None] | None = None,
    when_over: Callable[[Callable[[], None]], None] | None = None,
    with_tour: bool = False,
    pictures: Path | None = None,
) -> int:
    """Show the desk until the operator leaves; return 0, or 1 where the screen itself failed.

    Call it on the main thread. `quit_question` is asked before leaving, None where leaving stops nothing.
    `when_shown` is called once something stands on the screen: what takes long may begin then.
    `when_over` takes what is called, on any thread, when the desk has ended by itself; the screen then ends.
    With `pictures` nothing is shown: what there is to see is drawn into that folder.
    Hang-up, termination and interrupt end the screen in order; afterwards a hang-up is ignored, since the
    host is stopping. Raises InputRefused, before anything is shown, where `settings` has an unknown theme,
    time zone, action or key.
    """
    app = DeskApp(
        ScreenParts(
            client,
            settings,
            memory,
            writing_of(settings),
            quit_question=quit_question,
            last_resort=last_resort,
            with_tour=with_tour,
            when_shown=when_shown,
        )
    )
    if when_over is not None:
        when_over(app.leave_from_any_thread)
    asyncio.run(_shown(app) if pictures is None else _drawn(app, pictures))
    return FAILED if app.failure else DONE


def check_screen(client: DeskClient, settings: ScreenSettings, memory: ScreenMemory) -> None:
    """Raise InputRefused, as `run_screen` does, where no screen would open; nothing is shown or asked."""
    DeskApp(ScreenParts(client, settings, memory, writing_of(settings)))


async def _shown(app: DeskApp) -> None:
    with leaving_on_signals(app.leave):
        await app.run_async()


async def _drawn(app: DeskApp, folder: Path) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(draw_sights(app, folder))
        await app.run_async(headless=True, size=SIZE)


def writing_of(settings: ScreenSettings) -> Writing:
    """Return how values are written; raises InputRefused at an unknown theme or time zone."""
    check_theme(settings.theme)
    zone = _zone(settings.time_zone)
    return Writing(time_zone=zone, ascii_only=settings.ascii_only, palette=settings.palette)


def _zone(name: str) -> ZoneInfo | None:
    if name == "local":
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        remedy = "write local, or an IANA name such as Europe/Amsterdam"
        raise InputRefused(
            Problem("platform.yaml", None, "ui.time_zone", f"no time zone is called {name!r}", remedy)
        ) from None
