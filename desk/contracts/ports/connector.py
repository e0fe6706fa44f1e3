"""The platform boundary: no plugin logic between the execution directive and here."""

from collections.abc import Callable, Sequence
from typing import Protocol

from desk.contracts.connection import Connection
from desk.contracts.market import Instrument, Tick
from desk.contracts.orders import (
    AmendRequest,
    Capabilities,
    OrderOutcome,
    OrderRequest,
    VenueBalance,
    VenueEvent,
    VenueFill,
    VenueOrder,
    VenuePosition,
)
from desk.contracts.ports.market_source import MarketSource
from desk.contracts.states import TradingMode

VenueListener = Callable[[VenueEvent], None]


class IAPIConnector(Protocol):
    """Speak to one account at one venue.

    Creates, amends and cancels never raise for a venue's answer: they return an outcome, UNKNOWN where
    nothing is proven. Reads raise ReadFailed, which says nothing about what was asked.
    """

    @property
    def name(self) -> str:
        """The connector's name in the configuration."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What this connector can do."""
        ...

    @property
    def mode(self) -> TradingMode:
        """Whose money is at stake."""
        ...

    @property
    def connection(self) -> Connection:
        """How the venue is reached now; asked a few times a second."""
        ...

    @property
    def market(self) -> MarketSource | None:
        """The venue's own prices; None where it has none."""
        ...

    def subscribe(self, listener: VenueListener) -> None:
        """Call `listener` with every order update and fill of the account, in order, on the core's loop."""
        ...

    def observe(self, tick: Tick) -> None:
        """Take a tick of the desk's feed; only called where capabilities.observes_market."""
        ...

    async def open(self) -> None:
        """Connect, for the first time or after a close; raises ReadFailed where the venue does not answer."""
        ...

    async def close(self) -> None:
        """Disconnect; orders and positions stay at the venue."""
        ...

    async def place_order(self, request: OrderRequest) -> OrderOutcome:
        """Send one order; its client id is unique for ever."""
        ...

    async def amend_order(self, request: AmendRequest) -> OrderOutcome:
        """Change a resting order in place; only called where capabilities.amends_in_place."""
        ...

    async def cancel_order(self, symbol: str, client_order_id: str) -> OrderOutcome:
        """Cancel a resting order; NOT_ACCEPTED where the venue proves there is nothing to cancel."""
        ...

    async def fetch_instruments(self) -> Sequence[Instrument]:
        """Read the filters of every symbol."""
        ...

    async def fetch_order(self, symbol: str, client_order_id: str) -> VenueOrder | None:
        """Look one order up by client id; None is the venue's word that it does not know it."""
        ...

    async def fetch_open_orders(self) -> Sequence[VenueOrder]:
        """Read every resting order of the account, conditional ones included."""
        ...

    async def fetch_fills(self, since_ms: int) -> Sequence[VenueFill]:
        """Read every fill of the account from `since_ms` on, oldest first."""
        ...

    async def fetch_positions(self) -> Sequence[VenuePosition]:
        """Read every open perpetual position of the account."""
        ...

    async def fetch_account_id(self) -> str | None:
        """Read what the venue calls the account, the same for all its keys; None where it does not tell."""
        ...

    async def fetch_balances(self) -> Sequence[VenueBalance]:
        """Read every balance of the account."""
        ...
