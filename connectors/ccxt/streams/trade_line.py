"""The public trades of one symbol: each once, and what was missed before what is newer."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from desk.contracts.ports.market_source import MarketListener, TradeUpdate

_IDS_KEPT: Final = 4_096
"""More than a venue tells again after a lost connection, or at once where it is asked for what was missed."""


class TradeLine:
    """Tell the trades of a symbol; while it is held, what comes waits for what was missed.

    Nothing is told that happened before `opened_ms`.
    """

    def __init__(self, listener: MarketListener, opened_ms: int) -> None:
        self._listener = listener
        self._newest_ms = opened_ms
        self._opened_ms = opened_ms
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._held: list[TradeUpdate] | None = None

    @property
    def newest_ms(self) -> int:
        """The time of the newest trade that was told, or of the opening."""
        return self._newest_ms

    @property
    def is_held(self) -> bool:
        """Whether trades wait."""
        return self._held is not None

    @property
    def has_waiting(self) -> bool:
        """Whether a trade came while held: the stream tells again."""
        return bool(self._held)

    def hold(self) -> None:
        """Let what comes from now on wait."""
        if self._held is None:
            self._held = []

    def take(self, trade: TradeUpdate) -> None:
        """Take a trade of the stream."""
        if trade.time_ms < self._opened_ms:
            return
        if self._held is None:
            self._tell(trade)
        else:
            self._held.append(trade)

    def missed(self, read: Iterable[TradeUpdate]) -> list[TradeUpdate]:
        """Return which of the trades that were read nobody has told, and none that waits has."""
        waiting = {trade.venue_trade_id for trade in self._held or ()}
        return [trade for trade in read if self._is_new(trade) and trade.venue_trade_id not in waiting]

    def release(self, missed: Iterable[TradeUpdate] = ()) -> None:
        """Tell what was missed and what waited, by time, and hold no longer."""
        waited, self._held = self._held or [], None
        for trade in sorted((*missed, *waited), key=lambda one: one.time_ms):
            self._tell(trade)

    def _is_new(self, trade: TradeUpdate) -> bool:
        """Tell whether a read trade belongs after what was told; one without an id only by its time."""
        if trade.venue_trade_id is None:
            return trade.time_ms > self._newest_ms
        return trade.time_ms >= self._newest_ms and trade.venue_trade_id not in self._ids

    def _tell(self, trade: TradeUpdate) -> None:
        name = trade.venue_trade_id
        if name is not None:
            if name in self._ids:
                return
            self._ids[name] = None
            if len(self._ids) > _IDS_KEPT:
                self._ids.popitem(last=False)
        self._newest_ms = max(self._newest_ms, trade.time_ms)
        self._listener(trade)
