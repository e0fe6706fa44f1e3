"""The account and what is at risk."""

from textual.app import ComposeResult

from desk.ui.panes.pane import Pane
from desk.ui.viewmodels.account import account_facts
from desk.ui.viewmodels.frame import Frame
from desk.ui.widgets.facts import Facts


class AccountPane(Pane):
    """Show equity, the day, drawdown and risk against their limits."""

    name_of_pane = "account"
    title = "Account"

    def compose(self) -> ComposeResult:
        """Stand the facts up."""
        yield Facts()

    def draw(self, frame: Frame) -> None:
        """Show the account of `frame`."""
        self.query_one(Facts).show(account_facts(frame), ascii_only=frame.writing.ascii_only)
