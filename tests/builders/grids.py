"""A small app with one widget in it, and what its screen reads."""

from textual.app import App, ComposeResult
from textual.widget import Widget

from desk.contracts.screen import Palette
from desk.ui.themes import themes
from desk.ui.viewmodels.subject import Subject
from desk.ui.widgets.grid import Grid


class Shelf(App[None]):
    """Hold one widget, in the desk's own theme, and remember what was opened."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget
        self.opened: list[Subject] = []
        for theme in themes(Palette.GREEN_RED):
            self.register_theme(theme)
        self.theme = "desk-dark"

    def compose(self) -> ComposeResult:
        """Stand the widget up."""
        yield self.widget

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """Remember what was opened."""
        self.opened.append(message.subject)


def lines_of(app: App[None]) -> list[str]:
    """Return the screen's lines as they read, without the spaces at their ends."""
    strips = app.screen._compositor.render_strips()  # noqa: SLF001 - the toolkit has no other way to read a screen
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]
