"""Pictures of the screen for pages: the keys a trader would press, each sight drawn as SVG."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.events import Key

from desk.ui.viewmodels.frame import Frame

if TYPE_CHECKING:
    from desk.ui.app import DeskApp

SIZE = (150, 44)

_LOOK_EVERY_S = 0.1
_LONGEST_WAIT_S = 90.0
_SEEN_AFTER_S = 2.0
"""Charts and causes are asked for, and come a moment after their keys."""
_BETWEEN_KEYS_S = 0.5
"""Also the quiet that the second exit key needs."""

_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}\s*")
_FAMILY = re.compile(r"font-family:\s*[^;]+;")
_OWN_FONTS = "font-family: ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace;"


@dataclass(frozen=True, slots=True)
class Sight:
    """Name one picture: the keys before it, and what it waits for."""

    name: str
    keys: tuple[str, ...] = ()
    until: Callable[[Frame], bool] = lambda _: True


def _is_busy(frame: Frame) -> bool:
    return len(frame.snapshot.positions) > 3 and len(frame.snapshot.terminations) > 30  # noqa: PLR2004 - lively


def _is_out(frame: Frame) -> bool:
    return frame.snapshot.exit is not None and frame.snapshot.exit.is_over


SIGHTS = (
    Sight("desk", ("1",), _is_busy),
    Sight("why", ("enter",)),
    Sight("market", ("escape", "2")),
    Sight("orders", ("3",)),
    Sight("account", ("4",)),
    Sight("health", ("5",)),
    Sight("help", ("1", "question_mark")),
    Sight("exit-panel", ("escape", "X")),
    Sight("exit-flat", ("escape", "X", "X"), _is_out),
)


async def draw_sights(app: "DeskApp", folder: Path) -> None:
    """Keep a picture of each sight as FOLDER/NAME.svg, and leave the screen.

    Raises TimeoutError where a sight never comes.
    """
    try:
        for sight in SIGHTS:
            await _wait(lambda: app.board.newest is not None)
            for key in sight.keys:
                app.post_message(Key(key, key if len(key) == 1 else None))
                await asyncio.sleep(_BETWEEN_KEYS_S)
            await _wait(partial(_is_shown, app, sight))
            await asyncio.sleep(_SEEN_AFTER_S)
            await _drawn(app, folder / f"{sight.name}.svg")
    finally:
        app.leave()


async def _drawn(app: "DeskApp", file: Path) -> None:
    """Draw in the app's own turn: some widgets can be drawn nowhere else."""
    done = asyncio.Event()

    def draw() -> None:
        file.write_text(picture(app), encoding="utf-8")
        done.set()

    app.call_later(draw)
    await done.wait()


def _is_shown(app: "DeskApp", sight: Sight) -> bool:
    frame = app.board.newest
    return frame is not None and sight.until(frame)


def picture(app: "DeskApp") -> str:
    """Return the screen as SVG in the reader's own monospaced font."""
    drawn = app.export_screenshot(title="desk demo")
    return _FAMILY.sub(_OWN_FONTS, _FONT_FACE.sub("", drawn))


async def _wait(is_so: Callable[[], bool]) -> None:
    for _ in range(round(_LONGEST_WAIT_S / _LOOK_EVERY_S)):
        if is_so():
            return
        await asyncio.sleep(_LOOK_EVERY_S)
    raise TimeoutError("what is to be drawn did not come")
