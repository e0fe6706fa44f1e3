"""Time in which the desk saw nothing: a loop that was blocked, a machine that slept, a clock that was set."""

from dataclasses import dataclass

from desk.contracts.ports.time import Clock


@dataclass(frozen=True, slots=True)
class Lost:
    """Tell what happened since the look before.

    `blocked_ms` is how much later than meant the loop woke; `jumped_ms` how far the wall clock went beyond
    what passed, as it does when the machine slept or somebody set the clock.
    """

    blocked_ms: int
    jumped_ms: int


class LostTime:
    """Compare two clocks with what was meant to pass."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._monotonic_ms = clock.monotonic_ms()
        self._wall_ms = clock.now_ms()

    def look(self, meant_ms: int) -> Lost:
        """Tell what was lost since the look before, which was meant to be `meant_ms` ago."""
        passed_ms = self._clock.monotonic_ms() - self._monotonic_ms
        walked_ms = self._clock.now_ms() - self._wall_ms
        self._monotonic_ms += passed_ms
        self._wall_ms += walked_ms
        return Lost(max(0, passed_ms - meant_ms), walked_ms - passed_ms)
