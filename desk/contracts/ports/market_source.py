"""Prices of a connector's own: what its venue quotes and trades, as it comes in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from desk.contracts.market import Bar


@dataclass(frozen=True, slots=True)
class QuoteUpdate:
    """Report the best bid and ask, in quote; a side without an order is zero.

    `time_ms` is the venue's time, UTC, or that of the arrival where the venue does not say.
    """

    symbol: str
    time_ms: int
    bid: Decimal
    ask: Decimal


@dataclass(frozen=True, slots=True)
class TradeUpdate:
    """Report one public trade: price in quote, size in base (never in contracts), the venue's time.

    The size is zero where the venue only tells its last price. With `venue_trade_id`, unique per symbol,
    a trade that is told again is known again.
    """

    symbol: str
    time_ms: int
    price: Decimal
    size_base: Decimal
    venue_trade_id: str | None = None


MarketUpdate = QuoteUpdate | TradeUpdate

MarketListener = Callable[[MarketUpdate], None]


class MarketSource(Protocol):
    """Bring one venue's prices; opened and closed with its connector, by whatever client it likes.

    Without `subscribe` nothing is streamed, so that a connector which only has to close positions opens no
    stream. After a lost connection it goes on by itself; where it can, it first reads the trades it missed,
    and tells them before anything newer of their symbol. Times of quotes and trades are by one clock.
    """

    def subscribe(self, symbols: Sequence[str], listener: MarketListener) -> None:
        """Call `listener` with every quote and trade of `symbols`, on the core's loop, each as it arrives.

        Called once, before the connector is opened; `watch` adds to it later. Each trade is told, none
        folded into another; nothing is told that happened before the connector was opened.
        """
        ...

    def watch(self, symbols: Sequence[str]) -> None:
        """Tell the same listener of more symbols, from now on and after every reopening.

        Called after `subscribe`, at any time; what is watched already stays as it is.
        """
        ...

    async def fetch_bars(self, symbol: str, interval_ms: int, count: int) -> Sequence[Bar]:
        """Read the newest `count` bars, the open one among them or not; volumes in base.

        Raises ReadFailed, also for an interval that the venue does not have.
        """
        ...
