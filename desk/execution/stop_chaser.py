"""A stop that the market is through and that nobody filled: the trade is closed at the market."""

from collections.abc import Callable

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.ids import TradeId
from desk.contracts.market import Tick
from desk.contracts.orders import Leg
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.time import Spawner
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide
from desk.execution.reach import Reach

PATIENCE_MS = 5_000
"""How long a venue may take to fill a stop that its market has reached."""


class StopChaser:
    """Watch the market against every resting stop.

    A stop may trigger and miss, be halted with its symbol, or have filled without a word. What the venue
    says of it is asked first; only where it has it still, and the market is through it still, the trade is
    told to `on_unfilled`.
    """

    def __init__(
        self,
        reach: Reach,
        spawner: Spawner,
        is_closing: Callable[[TradeId], bool],
        on_unfilled: Callable[[TradeId, str], None],
    ) -> None:
        self._reach = reach
        self._spawner = spawner
        self._is_closing = is_closing
        self._on_unfilled = on_unfilled
        self._chased: set[TradeId] = set()

    def attach(self, bus: EventBus) -> None:
        """Look at every tick."""
        bus.subscribe(events.TICK_RECEIVED, self.on_tick, subscriber="platform.stop_chaser")

    def on_tick(self, tick: Tick) -> None:
        """Begin to wait for a stop that the market has gone through."""
        for position in self._reach.view.positions_on(tick.symbol):
            if _is_through(position, tick) and position.trade_id not in self._chased:
                self._chased.add(position.trade_id)
                self._spawner.spawn(f"chase {position.trade_id}", self._chase(position.trade_id))

    async def _chase(self, trade_id: TradeId) -> None:
        try:
            await self._reach.clock.sleep_ms(PATIENCE_MS)
            stop = self._touched(trade_id)
            if stop is None or not await self._reach.standing.look(stop):
                return
            position = self._reach.ledger.position(trade_id)
            again = self._touched(trade_id)
            if again is None or position is None:
                return
            text = f"the market went through its stop at {position.stop_price} and the venue did not fill it"
            self._on_unfilled(trade_id, f"{text} within {PATIENCE_MS // 1000} s")
        finally:
            self._chased.discard(trade_id)

    def _touched(self, trade_id: TradeId) -> OrderState | None:
        """Return the trade's stop while it rests and the market is through it."""
        position = self._reach.ledger.position(trade_id)
        quote = None if position is None else self._reach.view.quote(position.symbol)
        if position is None or quote is None or quote.tick is None or self._is_closing(trade_id):
            return None
        if not position.is_open or not _is_through(position, quote.tick):
            return None
        orders = self._reach.ledger.orders_of(trade_id)
        stops = [one for one in orders if one.request.leg is Leg.STOP and one.status.is_working]
        return stops[0] if stops else None


def _is_through(position: Position, tick: Tick) -> bool:
    stop = position.stop_price
    if stop is None:
        return False
    return tick.price <= stop if position.side is PositionSide.LONG else tick.price >= stop
