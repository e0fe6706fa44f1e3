"""What each strategy made of its closed trades."""

from desk.ui.panes.past import PastReader
from desk.ui.panes.table_pane import TablePane
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.results import results_table
from desk.ui.viewmodels.table import Table


class ResultsPane(TablePane):
    """Compare strategies by their results."""

    name_of_pane = "results"
    title = "Results by strategy"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._past = PastReader(self)

    def table_of(self, frame: Frame) -> Table:
        """Return the table to draw."""
        self._past.ask_if_due()
        return results_table(frame, self._past.history, self._past.problem)
