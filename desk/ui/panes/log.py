"""Show what happened, in words."""

from desk.ui.panes.table_pane import TablePane
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.log import log_table
from desk.ui.viewmodels.table import Table


class LogPane(TablePane):
    """Show what happened, in words."""

    name_of_pane = "log"
    title = "Log"
    follows_newest = True

    def table_of(self, frame: Frame) -> Table:
        """Return the table to draw."""
        return log_table(frame)
