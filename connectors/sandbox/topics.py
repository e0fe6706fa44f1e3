"""The public topics: what each tells first, and what it tells of a price."""

from collections.abc import Callable
from typing import Final, Protocol

from connectors.sandbox import market_rows
from connectors.sandbox.candles import INTERVALS_MS, begin_of, end_of
from connectors.sandbox.codes import BAD_PARAMETER, VenueRefusal
from connectors.sandbox.listings import Category, Listing
from connectors.sandbox.market import Market, PublicTrade
from connectors.sandbox.wire import Row, text_of

_DEPTHS: Final = (1, 50, 200, 1000)
_SHOWN_LEVELS: Final = 50
"""A made-up book has this many levels a side, however many were asked for."""


class MarketTopic(Protocol):
    """Tell one subscription of a symbol."""

    listing: Listing

    def first(self, now_ms: int) -> list[Row]:
        """Return what is told on subscribing."""
        ...

    def told(self, trade: PublicTrade, now_ms: int) -> list[Row]:
        """Return what is told of a price."""
        ...


def market_topic(name: str, category: Category, market: Market) -> MarketTopic:
    """Build a topic by its name; raises VenueRefusal."""
    kind, *details = name.split(".")
    makers: dict[str, Callable[[Listing, list[str]], MarketTopic]] = {
        "tickers": lambda listing, _: TickerTopic(name, listing, market),
        "publicTrade": lambda listing, _: TradeTopic(name, listing),
        "orderbook": lambda listing, rest: BookTopic(name, listing, market, _depth(rest, name)),
        "kline": lambda listing, rest: CandleTopic(name, listing, market, _interval(rest, name)),
    }
    if kind not in makers or not details:
        raise VenueRefusal(BAD_PARAMETER, f"error:handler not found,topic:{name}")
    try:
        listing = market.listings.find(category, details[-1])
    except VenueRefusal:
        raise VenueRefusal(BAD_PARAMETER, f"error:invalid symbol,topic:{name}") from None
    return makers[kind](listing, details[:-1])


class TickerTopic:
    """Tell the ticker: on linear a snapshot and then what changed, on spot snapshots alone."""

    def __init__(self, name: str, listing: Listing, market: Market) -> None:
        self._name = name
        self.listing = listing
        self._market = market
        self._said: Row = {}

    def first(self, now_ms: int) -> list[Row]:
        """Return the snapshot."""
        self._said = self._row(now_ms)
        return [self._message("snapshot", self._said, now_ms)]

    def told(self, trade: PublicTrade, now_ms: int) -> list[Row]:
        """Return the change."""
        row = self._row(now_ms)
        if self.listing.is_spot:
            return [self._message("snapshot", row, now_ms)]
        changed = {key: value for key, value in row.items() if self._said.get(key) != value}
        self._said = row
        if not changed:
            return []
        return [self._message("delta", {"symbol": self.listing.venue_symbol, **changed}, now_ms)]

    def _row(self, now_ms: int) -> Row:
        row = market_rows.ticker_row(self._market, self.listing, now_ms)
        if self.listing.is_spot:
            for absent in ("bid1Price", "bid1Size", "ask1Price", "ask1Size"):
                del row[absent]
        return row

    def _message(self, kind: str, row: Row, now_ms: int) -> Row:
        sequence = self._market.ticks[self.listing.symbol].sequence
        return {"topic": self._name, "type": kind, "data": row, "cs": sequence, "ts": now_ms}


class TradeTopic:
    """Tell every trade."""

    def __init__(self, name: str, listing: Listing) -> None:
        self._name = name
        self.listing = listing

    def first(self, now_ms: int) -> list[Row]:
        """Tell nothing of the past."""
        return []

    def told(self, trade: PublicTrade, now_ms: int) -> list[Row]:
        """Return the trade."""
        row: Row = {
            "T": trade.tick.time_ms,
            "s": self.listing.venue_symbol,
            "S": "Buy" if trade.is_buy else "Sell",
            "v": text_of(trade.tick.size_base),
            "p": text_of(trade.tick.price),
            "L": "PlusTick" if trade.is_buy else "MinusTick",
            "i": trade.trade_id,
            "BT": False,
            "seq": trade.tick.sequence,
        }
        return [{"topic": self._name, "type": "snapshot", "ts": now_ms, "data": [row]}]


class BookTopic:
    """Tell the book: a snapshot and then changed levels; of depth one, snapshots alone."""

    def __init__(self, name: str, listing: Listing, market: Market, depth: int) -> None:
        self._name = name
        self.listing = listing
        self._market = market
        self._depth = min(depth, _SHOWN_LEVELS)
        self._said: tuple[market_rows.Levels, market_rows.Levels] = ({}, {})
        self._updates = 0

    def first(self, now_ms: int) -> list[Row]:
        """Return the snapshot."""
        self._said = self._levels()
        bids, asks = self._said
        return [self._message("snapshot", bids, asks, now_ms)]

    def told(self, trade: PublicTrade, now_ms: int) -> list[Row]:
        """Return the levels that changed."""
        former, self._said = self._said, self._levels()
        if former == self._said:
            return []
        if self._depth == 1:
            return [self._message("snapshot", *self._said, now_ms)]
        bids, asks = (_changed(*pair) for pair in zip(former, self._said, strict=True))
        return [self._message("delta", bids, asks, now_ms)]

    def _levels(self) -> tuple[market_rows.Levels, market_rows.Levels]:
        return market_rows.levels_of(self.listing, self._market.ticks[self.listing.symbol], self._depth)

    def _message(self, kind: str, bids: market_rows.Levels, asks: market_rows.Levels, now_ms: int) -> Row:
        self._updates += 1
        data: Row = {
            "s": self.listing.venue_symbol,
            "b": market_rows.pairs_of(bids),
            "a": market_rows.pairs_of(asks),
            # 1 would mean that the service was restarted.
            "u": self._updates + 1,
            "seq": self._market.ticks[self.listing.symbol].sequence,
        }
        return {"topic": self._name, "type": kind, "ts": now_ms, "data": data, "cts": now_ms}


class CandleTopic:
    """Tell the candle that goes on, and once more when it has ended."""

    def __init__(self, name: str, listing: Listing, market: Market, interval: str) -> None:
        self._name = name
        self.listing = listing
        self._market = market
        self._interval = interval
        self._begin_ms: int | None = None

    def first(self, now_ms: int) -> list[Row]:
        """Return the candle as it stands."""
        self._begin_ms = begin_of(self._interval, now_ms)
        return [self._message(self._begin_ms, now_ms, is_over=False)]

    def told(self, trade: PublicTrade, now_ms: int) -> list[Row]:
        """Return the candle with the trade in it, after the one that ended by it."""
        begin_ms = begin_of(self._interval, now_ms)
        messages = []
        if self._begin_ms is not None and begin_ms > self._begin_ms:
            messages.append(self._message(self._begin_ms, now_ms, is_over=True))
        self._begin_ms = begin_ms
        return [*messages, self._message(begin_ms, now_ms, is_over=False)]

    def _message(self, begin_ms: int, now_ms: int, *, is_over: bool) -> Row:
        candle = self._market.candles[self.listing.symbol].candle(self._interval, begin_ms, now_ms)
        row: Row = {
            "start": begin_ms,
            "end": end_of(self._interval, begin_ms) - 1,
            "interval": self._interval,
            "open": text_of(candle.open),
            "close": text_of(candle.close),
            "high": text_of(candle.high),
            "low": text_of(candle.low),
            "volume": text_of(candle.volume),
            "turnover": text_of(candle.turnover),
            "confirm": is_over,
            "timestamp": now_ms,
        }
        return {"topic": self._name, "type": "snapshot", "ts": now_ms, "data": [row]}


def _changed(former: market_rows.Levels, now: market_rows.Levels) -> market_rows.Levels:
    gone = {price: "0" for price in former if price not in now}
    return gone | {price: size for price, size in now.items() if former.get(price) != size}


def _depth(details: list[str], name: str) -> int:
    text = details[0] if len(details) == 1 else ""
    if text not in {str(one) for one in _DEPTHS}:
        raise VenueRefusal(BAD_PARAMETER, f"error:invalid depth,topic:{name}")
    return int(text)


def _interval(details: list[str], name: str) -> str:
    text = details[0] if len(details) == 1 else ""
    if text not in INTERVALS_MS:
        raise VenueRefusal(BAD_PARAMETER, f"error:invalid interval,topic:{name}")
    return text
