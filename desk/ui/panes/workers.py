"""Show which workers are called."""

from desk.ui.panes.table_pane import TablePane
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.table import Table
from desk.ui.viewmodels.workers import workers_table


class WorkersPane(TablePane):
    """Show which workers are called."""

    name_of_pane = "workers"
    title = "Workers"

    def table_of(self, frame: Frame) -> Table:
        """Return the table to draw."""
        return workers_table(frame)
