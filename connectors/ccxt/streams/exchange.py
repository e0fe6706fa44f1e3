"""What the streams use of an exchange of ccxt's pro kind, so that a test can be one by hand."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from connectors.ccxt.markets import Row
from connectors.ccxt.streams.wire import Wire
from desk.contracts.orders import VenueFill, VenueOrder

ReadCall = Callable[..., Awaitable[Any]]
"""Call a method of ccxt by name for a read, paced; raises ReadFailed where nothing was learned."""


class StreamExchange(Protocol):
    """An exchange made by `guard.watched`, its markets loaded; it serves streams alone."""

    wire: Wire | None
    has: Mapping[str, object]
    options: dict[str, Any]
    streaming: dict[str, Any]
    orders: Any
    myTrades: Any  # noqa: N815 - ccxt's name
    trades: Mapping[str, Any]
    bidsasks: Mapping[str, Any]
    tickers: Mapping[str, Any]

    def watch_orders(self) -> Awaitable[object]:
        """Wait for the next news of an order."""
        ...

    def watch_my_trades(self) -> Awaitable[object]:
        """Wait for the next execution of the account."""
        ...

    def watch_trades(self, symbol: str) -> Awaitable[object]:
        """Wait for the next public trade."""
        ...

    def watch_trades_for_symbols(self, symbols: Sequence[str]) -> Awaitable[object]:
        """Wait for the next public trade of any of the symbols."""
        ...

    def watch_bids_asks(self, symbols: Sequence[str]) -> Awaitable[object]:
        """Wait for the next best bid and ask of any of the symbols."""
        ...

    def watch_tickers(self, symbols: Sequence[str]) -> Awaitable[object]:
        """Wait for the next ticker of any of the symbols."""
        ...

    def watch_ticker(self, symbol: str) -> Awaitable[object]:
        """Wait for the next ticker."""
        ...

    def drop_stream(self, url: str, reason: str) -> None:
        """Close one connection now; what waits on it hears NetworkError."""
        ...

    def unanswered_logins(self) -> Iterable[str]:
        """List the connections whose log-in the venue has not answered."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


class AccountRows(Protocol):
    """Read ccxt's rows of an account; both raise UnreadableRow."""

    def order(self, row: Row) -> VenueOrder:
        """Read an order."""
        ...

    def fill(self, row: Row) -> VenueFill:
        """Read one execution."""
        ...


class AccountReads(Protocol):
    """Ask the venue itself; every read raises ReadFailed where nothing was learned."""

    async def fetch_order(self, symbol: str, client_order_id: str) -> VenueOrder | None:
        """Look one order up."""
        ...

    async def fetch_open_orders(self) -> Sequence[VenueOrder]:
        """Read every resting order."""
        ...

    async def fetch_fills(self, since_ms: int) -> Sequence[VenueFill]:
        """Read every fill from `since_ms` on, oldest first."""
        ...
