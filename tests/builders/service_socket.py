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

    def heard(self, word: str, within_s: float = _WITHIN_S) -> str:
        """Wait for a line that begins with `word`, said from now on; return it."""
        deadline_s = time.monotonic() + within_s
        while (left_s := deadline_s - time.monotonic()) > 0:
            for line in self.next(left_s):
                if line.startswith(word):
                    return line
        raise AssertionError(f"no {word} within {within_s} s; said was {self.said}")

    def next(self, within_s: float) -> list[str]:
        """Return the lines of the next datagram, none where none comes in time."""
        ready, _, _ = select.select([self.socket], [], [], within_s)
        if not ready:
            return []
        lines = self.socket.recv(65_536).decode().splitlines()
        self.said += lines
        return lines

    def drain(self) -> None:
        """Hear all that was said so far."""
        while self.next(0):
            pass


@contextmanager
def service_socket(place: Path | str) -> Iterator[ServiceSocket]:
    """Listen at a path, or at an abstract address that begins with @."""
    address = str(place)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as opened:
        opened.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        yield ServiceSocket(address, opened)
