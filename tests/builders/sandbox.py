"""A local exchange in the test's own loop, its prices driven by hand."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

from connectors.sandbox.account import TradingAccount
from connectors.sandbox.fault_box import ActiveFault
from connectors.sandbox.faults import FaultOrder
from connectors.sandbox.hand import Hand
from connectors.sandbox.limits import LimitSettings
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.settings import (
    DEFAULT_KEY,
    DEFAULT_SECRET,
    KeySettings,
    SandboxSettings,
    SymbolSettings,
)
from connectors.sandbox.usual import listings_of
from connectors.sandbox.venue import LocalVenue
from desk.contracts.orders import VenuePosition
from desk.contracts.ports.time import Clock
from desk.runtime.clock import WallClock
from desk.runtime.tasks import TaskSupervisor

PERP, SPOT = "BTC/USDT:USDT", "BTC/USDT"
KEY, SECRET = DEFAULT_KEY, DEFAULT_SECRET
UNLIMITED = LimitSettings(place=10_000, amend=10_000, cancel=10_000, read=10_000)


@dataclass
class Sandbox:
    """A running exchange: where it is, what can be done to it, and what is true there."""

    server: SandboxServer
    venue: LocalVenue
    failures: list[str]

    @property
    def base_url(self) -> str:
        """Where it is reached."""
        return self.server.base_url

    @property
    def hand(self) -> Hand:
        """Another hand at the venue: trade, close, cancel, liquidate."""
        return self.venue.hand

    @property
    def account(self) -> TradingAccount:
        """The account of the first key, with everything that is true of it."""
        return self.venue.account()

    def price(
        self, price: str, symbol: str = PERP, *, bid: str | None = None, ask: str | None = None
    ) -> None:
        """Let a trade happen at `price`."""
        self.venue.set_price(
            symbol,
            Decimal(price),
            bid=None if bid is None else Decimal(bid),
            ask=None if ask is None else Decimal(ask),
        )

    def fault(self, name: str, **settings: object) -> ActiveFault:
        """Let a fault be."""
        return self.venue.inject(FaultOrder.model_validate({"fault": name, **settings}, strict=False))

    def lift_faults(self) -> None:
        """End every fault."""
        self.venue.faults.clear()

    def position(self, symbol: str = PERP) -> VenuePosition | None:
        """Return the position the venue has."""
        return self.account.position(symbol)

    @property
    def accepted(self) -> list[str]:
        """The client ids of every order ever taken, oldest first."""
        return [one.link_id for one in self.account.cards.values() if one.link_id]

    @property
    def open_ids(self) -> list[str]:
        """The client ids of the open orders, empty for one without."""
        return [one.link_id for one in self.account.open_cards()]

    def attempts(self, client_order_id: str) -> int:
        """Return how many creates arrived with a client id."""
        return self.venue.attempts[client_order_id]

    def posts(self, path: str = "/v5/order/create") -> int:
        """Return how many POSTs of a path arrived."""
        return self.venue.requests[f"POST {path}"]


@asynccontextmanager
async def sandbox(
    *,
    symbols: Sequence[SymbolSettings] = (),
    keys: Sequence[KeySettings] = (),
    balances: dict[str, str] | None = None,
    limits: LimitSettings = UNLIMITED,
    slippage: str = "0",
    spread: str = "0",
    seed: int = 1,
    clock: Clock | None = None,
    wanders: bool = False,
) -> AsyncIterator[Sandbox]:
    """Start an exchange on a free port, and end it; prices stand still unless it `wanders`.

    Without slippage and spread a buy takes at one price step above the last price, a sell one below.
    """
    settings = SandboxSettings(
        seed=seed,
        symbols=tuple(symbols),
        keys=tuple(keys) or (KeySettings(key=KEY, secret=SECRET),),
        opening_balances={coin: Decimal(one) for coin, one in (balances or {"USDT": "100000"}).items()},
        limits=limits,
        slippage=Decimal(slippage),
        spread=Decimal(spread),
    )
    failures: list[str] = []
    tasks = TaskSupervisor(lambda name, error: failures.append(f"{name}: {error!r}"))
    venue = LocalVenue(
        settings, listings_of(settings.symbols), {}, clock or WallClock(), tasks, random.Random(seed)
    )
    server = SandboxServer(venue, tasks, wanders=wanders)
    await server.start(0)
    try:
        yield Sandbox(server, venue, failures)
    finally:
        await server.stop()
        await tasks.stop(1000)
    assert not failures, failures
