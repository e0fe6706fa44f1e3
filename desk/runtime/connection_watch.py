"""What is wrong with the way to the venue, from one look at it a second."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from desk.contracts.connection import Connection, StreamCondition
from desk.contracts.states import DeskState

STREAM = "stream "
"""How the keys of troubles with streams begin."""

_MS_PER_S = 1_000
_BREATH_MS = 5_000
"""A venue that is busy may ask for a pause; one that is longer at its beginning is a ban."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Say what is too long and too far: a stream down or silent, the venue's clock against this machine's."""

    max_stream_silence_ms: int
    max_clock_skew_ms: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Name one trouble by `key`, in words, with what it makes of the desk.

    `is_broken_stream` tells that a stream is bad which was good before: to connect anew may mend it.
    """

    key: str
    text: str
    state: DeskState = DeskState.REDUCING
    is_broken_stream: bool = False


class ConnectionWatch:
    """Judge how a venue is reached; what streams were like is remembered between looks.

    A stream of prices that never brought any is told alone where `needs` says that the desk can do without
    its symbols.
    """

    def __init__(self, venue: str, limits: ConnectionLimits, needs: Callable[[Sequence[str]], bool]) -> None:
        self._venue = venue
        self._limits = limits
        self._needs = needs
        self._bad_since_ms: dict[str, int] = {}
        self._once_good: set[str] = set()
        self._once_told: set[str] = set()
        self._is_banned = False

    def troubles(self, connection: Connection, now_ms: int) -> tuple[Trouble, ...]:
        """Return what is wrong; `now_ms` is of a clock that never jumps."""
        return (*self._requests(connection), *self._streams(connection.streams, now_ms))

    def _requests(self, connection: Connection) -> Iterator[Trouble]:
        if connection.key_refused is not None:
            text = f"{self._venue} refuses the key: {connection.key_refused}; cancels and exits fail too"
            yield Trouble("key", text, DeskState.HALTED)
        banned_for_ms = connection.banned_for_ms or 0
        self._is_banned = banned_for_ms > (0 if self._is_banned else _BREATH_MS)
        if self._is_banned:
            seconds = -(-banned_for_ms // _MS_PER_S)
            text = f"{self._venue} wants no request for {seconds} s: cancels and exits wait too"
            yield Trouble("ban", text)
        skew_ms = connection.clock_skew_ms
        if skew_ms is not None and not abs(skew_ms) <= self._limits.max_clock_skew_ms:
            text = (
                f"the clock of {self._venue} is {skew_ms:+} ms from this machine's, "
                f"which is more than {self._limits.max_clock_skew_ms} ms; set this machine's clock"
            )
            yield Trouble("clock", text)

    def _streams(self, streams: tuple[StreamCondition, ...], now_ms: int) -> Iterator[Trouble]:
        bad = {one.name: one for one in streams if one.is_stale or not one.is_up}
        self._once_good.update(one.name for one in streams if one.name not in bad)
        self._once_told.update(one.name for one in streams if one.silent_ms is not None)
        self._bad_since_ms = {name: self._bad_since_ms.get(name, now_ms) for name in bad}
        for name, stream in bad.items():
            lasted_ms = now_ms - self._bad_since_ms[name]
            if not lasted_ms <= self._limits.max_stream_silence_ms:
                how = "silent" if stream.is_up else "down"
                text = f"the stream {name} of {self._venue} has been {how} for {lasted_ms // _MS_PER_S} s"
                yield self._of_stream(stream, text)

    def _of_stream(self, stream: StreamCondition, text: str) -> Trouble:
        """Judge by its data whether it ever was: a subscription looks up until its refusal has come."""
        key, name = f"{STREAM}{stream.name}", stream.name
        if not stream.symbols or name in self._once_told or self._needs(stream.symbols):
            return Trouble(key, text, is_broken_stream=name in self._once_good)
        return Trouble(f"{key} unheld", f"{text}, and nothing is held there", DeskState.ACTIVE)
