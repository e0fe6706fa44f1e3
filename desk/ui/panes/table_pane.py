"""A pane that is a table: its view model, and the grid that draws it."""

from typing import ClassVar

from textual.app import ComposeResult

from desk.ui.panes.pane import Pane
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.subject import Subject
from desk.ui.viewmodels.table import Table
from desk.ui.widgets.grid import Grid


class TablePane(Pane):
    """Draw a table of each frame; the grid in it filters, sorts and copies.

    `follows_newest` keeps a cursor on the first row there, as newer rows come in above it.
    """

    follows_newest: ClassVar[bool] = False

    def compose(self) -> ComposeResult:
        """Stand the grid up."""
        yield Grid(follows_newest=self.follows_newest)

    @property
    def grid(self) -> Grid:
        """The grid of this pane."""
        return self.query_one(Grid)

    def table_of(self, frame: Frame) -> Table:
        """Return the table to draw."""
        raise NotImplementedError

    def draw(self, frame: Frame) -> None:
        """Show the table of `frame`."""
        self.grid.show(self.table_of(frame), ascii_only=frame.writing.ascii_only)

    @property
    def subject(self) -> Subject | None:
        """What the cursor is on."""
        return self.grid.subject

    async def on_grid_opened(self) -> None:
        """Ask why of the row that was opened."""
        await self.run_action("app.perform('why.open')")
