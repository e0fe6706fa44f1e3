"""Show a newcomer the way: the three hints of the first start, once, or the tour."""

from desk.ui.choices import Choices
from desk.ui.screens.work import WorkScreen
from desk.ui.viewmodels.guiding import Tour, first_hints

_SEEN = "hints_seen"


class Guide:
    """Lead through the guide line; esc hides the hints, the tour goes on by doing what it says.

    An observer is given no hints: the last tells of a way out, and no key of an observer acts.
    """

    def __init__(self, choices: Choices, *, with_tour: bool, observe: bool) -> None:
        self._choices = choices
        self._tour = Tour() if with_tour else None
        self._hints = not with_tour and not observe and not choices[_SEEN]

    def start(self, screen: WorkScreen) -> None:
        """Show what there is to show, and never the hints again."""
        self.draw(screen)
        if self._hints:
            self._choices.keep(_SEEN, "yes")

    def draw(self, screen: WorkScreen) -> None:
        """Write the line of now."""
        text = self._tour.text if self._tour is not None else ""
        if self._hints:
            text = first_hints(screen.size.width - 2)
        screen.guide_line.show(text)

    def done(self, action_id: str, screen: WorkScreen) -> None:
        """Follow what was done."""
        if action_id == "view.back":
            self._hints = False
        if self._tour is not None:
            self._tour.done(action_id)
        self.draw(screen)
