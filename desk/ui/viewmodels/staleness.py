"""What is too old to act on: prices of a silent feed, and everything of a desk that does not answer."""

from desk.contracts.snapshot import Figure
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.times import rough_age
from desk.ui.viewmodels.tones import Tone

UNHEARD_AFTER_MS = 3_000
"""From here on nothing on the screen is news."""


def is_unheard(frame: Frame) -> bool:
    """Tell whether the desk has been silent for so long that every number is stale."""
    return bool(frame.unreachable) or frame.unheard_ms >= UNHEARD_AFTER_MS


class Staleness:
    """Know which symbols' prices are stale in one frame, and how old a figure is on the screen."""

    def __init__(self, frame: Frame) -> None:
        self._silent = frozenset(one.symbol for one in frame.snapshot.feeds if one.is_stale)
        self._unheard_ms = frame.unheard_ms
        self.is_all = is_unheard(frame)

    def of(self, symbol: str) -> bool:
        """Tell whether what is derived from the prices of `symbol` is stale."""
        return self.is_all or symbol in self._silent

    def age_ms(self, figure: Figure) -> int | None:
        """Return how old a figure is by now."""
        return None if figure.age_ms is None else figure.age_ms + self._unheard_ms

    def word(self, figure: Figure) -> str:
        """Say that a figure is stale and for how long, in at most nine cells."""
        aged = self.age_ms(figure)
        return "STALE" if aged is None else f"STALE {rough_age(aged)}"


def marked(text: str, tone: Tone, *, is_stale: bool) -> tuple[str, Tone]:
    """Keep a stale number on the screen, dim and behind a tilde."""
    return (f"~{text}", Tone.STALE) if is_stale else (text, tone)
