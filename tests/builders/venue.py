"""Parts to test a venue with: instruments, ticks, requests, a clock moved by hand, a rig of the venue."""

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.paper.connector import PaperConnector
from connectors.venue.account import Account
from connectors.venue.exchange import Exchange
from connectors.venue.liquidity import Liquidity
from connectors.venue.refusals import Refusal
from connectors.venue.state import Terms, VenueState
from desk.contracts.ids import ExecutionDirectiveId
from desk.contracts.market import Instrument, InstrumentKind, Tick
from desk.contracts.orders import (
    AmendRequest,
    Leg,
    OrderOutcome,
    OrderRequest,
    OrderStatus,
    OrderType,
    OutcomeKind,
    VenueEvent,
    VenueFill,
    VenueOrder,
)
from desk.contracts.paper import PaperSettings
from desk.contracts.sides import OrderSide

SPOT = "BTC/USDT"
PERP = "BTC/USDT:USDT"
START_MS = 1_700_000_000_000
DIRECTIVE = ExecutionDirectiveId.at(START_MS, 1)

BUY, SELL = OrderSide.BUY, OrderSide.SELL

D = Decimal


def instrument(symbol: str = SPOT, **changes: Any) -> Instrument:  # noqa: ANN401 - any field of it
    base, _, rest = symbol.partition("/")
    quote, _, settle = rest.partition(":")
    fields: dict[str, Any] = {
        "symbol": symbol,
        "kind": InstrumentKind.PERPETUAL if settle else InstrumentKind.SPOT,
        "base": base,
        "quote": quote,
        "price_step": Decimal("0.1"),
        "size_step": Decimal("0.001"),
        "min_size_base": Decimal("0.001"),
        "min_notional_quote": Decimal(1),
        "maker_fee": Decimal("0.0002"),
        "taker_fee": Decimal("0.001"),
        "max_size_base": Decimal(1000),
        "max_leverage": Decimal(10) if settle else Decimal(1),
    }
    return Instrument(**(fields | changes))


INSTRUMENTS = (instrument(SPOT), instrument(PERP))


def tick(
    price: str | int,
    *,
    symbol: str = SPOT,
    bid: str | None = None,
    ask: str | None = None,
    size: str = "5",
    time_ms: int = START_MS,
    sequence: int = 0,
) -> Tick:
    """Build a tick; without bid and ask they are the price."""
    last = Decimal(price)
    return Tick(
        symbol=symbol,
        time_ms=time_ms,
        price=last,
        bid=last if bid is None else Decimal(bid),
        ask=last if ask is None else Decimal(ask),
        size_base=Decimal(size),
        sequence=sequence,
    )


def request(
    client_order_id: str,
    side: OrderSide,
    size: str | int,
    *,
    symbol: str = SPOT,
    order_type: OrderType | None = None,
    limit: str | int | None = None,
    stop: str | int | None = None,
    **changes: Any,  # noqa: ANN401 - any other field of it
) -> OrderRequest:
    """Build a request; without a type it is MARKET, LIMIT, STOP or STOP_LIMIT by the prices it has."""
    kinds = {
        (False, False): OrderType.MARKET,
        (True, False): OrderType.LIMIT,
        (False, True): OrderType.STOP,
        (True, True): OrderType.STOP_LIMIT,
    }
    return OrderRequest(
        client_order_id=client_order_id,
        execution_directive_id=DIRECTIVE,
        leg=Leg.ENTRY,
        attempt=1,
        symbol=symbol,
        side=side,
        order_type=order_type or kinds[limit is not None, stop is not None],
        size_base=Decimal(size),
        limit_price=None if limit is None else Decimal(limit),
        stop_price=None if stop is None else Decimal(stop),
        **changes,
    )


def amendment(
    client_order_id: str,
    *,
    symbol: str = SPOT,
    size: str | None = None,
    limit: str | None = None,
    stop: str | None = None,
) -> AmendRequest:
    return AmendRequest(
        client_order_id=client_order_id,
        execution_directive_id=DIRECTIVE,
        symbol=symbol,
        size_base=None if size is None else Decimal(size),
        limit_price=None if limit is None else Decimal(limit),
        stop_price=None if stop is None else Decimal(stop),
    )


class ManualClock:
    """Stand still until moved; sleepers wake in the order of their time."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self._now_ms = now_ms
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._count = 0

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic_ms(self) -> int:
        return self._now_ms - START_MS

    async def sleep_ms(self, duration_ms: int) -> None:
        await self.sleep_until_ms(self._now_ms + duration_ms)

    async def sleep_until_ms(self, time_ms: int) -> None:
        if time_ms <= self._now_ms:
            return
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        self._sleepers.append((time_ms, self._count, sleeper))
        await sleeper

    def set_ms(self, now_ms: int) -> None:
        """Jump, without waking anyone."""
        self._now_ms = now_ms

    async def advance(self, duration_ms: int) -> None:
        """Let `duration_ms` pass; whoever sleeps within it wakes at its time."""
        end_ms = self._now_ms + duration_ms
        await self._settle()
        while True:
            due = sorted(one for one in self._sleepers if one[0] <= end_ms)
            if not due:
                break
            time_ms, _, sleeper = due[0]
            self._sleepers.remove(due[0])
            self._now_ms = time_ms
            if not sleeper.done():
                sleeper.set_result(None)
            await self._settle()
        self._now_ms = end_ms

    async def _settle(self) -> None:
        for _ in range(10):
            loop = asyncio.get_running_loop()
            turn: asyncio.Future[None] = loop.create_future()
            loop.call_soon(turn.set_result, None)
            await turn


class TaskSpawner:
    """Run background work as tasks, and keep what failed."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self.failures: list[str] = []

    def spawn(self, name: str, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(self._watched(work), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watched(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - a task boundary: the failure is kept
            self.failures.append(str(error))


@dataclass
class RememberedOrders:
    """Keep what ended in memory."""

    orders: dict[str, VenueOrder] = field(default_factory=dict)

    def find(self, client_order_id: str) -> VenueOrder | None:
        return self.orders.get(client_order_id)


class VenueRig:
    """Drive the pure venue: every call takes a millisecond, what it tells is kept."""

    def __init__(
        self,
        *instruments: Instrument,
        slippage: str = "0",
        fraction: str = "0",
        max_fill: str | None = None,
        seed: int = 1,
        **balances: str | int,
    ) -> None:
        self.now_ms = START_MS
        self.events: list[VenueEvent] = []
        self.history = RememberedOrders()
        totals = {currency: Decimal(total) for currency, total in balances.items()}
        self.state = VenueState(account=Account(totals=totals))
        most = None if max_fill is None else Decimal(max_fill)
        liquidity = Liquidity(random.Random(seed), Decimal(fraction), most)
        terms = Terms(Decimal(slippage), liquidity)
        self.exchange = Exchange(instruments or INSTRUMENTS, terms, self.state, self.history)

    @property
    def fills(self) -> list[VenueFill]:
        return [event for event in self.events if isinstance(event, VenueFill)]

    def tick(
        self,
        price: str | int,
        *,
        symbol: str = SPOT,
        bid: str | None = None,
        ask: str | None = None,
        size: str = "5",
    ) -> list[VenueEvent]:
        """Show the venue a tick; return what it told."""
        shown = tick(price, symbol=symbol, bid=bid, ask=ask, size=size, time_ms=self.now_ms)
        if self.exchange.sees(shown):
            self.exchange.match(shown, self.now_ms)
        return self._collect()

    def send(self, client_order_id: str, side: OrderSide, size: str | int, **fields: Any) -> OrderOutcome:  # noqa: ANN401 - as in `request`
        outcome = self.exchange.place(request(client_order_id, side, size, **fields), self.now_ms)
        self._collect()
        return outcome

    def accepted(self, client_order_id: str, side: OrderSide, size: str | int, **fields: Any) -> VenueOrder:  # noqa: ANN401 - as in `request`
        """Place an order that must be accepted."""
        outcome = self.send(client_order_id, side, size, **fields)
        assert outcome.kind is OutcomeKind.ACCEPTED, (outcome.code, outcome.reason)
        assert outcome.order is not None
        return outcome.order

    def refused(self, client_order_id: str, side: OrderSide, size: str | int, **fields: Any) -> str:  # noqa: ANN401 - as in `request`
        """Place an order that must be refused; return the code."""
        told = len(self.events)
        outcome = self.send(client_order_id, side, size, **fields)
        assert outcome.kind is OutcomeKind.NOT_ACCEPTED
        assert outcome.reason
        assert len(self.events) == told
        return outcome.code

    def amend(self, client_order_id: str, **fields: str) -> OrderOutcome:
        outcome = self.exchange.amend(amendment(client_order_id, **fields), self.now_ms)
        self._collect()
        return outcome

    def cancel(self, client_order_id: str, symbol: str = SPOT) -> OrderOutcome:
        outcome = self.exchange.cancel(symbol, client_order_id, self.now_ms)
        self._collect()
        return outcome

    def withdraw(self, currency: str, amount: str) -> OrderOutcome:
        try:
            self.exchange.deposit(currency, -Decimal(amount))
        except Refusal as refusal:
            return OrderOutcome(OutcomeKind.NOT_ACCEPTED, None, refusal.code, refusal.reason)
        return OrderOutcome(OutcomeKind.ACCEPTED)

    def order(self, client_order_id: str) -> VenueOrder:
        found = self.exchange.find(client_order_id)
        assert found is not None
        return found

    def status(self, client_order_id: str) -> OrderStatus:
        return self.order(client_order_id).status

    def total(self, currency: str) -> Decimal:
        return self.state.account.total(currency)

    def free(self, currency: str) -> Decimal:
        return self.exchange.free(currency)

    def position(self, symbol: str = PERP) -> Decimal:
        """Return the signed size of a position."""
        return self.state.account.net(symbol).size_base

    def _collect(self) -> list[VenueEvent]:
        changes = self.exchange.take_changes()
        ended = (one.report() for one in changes.orders.values() if not one.is_open)
        self.history.orders.update({one.client_order_id: one for one in ended})
        self.events += changes.events
        self.now_ms += 1
        return changes.events


class PaperRig:
    """Run a paper connector on a manual clock, and keep what it tells."""

    def __init__(self, account_file: Path | None = None, **settings: Any) -> None:  # noqa: ANN401 - any setting
        self.clock = ManualClock()
        self.spawner = TaskSpawner()
        self.told: list[VenueEvent] = []
        fields: dict[str, Any] = {
            "opening_balances": {"USDT": D(10000), "BTC": D(10)},
            "slippage": D(0),
            "latency_ms": 0,
        } | settings
        rng = random.Random(7)
        self.connector = PaperConnector(
            PaperSettings(**fields), INSTRUMENTS, self.clock, self.spawner, rng, account_file
        )
        self.connector.subscribe(self.told.append)

    @property
    def fills(self) -> list[VenueFill]:
        return [event for event in self.told if isinstance(event, VenueFill)]

    def tick(self, price: str | int, *, symbol: str = SPOT, size: str = "5") -> None:
        self.connector.observe(tick(price, symbol=symbol, size=size, time_ms=self.clock.now_ms()))

    async def opened(self) -> "PaperRig":
        """Open, and show a first price of each symbol."""
        await self.connector.open()
        self.tick(100)
        self.tick(100, symbol=PERP)
        return self
