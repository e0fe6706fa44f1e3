"""Show the trades that are over, and what each made."""

from desk.ui.panes.past import PastReader
from desk.ui.panes.table_pane import TablePane
from desk.ui.viewmodels.closed_trades import closed_trades_table
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.table import Table


class ClosedTradesPane(TablePane):
    """Show the trades that are over, and what each made."""

    name_of_pane = "closed_trades"
    title = "Closed trades"
    follows_newest = True

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._past = PastReader(self)

    def table_of(self, frame: Frame) -> Table:
        """Return the table to draw."""
        self._past.ask_if_due()
        return closed_trades_table(frame, self._past.history, self._past.problem)
