"""What pictures of the screen are compared by: a clock that stands still, and the comparison itself."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from desk.contracts.screen import ScreenSettings
from desk.contracts.snapshot import Snapshot
from tests.builders.screens import HandClock, KeptMemory, PictureDesk, Screening

Scene = Callable[[Screening], Awaitable[None]]
"""What is done with the screen before its picture is taken."""

PICTURE_SIZE = (120, 36)


class LooksAsKept(Protocol):
    """Compare a screen with the picture that is kept of it."""

    def __call__(
        self,
        desk: Snapshot | PictureDesk,
        *,
        size: tuple[int, int] = PICTURE_SIZE,
        press: Sequence[str] = (),
        settings: ScreenSettings | None = None,
        memory: KeptMemory | None = None,
        quit_question: str | None = None,
        clock: HandClock | None = None,
        scene: Scene | None = None,
    ) -> bool: ...
