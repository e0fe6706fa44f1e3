"""What other hands and liquidations did to trades and positions: told once, with what the desk did."""

from dataclasses import dataclass, field
from decimal import Decimal

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.ids import TradeId
from desk.contracts.market import ZERO
from desk.contracts.netting import MONEY
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.positions import EXTERNAL_STRATEGY, Position
from desk.contracts.records import FillBooked
from desk.contracts.sides import OrderSide, PositionSide
from desk.contracts.states import AlarmSeverity
from desk.execution.alarms import Alarms
from desk.execution.external import COUNTED, IMPLIED

_WHOLE_AFTER_MS = 1_000
"""How long the other fills of the same order are waited for, so that it is one alarm with its whole size."""


@dataclass(slots=True)
class _Deed:
    """Hold what one order of another hand did until it is told."""

    symbol: str
    side: OrderSide
    is_forced: bool
    size_base: Decimal = ZERO
    value_quote: Decimal = ZERO
    trades: dict[TradeId, None] = field(default_factory=dict)
    fills: list[str] = field(default_factory=list)

    def add(self, booked: FillBooked, trade_id: TradeId) -> None:
        fill = booked.fill
        self.size_base = MONEY.add(self.size_base, fill.size_base)
        self.value_quote = MONEY.add(self.value_quote, MONEY.multiply(fill.price, fill.size_base))
        self.trades[trade_id] = None
        self.fills.append(booked.fill_id)

    def words(self) -> str:
        who = "LIQUIDATION: the venue" if self.is_forced else "another hand"
        did = "bought" if self.side is OrderSide.BUY else "sold"
        price = (self.value_quote / self.size_base).normalize()
        return f"{who} {did} {self.size_base:f} {self.symbol} at {price:.10g}"


class OtherHands:
    """Tell of each order that was not the desk's and met its trades, or opened a position.

    What `desk flatten` did is no other hand's, and what a position implies is told as a difference.
    """

    def __init__(
        self, ledger: LedgerView, clock: Clock, spawner: Spawner, alarms: Alarms, own_prefix: str
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._spawner = spawner
        self._alarms = alarms
        self._own_prefix = own_prefix
        self._untold: dict[tuple[str, str], _Deed] = {}

    def attach(self, bus: EventBus) -> None:
        """Hear of every fill."""
        bus.subscribe(events.FILL_BOOKED, self.on_fill, subscriber="platform.other_hands")

    def on_fill(self, booked: FillBooked) -> None:
        """Take a fill; the rest of its order is waited for."""
        fill = booked.fill
        is_ours = booked.client_order_id is not None or self._is_named_ours(fill.client_order_id)
        if is_ours or booked.trade_id is None or fill.venue_trade_id.startswith((IMPLIED, COUNTED)):
            return
        key = (fill.symbol, fill.venue_order_id)
        if key not in self._untold:
            self._untold[key] = _Deed(fill.symbol, fill.side, fill.is_forced)
            self._spawner.spawn(f"tell of {fill.venue_order_id}", self._tell_soon(key))
        self._untold[key].add(booked, booked.trade_id)

    def _is_named_ours(self, client_order_id: str | None) -> bool:
        return (client_order_id or "").startswith(self._own_prefix)

    async def _tell_soon(self, key: tuple[str, str]) -> None:
        await self._clock.sleep_ms(_WHOLE_AFTER_MS)
        deed = self._untold.pop(key)
        trades = [one for name in deed.trades if (one := self._ledger.position(name)) is not None]
        found = [words for one in trades if (words := _became(one, deed))]
        if not found:
            return
        severity = AlarmSeverity.CRITICAL if deed.is_forced else AlarmSeverity.WARNING
        self._alarms.raise_alarm(
            severity,
            f"{deed.words()}: {'; '.join(found)}",
            *deed.fills,
            symbol=deed.symbol,
            trade_id=trades[0].trade_id,
        )


def _became(trade: Position, deed: _Deed) -> str:
    """Say what became of a trade; that another hand made its own position smaller is no news."""
    if trade.strategy_id == EXTERNAL_STRATEGY:
        if trade.is_open and PositionSide.of(deed.side) is trade.side:
            held = f"{trade.side} {trade.size_base:f}"
            return f"{trade.trade_id} is {held}, EXTERNAL; the desk keeps no stop for it unless it is adopted"
        return f"{trade.trade_id}, EXTERNAL, {_left(trade)}" if deed.is_forced else ""
    what = "its stop and its target go too" if not trade.is_open else "its stop is made as small"
    return f"{trade.trade_id} of {trade.strategy_id} {_left(trade)}; {what}"


def _left(trade: Position) -> str:
    return f"holds {trade.size_base:f} still" if trade.is_open else "is closed"
