"""A desk command in a terminal of its own: what it draws is read, and keys are typed at it."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

SEEN_WITHIN_S = 60.0
_LOOK_S = 0.1
_ESCAPES = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-9;?<>=]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>78]"
)
A_MOMENT_S = 0.5


@dataclass
class Terminal:
    """A process with a terminal; `drawn` is everything it ever drew, as plain text."""

    process: subprocess.Popen[bytes]
    master: int
    _raw: bytearray = field(default_factory=bytearray)

    @property
    def raw(self) -> bytes:
        """Everything drawn so far, as it came."""
        return bytes(self._raw)

    @property
    def drawn(self) -> str:
        """Everything drawn so far, without escapes."""
        return _ESCAPES.sub(b"", bytes(self._raw)).decode(errors="replace")

    def see(self, *words: str, since: int = 0) -> int:
        """Read until each of `words` was drawn after place `since`; return the place after it all."""
        deadline_s = time.monotonic() + SEEN_WITHIN_S
        while not all(word in self.drawn[since:] for word in words):
            assert time.monotonic() < deadline_s, f"not drawn: {words} in ...{self.drawn[-3000:]}"
            assert self._read() or self.process.poll() is None, f"ended: ...{self.drawn[-3000:]}"
        return len(self.drawn)

    def press(self, *keys: str) -> None:
        """Type keys with a moment between them, and go on reading meanwhile."""
        for key in keys:
            os.write(self.master, key.encode())
            until_s = time.monotonic() + A_MOMENT_S
            while time.monotonic() < until_s:
                self._read()

    def ends_within(self, seconds: float) -> int:
        """Read until it ends, and return its exit code."""
        deadline_s = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < deadline_s, f"still there: ...{self.drawn[-3000:]}"
            self._read()
        while self._read():
            pass
        return self.process.returncode

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def hang_up(self) -> None:
        """Take the terminal away, as a lost connection does."""
        os.close(self.master)
        self.master = -1

    def _read(self) -> bool:
        if self.master < 0 or not select.select([self.master], [], [], _LOOK_S)[0]:
            return False
        with contextlib.suppress(OSError):
            got = os.read(self.master, 65536)
            self._raw += got
            return bool(got)
        return False


@contextmanager
def in_terminal(
    line: Sequence[str], *, size: tuple[int, int] = (120, 40), environment: Mapping[str, str] | None = None
) -> Iterator[Terminal]:
    """Start a command in a terminal of `size` (columns, lines); kill it at the end, where it still lives."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    process = subprocess.Popen(
        list(line),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm-256color", **(environment or {})},
        preexec_fn=_lead_the_terminal,  # noqa: PLW1509 - so that closing the terminal hangs it up
    )
    os.close(slave)
    terminal = Terminal(process, master)
    try:
        yield terminal
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if terminal.master >= 0:
            os.close(terminal.master)


def _lead_the_terminal() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
