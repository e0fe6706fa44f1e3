"""What the venue's word on an order implies, and its stream did not bring: fills, and the order's end."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.market import ZERO
from desk.contracts.orders import Leg, OrderType, VenueFill, VenueOrder
from desk.contracts.orderstate import OrderState
from desk.contracts.plans import TimeInForce
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.problems import ReadFailed
from desk.execution.reading import VenueReader

_FIRST_DELAYS_MS = (500, 1000, 2000, 4000)
_LATER_DELAY_MS = 5000
_ROUNDS_EVERY_MS = 250
"""How far apart rounds begin: orders that come close after each other are asked for together."""

_LOOK_BACK_MS = 5000
"""How far the venue's clock may be behind ours."""

_IMMEDIATE = frozenset({TimeInForce.IOC, TimeInForce.FOK})
_CONDITIONAL = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT})
_RESTING = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})


@dataclass(frozen=True, slots=True)
class Intake:
    """Hold where the venue's words go; each answers whether they were news."""

    fill: Callable[[VenueFill], bool]
    order: Callable[[VenueOrder], bool]


@dataclass(frozen=True, slots=True)
class _Turn:
    """Say in which round an order is asked for, and how often it was."""

    due_ms: int
    times: int


class MissingFills:
    """Ask for fills that are said to be and were not told, and for orders that must be over by now.

    One read brings the fills of all of them: when fifty positions are left at once, a venue counts requests.
    A venue that tells all in time is asked for nothing.
    """

    def __init__(
        self, reader: VenueReader, ledger: LedgerView, clock: Clock, spawner: Spawner, intake: Intake
    ) -> None:
        self._reader = reader
        self._ledger = ledger
        self._clock = clock
        self._spawner = spawner
        self._intake = intake
        self._turns: dict[str, _Turn] = {}
        self._rounds: set[int] = set()

    def attach(self, bus: EventBus) -> None:
        """Look at every order that changes."""
        bus.subscribe(events.ORDER_UPDATED, self.on_order, subscriber="platform.missing_fills")

    def on_order(self, order: OrderState) -> None:
        """Follow an order that lacks something; most of it comes by itself within the first delay."""
        if order.client_order_id not in self._turns and _lacks(order):
            self._ask_later(order.client_order_id, 0)

    def _ask_later(self, order_id: str, times: int) -> None:
        delay_ms = _FIRST_DELAYS_MS[times] if times < len(_FIRST_DELAYS_MS) else _LATER_DELAY_MS
        rounds = -(-(self._clock.monotonic_ms() + delay_ms) // _ROUNDS_EVERY_MS)
        due_ms = rounds * _ROUNDS_EVERY_MS
        self._turns[order_id] = _Turn(due_ms, times)
        if due_ms not in self._rounds:
            self._rounds.add(due_ms)
            self._spawner.spawn("missing fills", self._round(due_ms))

    async def _round(self, due_ms: int) -> None:
        """Ask once for every order whose turn it is; whatever is lacking still gets a later turn."""
        await self._clock.sleep_ms(due_ms - self._clock.monotonic_ms())
        self._rounds.discard(due_ms)
        asked = {name: turn for name, turn in self._turns.items() if turn.due_ms == due_ms}
        for name in asked:
            del self._turns[name]
        await asyncio.gather(*(self._look(one) for one in self._among(asked, _is_untold)))
        if orders := self._among(asked, lacks_fills):
            await self._fetch(min(one.intended_at_ms for one in orders))
        for order in self._among(asked, _lacks):
            name = order.client_order_id
            if name not in self._turns:
                self._ask_later(name, asked[name].times + 1)

    def _among(self, names: dict[str, _Turn], lacks: Callable[[OrderState], bool]) -> Sequence[OrderState]:
        orders = [order for name in names if (order := self._ledger.order(name)) is not None]
        return [one for one in orders if lacks(one)]

    async def _look(self, order: OrderState) -> None:
        """Take in how an order stands; that a venue does not show it yet means nothing."""
        try:
            seen = await self._reader.order(order.request.symbol, order.client_order_id)
        except ReadFailed:
            return
        if seen is not None:
            self._intake.order(seen)

    async def _fetch(self, since_ms: int) -> None:
        try:
            fills = await self._reader.fills(since_ms - _LOOK_BACK_MS)
        except ReadFailed:
            return
        for fill in fills:
            self._intake.fill(fill)


def lacks_fills(order: OrderState) -> bool:
    """Tell whether the venue said that an order filled further than what is booked of it."""
    return order.told_filled_base > order.filled_base or (order.status.is_terminal and not order.is_over)


def _lacks(order: OrderState) -> bool:
    return lacks_fills(order) or _is_untold(order)


def _is_untold(order: OrderState) -> bool:
    """Tell whether the venue has an order that cannot rest, and has not told its end.

    Who sends a close waits for it, and asks.
    """
    return order.status.is_working and order.request.leg is not Leg.CLOSE and not _may_rest(order)


def _may_rest(order: OrderState) -> bool:
    """Tell whether an order may work for long; a conditional one that began to fill was touched."""
    request = order.request
    is_untouched = max(order.filled_base, order.told_filled_base) == ZERO
    if request.order_type in _CONDITIONAL and is_untouched:
        return True
    return request.order_type in _RESTING and request.time_in_force not in _IMMEDIATE
