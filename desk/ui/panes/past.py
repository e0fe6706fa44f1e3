"""Ask the desk for its past, seldom: it changes with a trade, not with a tick."""

from textual.widget import Widget

from desk.contracts.history import History
from desk.ui.inquiry import Inquiry
from desk.ui.reach import ReachesDesk, client_of

_EVERY_MS = 2_000


class PastReader:
    """Keep a widget's newest history; `problem` says why there is none, or none newer."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._inquiry: Inquiry[str, History] = Inquiry(self._ask, lambda: None, every_ms=_EVERY_MS)

    @property
    def history(self) -> History | None:
        """The newest answer."""
        return self._inquiry.answer

    @property
    def problem(self) -> str:
        """Why there is no newer answer; "" where there is."""
        return self._inquiry.failure

    def ask_if_due(self) -> None:
        """Ask again two seconds after the last question, unless that is still open."""
        if isinstance(self._widget.app, ReachesDesk) and self._inquiry.begins("history"):
            self._widget.run_worker(self._inquiry.ask("history"), name="history", exit_on_error=False)

    async def _ask(self, _: str) -> History:
        return await client_of(self._widget).history()
