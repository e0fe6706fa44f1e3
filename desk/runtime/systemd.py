"""Word to the service manager by its datagram socket: ready, alive, how it stands, stopping."""

import socket
from collections.abc import Callable, Mapping

from desk.contracts.ports.time import Clock

_BEAT_MS = 1_000
_US_PER_MS = 1_000
_BEATS_IN_LIMIT = 2
_LONGEST_STATUS = 200


class ServiceManager:
    """Tell systemd how this process is; where none listens, nothing is said.

    Nothing here blocks or raises: word that cannot be delivered is dropped.
    """

    def __init__(self, address: str | None, watchdog_ms: int | None = None) -> None:
        self._address = _path_of(address)
        self._watchdog_ms = watchdog_ms
        self._socket: socket.socket | None = None
        self._status = ""
        if self._address is not None:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.settimeout(0)

    @property
    def beat_ms(self) -> int:
        """How long a beat may last: a second at most, and half of what the watchdog waits for."""
        limit_ms = self._watchdog_ms
        return _BEAT_MS if limit_ms is None else max(1, min(_BEAT_MS, limit_ms // _BEATS_IN_LIMIT))

    def ready(self, status: str) -> None:
        """Say that the desk has started."""
        self._status = status
        self._say("READY=1", f"STATUS={_one_line(status)}")

    def beat(self, status: str) -> None:
        """Say that the loop runs, which holds the watchdog back, and what changed in how the desk stands."""
        words = [] if self._watchdog_ms is None else ["WATCHDOG=1"]
        if status != self._status:
            self._status = status
            words.append(f"STATUS={_one_line(status)}")
        if words:
            self._say(*words)

    def stopping(self, status: str) -> None:
        """Say that the desk is on its way down."""
        self._say("STOPPING=1", f"STATUS={_one_line(status)}")

    def close(self) -> None:
        """Say nothing more."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _say(self, *words: str) -> None:
        if self._socket is None or self._address is None:
            return
        try:
            self._socket.sendto("\n".join(words).encode(), self._address)
        except OSError:
            return  # it does not listen, or is behind: the next beat says it again


def service_manager_of(environment: Mapping[str, str], process_id: int) -> ServiceManager:
    """Return the manager that started this process, as it says in the environment."""
    limit, meant = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    is_meant = not meant or meant == str(process_id)
    watchdog_ms = int(limit) // _US_PER_MS if limit.isdecimal() and is_meant else 0
    return ServiceManager(environment.get("NOTIFY_SOCKET") or None, watchdog_ms or None)


async def beat_for_ever(manager: ServiceManager, clock: Clock, status: Callable[[], str]) -> None:
    """Beat on the core's own loop: where that is blocked nothing beats, and the watchdog bites."""
    while True:
        manager.beat(status())
        await clock.sleep_ms(manager.beat_ms)


def _path_of(address: str | None) -> str | None:
    """Return the address as the kernel takes it; a leading @ is an abstract socket."""
    if address is None or not address.startswith(("/", "@")):
        return None
    return f"\0{address[1:]}" if address.startswith("@") else address


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_STATUS]
