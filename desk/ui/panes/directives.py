"""Show what was decided, and how far it came."""

from desk.ui.panes.table_pane import TablePane
from desk.ui.viewmodels.directives import directives_table
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.table import Table


class DirectivesPane(TablePane):
    """Show what was decided, and how far it came."""

    name_of_pane = "directives"
    title = "Directives"
    follows_newest = True

    def table_of(self, frame: Frame) -> Table:
        """Return the table to draw."""
        return directives_table(frame)
