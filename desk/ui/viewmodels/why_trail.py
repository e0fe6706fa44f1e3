"""The way from one cause tree to the next, and back to the line one came from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from desk.ui.viewmodels.canvas import Span
from desk.ui.viewmodels.tones import Tone

_MOST_SHOWN = 4


@dataclass(slots=True)
class Step:
    """Hold one id that was asked for, and the line the cursor stood on when it was left."""

    asked_id: str
    cursor_key: str = ""


@dataclass(slots=True)
class Trail:
    """Hold the steps up to here; there is always one."""

    steps: list[Step] = field(default_factory=list)

    @property
    def here(self) -> Step:
        """The id that is looked at."""
        return self.steps[-1]

    def go(self, asked_id: str) -> bool:
        """Go on to another id; the one that is looked at is nowhere to go."""
        if self.steps and asked_id == self.here.asked_id:
            return False
        self.steps.append(Step(asked_id))
        return True

    def back(self) -> bool:
        """Go back to where one came from; False at the first."""
        if len(self.steps) < 2:  # noqa: PLR2004 - one to leave and one to come back to
            return False
        self.steps.pop()
        return True

    def crumbs(self, *, ascii_only: bool) -> Sequence[Span]:
        """Return the last steps as words, this one at the end."""
        arrow = " > " if ascii_only else " → "
        *before, here = (one.asked_id for one in self.steps[-_MOST_SHOWN:])
        passed = ["Why", *(["..."] if len(self.steps) > _MOST_SHOWN else []), *before]
        return (Span("".join(f"{one}{arrow}" for one in passed), Tone.DIM), Span(here, Tone.ACCENT))
