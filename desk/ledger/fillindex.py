"""Which venue fills are booked: each books once."""

from collections.abc import Iterable

from desk.ledger.archive import Archive
from desk.ledger.touched import Table

FILLS_KEPT = 1024
"""Fills per symbol whose ids memory remembers; the journal remembers all."""


class FillIndex:
    """Know the ids of booked fills, the older ones by asking the archive."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, None]] = {}
        self._incomplete: set[str] = set()
        self._all_incomplete = False

    def add(self, symbol: str, venue_trade_id: str) -> None:
        """Know one fill."""
        self._known.setdefault(symbol, {})[venue_trade_id] = None

    def has(self, symbol: str, venue_trade_id: str, archive: Archive | None) -> bool:
        """Tell whether a fill is booked."""
        if venue_trade_id in self._known.get(symbol, ()):
            return True
        if archive is None or not (self._all_incomplete or symbol in self._incomplete):
            return False
        return archive.has(Table.FILL, (symbol, venue_trade_id))

    def restored(self, fills: Iterable[tuple[str, str]]) -> None:
        """Take some fills back; the archive knows the others."""
        self._all_incomplete = True
        for symbol, venue_trade_id in fills:
            self.add(symbol, venue_trade_id)

    def forget_old(self) -> None:
        """Drop all but the newest ids of each symbol from memory."""
        for symbol, known in self._known.items():
            if len(known) > FILLS_KEPT:
                self._incomplete.add(symbol)
                for venue_trade_id in list(known)[:-FILLS_KEPT]:
                    del known[venue_trade_id]
