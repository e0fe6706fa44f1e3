"""Two presses between a stray key and an empty book: what counts as meant, and what does not."""

from enum import StrEnum

QUIET_MS = 300
"""How long no key may have come before the second press: what follows at once is no decision."""

SETTLE_MS = 120
"""How long no key may come after the second press: a held key repeats sooner, and so does a paste."""

ARMED_FOR_MS = 5_000


class Press(StrEnum):
    """Name a key by what it means here."""

    EXIT = "exit"
    LEAVE = "leave"
    OTHER = "other"


class Step(StrEnum):
    """Say what a press led to."""

    PASSED = "passed"
    OPENED = "opened"
    TOO_SOON = "too soon"
    SECOND = "second"
    LEFT = "left"
    IGNORED = "ignored"


class ExitGuard:
    """Follow the presses; times in milliseconds of one monotonic clock, taken when the key was read.

    The first press opens the panel. The second counts after `QUIET_MS` without any key, and fires once
    `SETTLE_MS` have passed without another: a key held down keeps sending, so it never fires.
    """

    def __init__(self) -> None:
        self._opened_at_ms: int | None = None
        self._last_ms: int | None = None
        self._second_ms: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether the panel asks for the second press."""
        return self._opened_at_ms is not None

    def press(self, press: Press, at_ms: int) -> Step:
        """Take one key; `OTHER` also stands for a paste."""
        if self._opened_at_ms is None:
            return self._first(press, at_ms)
        quiet_ms = at_ms - (self._last_ms if self._last_ms is not None else at_ms)
        self._last_ms = at_ms
        self._second_ms = None
        match press:
            case Press.LEAVE:
                self.close()
                return Step.LEFT
            case Press.OTHER:
                return Step.IGNORED
            case Press.EXIT if quiet_ms < QUIET_MS or self.left_ms(at_ms) == 0:
                return Step.TOO_SOON
            case _:
                self._second_ms = at_ms
                return Step.SECOND

    def is_meant(self, at_ms: int) -> bool:
        """Tell whether the second press stands: asked `SETTLE_MS` after it; closes the panel if so."""
        if self._second_ms is None or at_ms - self._second_ms < SETTLE_MS:
            return False
        self.close()
        return True

    def left_ms(self, at_ms: int) -> int:
        """Return how much longer the panel stays open without a second press."""
        if self._opened_at_ms is None:
            return 0
        return max(0, self._opened_at_ms + ARMED_FOR_MS - at_ms)

    def close(self) -> None:
        """Forget all presses."""
        self._opened_at_ms = self._last_ms = self._second_ms = None

    def _first(self, press: Press, at_ms: int) -> Step:
        if press is not Press.EXIT:
            return Step.PASSED
        self._opened_at_ms = self._last_ms = at_ms
        return Step.OPENED
