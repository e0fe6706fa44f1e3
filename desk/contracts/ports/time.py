"""Time, ids and chance as ports, so that the whole desk runs the same under a virtual clock and a seed."""

from collections.abc import Coroutine
from typing import Protocol, TypeVar

from desk.contracts.ids import TypedId

IdKind = TypeVar("IdKind", bound=TypedId)


class Clock(Protocol):
    """Tell the time and wait for it."""

    def now_ms(self) -> int:
        """Return the wall clock, UTC, in milliseconds since 1970."""
        ...

    def monotonic_ms(self) -> int:
        """Return a clock that never jumps; only differences mean something."""
        ...

    async def sleep_ms(self, duration_ms: int) -> None:
        """Wait `duration_ms` of this clock's time."""
        ...

    async def sleep_until_ms(self, time_ms: int) -> None:
        """Wait until the wall clock reads `time_ms`."""
        ...


class IdSource(Protocol):
    """Give out ids."""

    def new(self, kind: type[IdKind]) -> IdKind:
        """Return a fresh id of `kind`, born now."""
        ...


class Rng(Protocol):
    """Give out chance; the same seed gives the same chance."""

    def random(self) -> float:
        """Return a number in [0, 1)."""
        ...

    def gauss(self, mu: float, sigma: float) -> float:
        """Return a normally distributed number."""
        ...

    def getrandbits(self, bits: int) -> int:
        """Return `bits` random bits."""
        ...


class Spawner(Protocol):
    """Start background work that the supervisor watches; never a bare task."""

    def spawn(self, name: str, work: Coroutine[object, object, None]) -> None:
        """Run `work`; its failure becomes an alarm, never silence."""
        ...
