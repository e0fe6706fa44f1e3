"""What every part of the screen is: it draws a frame, and can say what its cursor is on."""

from typing import ClassVar

from textual.widget import Widget

from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.subject import Subject


class Pane(Widget):
    """Draw one topic; `name_of_pane` is its id in layouts and help, `title` stands on its border."""

    name_of_pane: ClassVar[str]
    title: ClassVar[str]

    def draw(self, frame: Frame) -> None:
        """Show `frame`: called a few times a second, and only while the pane can be seen."""
        raise NotImplementedError

    @property
    def subject(self) -> Subject | None:
        """What the cursor is on."""
        return None
