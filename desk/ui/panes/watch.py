"""Show what each symbol trades at."""

from desk.ui.panes.table_pane import TablePane
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.table import Table
from desk.ui.viewmodels.watch import watch_table


class WatchPane(TablePane):
    """Show what each symbol trades at."""

    name_of_pane = "watch"
    title = "Market watch"

    def table_of(self, frame: Frame) -> Table:
        """Return the table to draw."""
        return watch_table(frame)
