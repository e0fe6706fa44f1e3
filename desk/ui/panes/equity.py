"""The account's worth over time."""

from textual.app import ComposeResult

from desk.contracts.history import History
from desk.ui.panes.pane import Pane
from desk.ui.panes.past import PastReader
from desk.ui.viewmodels.canvas import Picture
from desk.ui.viewmodels.equity_chart import equity_picture
from desk.ui.viewmodels.equity_past import EquityPast, equity_past
from desk.ui.viewmodels.equity_scene import equity_scene
from desk.ui.viewmodels.frame import Frame
from desk.ui.widgets.picture import PictureView


class EquityPane(Pane, can_focus=True):
    """Draw equity, its peak and its drawdown."""

    name_of_pane = "equity"
    title = "Equity"
    DEFAULT_CSS = """
    EquityPane { height: 1fr; width: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._past = PastReader(self)
        self._summed: History | None = None
        self._equity: EquityPast | None = None

    def compose(self) -> ComposeResult:
        """Stand the picture up."""
        yield PictureView()

    def draw(self, frame: Frame) -> None:
        """Show `frame`, and ask for a newer past where that is due."""
        self._past.ask_if_due()
        history = self._past.history
        if history is not self._summed:
            self._summed = history
            self._equity = None if history is None else equity_past(history.equity)
        is_answered = history is not None
        scene = equity_scene(frame, self._equity, self._past.problem, is_answered=is_answered)

        def drawn(width: int, height: int) -> Picture:
            return equity_picture(scene, width, height)

        self.query_one(PictureView).show(scene, drawn)
