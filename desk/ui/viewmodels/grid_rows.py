"""The rows a grid shows and the cursor among them, whatever rows come, go and change places."""

from collections.abc import Sequence

from desk.ui.viewmodels.arrangement import Sorting, arrange
from desk.ui.viewmodels.table import Row, Table


class GridRows:
    """Hold a table as it is sorted and filtered, with a cursor that stays on its row.

    With `follows_newest` a cursor on the first row stays there as newer rows come in above it; without,
    it goes where its row goes: what an operator is about to act on does not change under their hand.
    """

    def __init__(self, *, follows_newest: bool = False) -> None:
        self.table = Table(columns=(), rows=())
        self.sorting = Sorting()
        self.wanted = ""
        self.cursor = 0
        self.follows_newest = follows_newest
        self._key = ""
        self._shown: tuple[Row, ...] = ()

    @property
    def shown(self) -> Sequence[Row]:
        """The rows that show, in their order."""
        return self._shown

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self._shown[self.cursor] if self._shown else None

    def put(self, table: Table) -> None:
        """Take a newer table."""
        self.table = table
        self._arrange()

    def keep(self, wanted: str) -> None:
        """Show only rows that hold every word of `wanted`."""
        self.wanted = wanted
        self._arrange()

    def sort(self, sorting: Sorting) -> None:
        """Show the rows in this order; an unknown column changes nothing, once there is a table to know."""
        known = [one.key for one in self.table.columns]
        if not sorting.key or not known or sorting.key in known:
            self.sorting = sorting
            self._arrange()

    def move_to(self, place: int) -> None:
        """Put the cursor on the row at `place`, the nearest there is."""
        self.cursor = max(0, min(place, len(self._shown) - 1))
        self._hold()

    def _arrange(self) -> None:
        self._shown = arrange(self.table, self.sorting, self.wanted)
        kept = next((at for at, one in enumerate(self._shown) if one.key == self._key), self.cursor)
        self.cursor = max(0, min(kept, len(self._shown) - 1))
        self._hold()

    def _hold(self) -> None:
        if self._shown:
            is_following = self.follows_newest and self.cursor == 0
            self._key = "" if is_following else self._shown[self.cursor].key
