"""Show what runs when."""

from desk.ui.panes.table_pane import TablePane
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.schedule import schedule_table
from desk.ui.viewmodels.table import Table


class SchedulePane(TablePane):
    """Show what runs when."""

    name_of_pane = "schedule"
    title = "Schedule"

    def table_of(self, frame: Frame) -> Table:
        """Return the table to draw."""
        return schedule_table(frame)
