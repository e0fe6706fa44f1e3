"""Show open positions and how they are protected."""

from desk.ui.panes.table_pane import TablePane
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.positions import positions_table
from desk.ui.viewmodels.table import Table


class PositionsPane(TablePane):
    """Show open positions and how they are protected."""

    name_of_pane = "positions"
    title = "Open positions"

    def table_of(self, frame: Frame) -> Table:
        """Return the table to draw."""
        return positions_table(frame)
