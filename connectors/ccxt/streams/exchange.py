"""What the streams use of an exchange of ccxt's pro kind, so that a test can be one by hand."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from connectors.ccxt.markets import Row
from connectors.ccxt.streams.wire import Wire
from desk.contracts.orders import VenueFill, VenueOrder

ReadCall = Callable[..., Awaitable[Any]]
"""Call a method of ccxt by name for a read, paced; raises ReadFailed where nothing was learned."""


class Memory(Protocol):
    """One of ccxt's bounded memories of rows, oldest first."""

    def __len__(self) -> int: ...

    def __getitem__(self, at: int, /) -> Row: ...

    def __reversed__(self) -> Iterator[Row]: ...

    def getLimit(self, symbol: str | None, limit: int | None) -> int | None:  # noqa: N802 - ccxt's name
        """Return how many rows changed since the last asking, of one symbol or of all."""
        ...


class StreamExchange(Protocol):
    """An exchange made by `guard.watched`, its markets loaded; it serves streams alone."""

    wire: Wire | None
    options: dict[str, Any]
    streaming: dict[str, Any]
    venue_ahead_ms: Callable[[], int]

    @property
    def id(self) -> str:
        """The venue's name in ccxt."""
        ...

    @property
    def has(self) -> Mapping[str, object]:
        """What ccxt can do there."""
        ...

    @property
    def orders(self) -> Memory | None:
        """The account's orders; None before the first."""
        ...

    @property
    def myTrades(self) -> Memory | None:  # noqa: N802 - ccxt's name
        """The account's executions; None before the first."""
        ...

    @property
    def trades(self) -> Mapping[str, Memory]:
        """The public trades by symbol."""
        ...

    @property
    def bidsasks(self) -> Mapping[str, Row]:
        """The best bid and ask by symbol."""
        ...

    @property
    def tickers(self) -> Mapping[str, Row]:
        """The tickers by symbol."""
        ...

    def watch_orders(self, *, params: Mapping[str, object]) -> Awaitable[object]:
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
    """Read ccxt's rows of an account; those that do not concern us are not to be read."""

    def concerns(self, row: Row) -> bool:
        """Tell whether a row is about the kind of market that is traded."""
        ...

    def order(self, row: Row) -> VenueOrder:
        """Read an order; raises UnreadableRow."""
        ...

    def fill(self, row: Row) -> VenueFill:
        """Read one execution; raises UnreadableRow."""
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


@dataclass(frozen=True, slots=True)
class Account:
    """Say how an account is read: what streams bring, and by requests."""

    rows: AccountRows
    reads: AccountReads
