"""The terminal as it is: slow, stalled or gone, it never holds the screen up."""

import os
import queue
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, TextIO, cast

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App

_MOST_WAITING = 2
"""Writes that may wait for the terminal; beyond, pictures are left out until it has caught up."""
_END_S = 2.0


class LossyFile:
    """Write to a terminal for as long as there is one.

    It writes past Python's own buffer, whose lock a stuck terminal would hold when the process ends.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write what the terminal takes; one that is gone takes nothing."""
        left = memoryview(text.encode("utf-8", "replace"))
        try:
            while left:
                left = left[os.write(self._file.fileno(), left) :]
        except (OSError, ValueError):
            return 0
        return len(text)

    def flush(self) -> None:
        """Do nothing: nothing is kept back."""

    def fileno(self) -> int:
        """Return the terminal's descriptor."""
        return self._file.fileno()


def _terminal() -> TextIO:
    """Return what draws on the terminal: the errors may go into a file, where nobody would see the desk."""
    errors = sys.__stderr__ or sys.stderr
    shown = sys.__stdout__ or sys.stdout
    return shown if shown.isatty() and not errors.isatty() else errors


class DeskDriver(LinuxDriver):
    """Drive a terminal that may stop reading or hang up at any moment."""

    def __init__(
        self,
        app: "App[object]",
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file = cast("TextIOWrapper", LossyFile(_terminal()))
        self._has_lost = False

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has not yet shown the last pictures."""
        thread = self._writer_thread
        return thread is not None and thread._queue.qsize() > _MOST_WAITING  # noqa: SLF001 - Textual tells nobody

    def take_lost(self) -> bool:
        """Tell, once, whether something was left out, so that all must be drawn again."""
        has_lost, self._has_lost = self._has_lost, False
        return has_lost

    def write(self, data: str) -> None:
        """Write without ever waiting: what a stalled terminal has no room for is left out."""
        thread = self._writer_thread
        if thread is None:
            return
        try:
            thread._queue.put_nowait(data)  # noqa: SLF001 - its own write waits for room
        except queue.Full:
            self._has_lost = True

    def close(self) -> None:
        """Let the terminal take what waits for it, for two seconds at most."""
        thread = self._writer_thread
        if thread is None:
            return
        try:
            thread._queue.put(None, timeout=_END_S)  # noqa: SLF001 - its own stop waits for ever
        except queue.Full:
            return
        thread.join(_END_S)

    def _run_input_thread(self) -> None:
        """Read keys until the terminal is gone, which ends the screen in order."""
        try:
            self.run_input_thread()
        except OSError:
            self._loop.call_soon_threadsafe(self._app.exit)
