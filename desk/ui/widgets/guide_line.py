"""Draw the line that shows a newcomer the way."""

from textual.widgets import Static


class GuideLine(Static):
    """Show one line of guidance, or nothing at all."""

    def __init__(self) -> None:
        super().__init__("", id="guide", markup=False)
        self.display = False

    def show(self, text: str) -> None:
        """Show `text`; "" hides the line."""
        self.display = bool(text)
        if text:
            self.update(text)
