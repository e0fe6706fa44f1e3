"""The terminal as it is: slow, stalled or gone, it never holds the screen up."""

import contextlib
import errno
import os
import queue
import sys
import termios
import tty
from io import TextIOWrapper
from typing import TYPE_CHECKING, TextIO, cast

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App

_MOST_WAITING = 2
"""Writes that may wait for the terminal; beyond, pictures are left out until it has caught up."""
_END_S = 2.0
_ALTERNATE_SCREEN, _NO_CURSOR, _FOCUS_TOLD = "\x1b[?1049h", "\x1b[?25l", "\x1b[?1004h"


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
        self._is_up = False
        self._is_suspended = False

    def start_application_mode(self) -> None:
        """Take the terminal; from the background that waits until the process is brought to the front."""
        reader = self._key_thread
        super().start_application_mode()  # type: ignore[no-untyped-call] # Textual left it without
        self._is_up = self._key_thread is not reader
        self._is_suspended = not self._is_up

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was."""
        self._is_up = False
        super().stop_application_mode()

    def suspend_application_mode(self) -> None:
        """Give the terminal back until the process is continued."""
        super().suspend_application_mode()
        self._is_suspended = True

    @property
    def is_gone(self) -> bool:
        """Whether the terminal has hung up, told or not: Textual takes its empty reads for silence."""
        try:
            termios.tcgetattr(self.fileno)
        except termios.error as error:
            return bool(error.args[0] != errno.ENOTTY)
        return False

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

    def _sigcont_application(self, *_: object) -> None:
        """Go on, whoever stopped the process: Textual's own starts a second reader of keys beside the first.

        Signals come in between any two steps, a write included: what writes is left to the loop.
        """
        if self._is_up:
            self._loop.call_soon_threadsafe(self._take_back)
        elif self._is_suspended:
            super()._sigcont_application()
            self._has_lost = True

    def _take_back(self) -> None:
        """Take the terminal from whoever had it meanwhile, and draw everything again."""
        if not self._is_up:
            return
        with contextlib.suppress(termios.error):
            modes = termios.tcgetattr(self.fileno)
            modes[tty.LFLAG] = self._patch_lflag(modes[tty.LFLAG])
            modes[tty.IFLAG] = self._patch_iflag(modes[tty.IFLAG])
            termios.tcsetattr(self.fileno, termios.TCSANOW, modes)
        self.write(_ALTERNATE_SCREEN + _NO_CURSOR + _FOCUS_TOLD)
        self._enable_mouse_support()
        self._enable_bracketed_paste()
        self._disable_line_wrap()
        self._has_lost = True

    def _run_input_thread(self) -> None:
        """Read keys until the terminal is gone, which ends the screen in order."""
        try:
            self.run_input_thread()
        except OSError:
            self._loop.call_soon_threadsafe(self._app.exit)
