"""The line that shows a newcomer the way: three hints at the first start, or a tour step by step."""

from dataclasses import dataclass

FIRST_HINTS = (
    "1 to 5 are the workspaces, enter asks why",
    "? lists every key, ^p finds every command",
    "X, and X again, leaves every position",
)


@dataclass(frozen=True, slots=True)
class TourStep:
    """Say something, and which action leads on."""

    text: str
    action_id: str


TOUR = (
    TourStep("Paper money: what the desk holds, what it decided, how that ended. Press 2", "view.market"),
    TourStep("Prices, their trend and a chart with every fill on it. Press 3", "view.orders"),
    TourStep("What rests at the venue, and the trades that are over. Press 4", "view.account"),
    TourStep("Equity, results, and how close the limits are. Press 5", "view.health"),
    TourStep("How the desk itself is, and everything that happened. Press 1", "view.desk"),
    TourStep("Every key is in the help. Press ?", "view.help"),
    TourStep("Now the way out: press X, wait a moment, and press X again", "desk.exit"),
)
_EMPTY_BOOK = "That was the emergency exit. It ends in FLAT or says what is left. Press q to leave the tour"


class Tour:
    """Follow the operator through the steps."""

    def __init__(self) -> None:
        self._place = 0

    @property
    def text(self) -> str:
        """What to say now."""
        if self._place == len(TOUR):
            return _EMPTY_BOOK
        return f"{self._place + 1}/{len(TOUR)}  {TOUR[self._place].text}"

    def done(self, action_id: str) -> None:
        """Go on where this was what the step asked for."""
        if self._place < len(TOUR) and TOUR[self._place].action_id == action_id:
            self._place += 1


def first_hints(width: int) -> str:
    """Return the three hints in one line, or as many as `width` cells hold."""
    shown = [f"{number}. {hint}" for number, hint in enumerate(FIRST_HINTS, start=1)]
    while len(shown) > 1 and len("   ".join(shown)) > width:
        shown.pop()
    return "   ".join(shown)
