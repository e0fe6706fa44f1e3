"""A service manager's end of the notify socket."""

import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_WITHIN_S = 60


@dataclass
class ServiceSocket:
    """Hear what a service says; `said` is all of it, line by line."""

    address: str
    socket: socket.socket
    said: list[str] = field(default_factory=list)
    looked_at: int = 0

    def heard(self, word: str, within_s: float = _WITHIN_S) -> str:
        """Wait for the next line, of those not yet looked at, that begins with `word`; return it."""
        deadline_s = time.monotonic() + within_s
        while True:
            for line in self.said[self.looked_at :]:
                self.looked_at += 1
                if line.startswith(word):
                    return line
            left_s = deadline_s - time.monotonic()
            assert left_s > 0, f"no {word} within {within_s} s; said was {self.said}"
            self.next(left_s)

    def next(self, within_s: float) -> list[str]:
        """Return the lines of the next datagram, none where none comes in time."""
        ready, _, _ = select.select([self.socket], [], [], within_s)
        lines = self.socket.recv(65_536).decode().splitlines() if ready else []
        self.said += lines
        return lines

    def falls_silent(self, for_s: float) -> None:
        """Wait until nothing is said for so long."""
        deadline_s = time.monotonic() + _WITHIN_S
        while self.next(for_s):
            assert time.monotonic() < deadline_s, f"it went on: {self.said[-3:]}"
        self.looked_at = len(self.said)

    def drain(self) -> None:
        """Hear all that was said so far, and look at it no more."""
        while self.next(0):
            pass
        self.looked_at = len(self.said)


@contextmanager
def service_socket(place: Path | str) -> Iterator[ServiceSocket]:
    """Listen at a path, or at an abstract address that begins with @."""
    address = str(place)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as opened:
        opened.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        yield ServiceSocket(address, opened)
