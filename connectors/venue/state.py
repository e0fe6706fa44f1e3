"""What a venue remembers of an account, and what one request or tick changed of it."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from connectors.venue.account import Account
from connectors.venue.liquidity import Liquidity
from connectors.venue.orders import WorkingOrder
from desk.contracts.market import Tick
from desk.contracts.orders import VenueEvent, VenueOrder


@dataclass(frozen=True, slots=True)
class Terms:
    """How the venue trades: `slippage` is a fraction of the price, always against the taker.

    Fees are paid in quote; with `fee_in_coin_received` a spot buy pays in the coin it buys.
    """

    slippage: Decimal
    liquidity: Liquidity
    fee_in_coin_received: bool = False


@dataclass(slots=True)
class VenueState:
    """Hold an account as it must survive: open orders by client id, the newest tick of each symbol, counters.

    `newest_ms` is the time of the newest change; the account's time never runs backwards.
    """

    account: Account = field(default_factory=Account)
    orders: dict[str, WorkingOrder] = field(default_factory=dict)
    market: dict[str, Tick] = field(default_factory=dict)
    orders_taken: int = 0
    fills_made: int = 0
    newest_ms: int = 0


@dataclass(slots=True)
class Changes:
    """Collect what changed since it was last asked: what to store, and what to tell, in order."""

    events: list[VenueEvent] = field(default_factory=list)
    orders: dict[str, WorkingOrder] = field(default_factory=dict)
    currencies: dict[str, None] = field(default_factory=dict)
    symbols: dict[str, None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.events or self.currencies)

    def clear(self) -> None:
        """Forget what was handed over; the containers handed over stay whole."""
        self.events, self.orders, self.currencies, self.symbols = [], {}, {}, {}


class OrderHistory(Protocol):
    """Remember every order that ended, for ever."""

    def find(self, client_order_id: str) -> VenueOrder | None:
        """Return an order that ended, None where it never was."""
        ...
