"""A bench for workers of RISK_CONTROL: blocks stand as the platform lets them, and time beats."""

import dataclasses
from decimal import Decimal

from desk.contracts.blocks import EntryBlock, EntryRelease
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import StrategyDirective
from desk.contracts.events import FILL_BOOKED, ORDER_UPDATED
from desk.contracts.ids import DirectiveId, ExecutionDirectiveId, FillId, TradeId
from desk.contracts.market import InstrumentKind, Quote, TimePassed
from desk.contracts.orders import Leg, OrderRequest, OrderStatus, OrderType, VenueFill
from desk.contracts.orderstate import OrderState
from desk.contracts.positions import Position
from desk.contracts.records import FillBooked
from desk.contracts.sides import OrderSide
from desk.testing.bench import Bench
from desk.testing.building import SPOT, START_MS, STRATEGY


class RiskBench(Bench):
    """Run one worker of RISK_CONTROL: what it blocks stands in the desk, as on the platform."""

    is_deaf = False
    """Whether what the worker publishes is lost, as in a crash between its memory and its words."""

    def beat(self, later_ms: int = 1_000) -> list[object]:
        """Let time pass, and tell it."""
        return self.time_passes(later_ms)

    def beats(self, count: int, every_ms: int = 1_000) -> list[object]:
        """Let time pass several times; return all that was published."""
        return [one for _ in range(count) for one in self.beat(every_ms)]

    def handle(self, event_name: str, payload: object, chain: CausalityChain) -> list[object]:
        """Call the worker, and let its blocks stand or go."""
        published = super().handle(event_name, payload, chain)
        if self.is_deaf:
            return published
        for one in published:
            if isinstance(one, EntryBlock | EntryRelease):
                self.desk.blocks = [block for block in self.desk.blocks if block.key != one.key]
            if isinstance(one, EntryBlock):
                self.desk.blocks.append(one)
        return published

    def rearm(self) -> None:
        """Lift every block by the operator's hand."""
        self.desk.blocks.clear()

    def quiet_price(self, price: str = "50000", symbol: str = SPOT, *, old_ms: int = 0) -> None:
        """Let the desk know a price that the worker is not told."""
        at, time_ms = Decimal(price), self.desk.time_ms - old_ms
        self.desk.quotes[symbol] = Quote(symbol, at, at, at, time_ms)

    def order(
        self,
        number: int,
        status: OrderStatus,
        *,
        strategy_id: str = STRATEGY,
        later_ms: int = 0,
        symbol: str = SPOT,
        leg: Leg = Leg.ENTRY,
    ) -> list[object]:
        """Tell what became of an order."""
        self.desk.time_ms += later_ms
        order = _order(number, status, strategy_id)
        order = dataclasses.replace(order, request=dataclasses.replace(order.request, symbol=symbol, leg=leg))
        return self.handle(ORDER_UPDATED, order, self._chain())

    def close(self, trade: Position, net: str, *, fees: str = "0") -> list[object]:
        """Let a fill close a trade with a result, net of fees, and tell it."""
        gone = dataclasses.replace(
            trade,
            size_base=Decimal(0),
            closed_at_ms=self.desk.time_ms,
            realized_quote=Decimal(net) + Decimal(fees),
            fees_quote=Decimal(fees),
        )
        self.desk.hold(gone)
        return self.fill(trade.trade_id)

    def fill(self, trade_id: TradeId) -> list[object]:
        """Tell a fill of a trade."""
        self._sequence += 1
        fill = VenueFill(
            str(self._sequence), "v1", "o1", SPOT, OrderSide.SELL, Decimal(1), Decimal(50_000), Decimal(0),
            "USDT", self.desk.time_ms, is_maker=False,
        )  # fmt: skip
        fill_id = FillId.at(START_MS, self._sequence)
        booked = FillBooked(fill_id, fill, InstrumentKind.SPOT, "USDT", "BTC", trade_id, "o1", None)
        return self.handle(FILL_BOOKED, booked, self._chain())

    def _chain(self) -> CausalityChain:
        self._sequence += 1
        return CausalityChain.born(TimePassed(self.desk.time_ms, self._sequence).id)


def blocks_in(published: list[object]) -> list[EntryBlock]:
    """Return the blocks among what was published."""
    return [one for one in published if isinstance(one, EntryBlock)]


def releases_in(published: list[object]) -> list[EntryRelease]:
    """Return the releases among what was published."""
    return [one for one in published if isinstance(one, EntryRelease)]


def directives_in(published: list[object]) -> list[StrategyDirective]:
    """Return the directives among what was published."""
    return [one for one in published if isinstance(one, StrategyDirective)]


def _order(number: int, status: OrderStatus, strategy_id: str) -> OrderState:
    request = OrderRequest(
        f"o{number}", ExecutionDirectiveId.at(START_MS, number), Leg.ENTRY, 1, SPOT, OrderSide.BUY,
        OrderType.MARKET, Decimal(1),
    )  # fmt: skip
    return OrderState(
        request=request,
        trade_id=TradeId.at(START_MS, number),
        directive_id=DirectiveId.at(START_MS, number),
        strategy_id=strategy_id,
        status=status,
        size_base=Decimal(1),
        limit_price=None,
        stop_price=None,
        intended_at_ms=START_MS,
        updated_at_ms=START_MS,
        reserved_currency="USDT",
        reserved=Decimal(0),
    )
