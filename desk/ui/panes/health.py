"""Show how the desk itself is."""

from desk.ui.panes.table_pane import TablePane
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.health import health_table
from desk.ui.viewmodels.table import Table


class HealthPane(TablePane):
    """Show how the desk itself is."""

    name_of_pane = "health"
    title = "Health"

    def table_of(self, frame: Frame) -> Table:
        """Return the table to draw."""
        return health_table(frame)
