"""What stands on a screen too small to read: state and mode, and that the exit still works where it does."""

from rich.text import Text
from textual.widgets import Static

from desk.contracts.snapshot import Snapshot


class TooSmall(Static):
    """Cover a screen that is too small."""

    def __init__(self, least: str) -> None:
        super().__init__("", id="too-small", markup=False)
        self._least = least
        self._words = ""

    def show(self, snapshot: Snapshot | None, *, observe: bool) -> None:
        """Draw what matters most, in at most five short lines."""
        words = "waiting" if snapshot is None else f"{snapshot.state.value} {snapshot.mode.value}"
        if words == self._words:
            return
        self._words = words
        way_out = "OBSERVE" if observe else "X X leaves all"
        self.update(Text(f"{words}\ntoo small\nneeds {self._least}\n{way_out}\nq quits", justify="center"))
