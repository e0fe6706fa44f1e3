"""One symbol's quotes and trades, which travel apart, as one line of ticks."""

from collections import OrderedDict
from decimal import Decimal
from typing import Final

from desk.contracts.market import ZERO, Tick, is_market, is_positive
from desk.contracts.ports.market_source import MarketUpdate, QuoteUpdate, TradeUpdate
from desk.feeds.irregularities import Irregularity, IrregularityBook

_REORDER_MS: Final = 1_000
"""Streams of one venue overtake each other by less; what is older than that is no news."""

_AHEAD_TOLD_MS: Final = 1_000

_TRADE_IDS_KEPT: Final = 4_096
"""More than a venue tells again after a lost connection."""


class SymbolTape:
    """Make the ticks of one symbol.

    A quote's price is the last trade's, or the nearer side where that trade lies outside of it, or the
    middle before any trade; its size is zero. Beside a trade stands the newest quote, widened to hold its
    price where the trade is the newer of the two; of a quote more than `max_quote_age_ms` older nothing is
    known any more, and the price stands on both sides. No tick is older than the one before it, nor ahead
    of the desk's clock.
    """

    def __init__(self, symbol: str, max_quote_age_ms: int, irregularities: IrregularityBook) -> None:
        self._symbol = symbol
        self._max_quote_age_ms = max_quote_age_ms
        self._irregularities = irregularities
        self._quote: QuoteUpdate | None = None
        self._quoted_ms = 0
        self._newest_ms = 0
        self._last: Decimal | None = None
        self._trade_ids: OrderedDict[str, None] = OrderedDict()

    def tick(self, update: MarketUpdate, now_ms: int, sequence: int) -> Tick | None:
        """Return the tick that an update makes; None where it brings nothing true and new."""
        if now_ms < self._newest_ms:  # the wall clock was set back
            self._newest_ms, self._quoted_ms = now_ms, min(self._quoted_ms, now_ms)
        if isinstance(update, QuoteUpdate):
            return self._of_quote(update, now_ms, sequence)
        return self._of_trade(update, now_ms, sequence)

    def _of_quote(self, quote: QuoteUpdate, now_ms: int, sequence: int) -> Tick | None:
        bid, ask = quote.bid, quote.ask
        if not is_market(bid, ask):
            self._quote = None  # whatever stands there now, it is not what stood there before
            text = f"bid {bid} and ask {ask} are no market, and were refused"
            self._irregularities.note(Irregularity.REFUSED, self._symbol, text)
            return None
        true_ms = self._true_ms(quote, now_ms)
        if true_ms < self._quoted_ms:
            self._irregularities.note(Irregularity.SUPERSEDED, self._symbol)
            return None
        if self._is_late(true_ms, "a quote", "was left out"):
            return None
        self._quote, self._quoted_ms = quote, true_ms
        price = (bid + ask) / 2 if self._last is None else min(max(self._last, bid), ask)
        return self._made(true_ms, sequence, price, bid, ask, ZERO)

    def _of_trade(self, trade: TradeUpdate, now_ms: int, sequence: int) -> Tick | None:
        price, size_base = trade.price, trade.size_base
        if not (is_positive(price) and size_base.is_finite() and size_base >= 0):
            text = f"a trade of {size_base} at {price} is none, and was refused"
            self._irregularities.note(Irregularity.REFUSED, self._symbol, text)
            return None
        if not self._is_new(trade.venue_trade_id):
            self._irregularities.note(Irregularity.DUPLICATE, self._symbol)
            return None
        true_ms = self._true_ms(trade, now_ms)
        if self._is_late(true_ms, "a trade", "is missing in its bar"):
            return None
        self._last = price
        bid, ask = self._sides(price, true_ms)
        return self._made(true_ms, sequence, price, bid, ask, size_base)

    def _sides(self, price: Decimal, true_ms: int) -> tuple[Decimal, Decimal]:
        """Return bid and ask as a trade leaves them."""
        quote, quote_age_ms = self._quote, true_ms - self._quoted_ms
        if quote is None or quote_age_ms > self._max_quote_age_ms:
            return price, price
        if quote_age_ms < 0:
            return quote.bid, quote.ask
        return min(quote.bid, price), max(quote.ask, price)

    def _is_late(self, true_ms: int, what: str, effect: str) -> bool:
        late_ms = self._newest_ms - true_ms
        if late_ms <= _REORDER_MS:
            return False
        text = f"{what} came that is {late_ms} ms older than the newest price, and {effect}"
        self._irregularities.note(Irregularity.LATE, self._symbol, text)
        return True

    def _is_new(self, trade_id: str | None) -> bool:
        if trade_id is None:
            return True
        if trade_id in self._trade_ids:
            return False
        self._trade_ids[trade_id] = None
        if len(self._trade_ids) > _TRADE_IDS_KEPT:
            self._trade_ids.popitem(last=False)
        return True

    def _true_ms(self, update: MarketUpdate, now_ms: int) -> int:
        """Return when an update was true, on the desk's clock: a price from the future is one of now."""
        ahead_ms = update.time_ms - now_ms
        if ahead_ms > _AHEAD_TOLD_MS:
            text = f"the venue's clock is {ahead_ms} ms ahead of this machine's, so prices look new; set it"
            self._irregularities.note(Irregularity.AHEAD, self._symbol, text)
        return min(update.time_ms, now_ms)

    def _made(
        self, true_ms: int, sequence: int, price: Decimal, bid: Decimal, ask: Decimal, size_base: Decimal
    ) -> Tick:
        self._newest_ms = max(self._newest_ms, true_ms)
        return Tick(self._symbol, self._newest_ms, price, bid, ask, size_base, sequence)
