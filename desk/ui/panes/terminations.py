"""Show how each flow ended."""

from desk.ui.panes.table_pane import TablePane
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.table import Table
from desk.ui.viewmodels.terminations import terminations_table


class TerminationsPane(TablePane):
    """Show how each flow ended."""

    name_of_pane = "terminations"
    title = "Terminations"
    follows_newest = True

    def table_of(self, frame: Frame) -> Table:
        """Return the table to draw."""
        return terminations_table(frame)
