"""Show alarms and the price alerts that wait."""

from desk.ui.panes.table_pane import TablePane
from desk.ui.viewmodels.alarms import alarms_table
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.table import Table


class AlarmsPane(TablePane):
    """Show alarms and the price alerts that wait."""

    name_of_pane = "alarms"
    title = "Alarms"

    def table_of(self, frame: Frame) -> Table:
        """Return the table to draw."""
        return alarms_table(frame)
