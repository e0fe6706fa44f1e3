"""What a worker asks for in the kit is filled at the touch, and a stop only tightens."""

from decimal import Decimal

import pytest

from desk.contracts.directives import (
    DirectiveScope,
    EntryDirective,
    ExitDirective,
    SizeDirective,
    StrategyDirective,
)
from desk.contracts.positions import Position
from desk.contracts.sides import OrderSide, PositionSide
from desk.testing import PERPETUAL, Bench, SimulatedFills, position, tick
from desk.workers.base import DirectiveParts
from desk.workers.dynamic_management.breakeven_mover import BreakevenMover


class Market:
    """A bench whose worker writes what directives the test wants, and the fills they meet."""

    def __init__(self, price: str = "100000") -> None:
        self.bench = Bench(BreakevenMover)
        self.fills = SimulatedFills(self.bench.desk, Decimal(1_000))
        self.bench.tick(price, PERPETUAL, spread="10")

    def asks(self, scope: DirectiveScope, **parts: object) -> None:
        given: DirectiveParts = {**parts}  # type: ignore[typeddict-item] # a test names the parts
        self.fills.fill(self.directive(scope, given))

    def directive(self, scope: DirectiveScope, parts: DirectiveParts) -> StrategyDirective:
        return self.bench.worker.new_directive(scope=scope, rationale="a test", **parts)

    def modifies(self, held: Position, **parts: object) -> Position:
        self.bench.desk.hold(held)
        self.asks(DirectiveScope.MODIFY_EXISTING, target_trade_ids=(held.trade_id,), **parts)
        return self.held()

    def price(self, price: str) -> Position:
        self.fills.on_price(tick(price, PERPETUAL, spread="10"))
        return self.held()

    def held(self) -> Position:
        (one,) = self.bench.desk.trades.values()
        return one


@pytest.mark.parametrize(
    ("direction", "price", "stop", "size"),
    [(OrderSide.BUY, "100005", "98004.9", "0.0099"), (OrderSide.SELL, "99995", "101994.9", "0.01")],
)
def test_a_new_trade_fills_at_the_touch_with_its_stop(
    direction: OrderSide, price: str, stop: str, size: str
) -> None:
    market = Market()
    market.asks(
        DirectiveScope.NEW_TRADE, entry_directive=EntryDirective(symbol=PERPETUAL, direction=direction)
    )
    held = market.held()
    assert (held.side, held.entry_price) == (PositionSide.of(direction), Decimal(price))
    assert held.stop_price == Decimal(stop), "two percent, as a directive that says nothing is resolved"
    assert held.size_base == Decimal(size), "1,000 by default, on the lot"


@pytest.mark.parametrize(
    ("size", "base"),
    [
        (SizeDirective(notional_quote=Decimal(5_000)), "0.0499"),
        (SizeDirective(target_size_base=Decimal("0.3")), "0.3"),
        (SizeDirective(max_risk_amount=Decimal(100)), "0.1"),
        (SizeDirective(notional_quote=Decimal("0.01")), "0.0001"),
    ],
)
def test_a_size_is_taken_as_it_is_told(size: SizeDirective, base: str) -> None:
    market = Market()
    market.asks(
        DirectiveScope.NEW_TRADE,
        entry_directive=EntryDirective(symbol=PERPETUAL, direction=OrderSide.BUY),
        exit_directive=ExitDirective(stop_loss_price=Decimal(99_005)),
        size_directive=size,
    )
    assert market.held().size_base == Decimal(base)


@pytest.mark.parametrize(
    ("side", "asked", "stands"),
    [
        (PositionSide.LONG, 99_000, 99_000),
        (PositionSide.LONG, 97_000, 98_000),
        (PositionSide.SHORT, 101_000, 101_000),
        (PositionSide.SHORT, 103_000, 102_000),
    ],
)
def test_a_stop_tightens_and_never_loosens(side: PositionSide, asked: int, stands: int) -> None:
    leave = ExitDirective(stop_loss_price=Decimal(asked))
    assert Market().modifies(position(side, symbol=PERPETUAL), exit_directive=leave).stop_price == stands


def test_a_larger_size_buys_at_the_ask_and_a_smaller_one_sells_at_the_bid() -> None:
    market = Market("110000")
    held = position(symbol=PERPETUAL, size="0.5", entry="100000")
    more = market.modifies(held, size_directive=SizeDirective(target_size_base=Decimal(1)))
    assert (more.size_base, more.entry_price) == (Decimal(1), Decimal("105002.5"))
    less = market.modifies(held, size_directive=SizeDirective(target_size_base=Decimal("0.2")))
    assert less.size_base == Decimal("0.2")
    assert less.realized_quote == Decimal("0.3") * 9_995
    assert less.stop_size_base == less.size_base


def test_a_close_leaves_nothing_and_an_unknown_trade_is_none() -> None:
    market = Market()
    held = position(symbol=PERPETUAL)
    market.bench.desk.hold(held)
    stranger = position(number=9).trade_id
    market.asks(DirectiveScope.CLOSE_EXISTING, target_trade_ids=(stranger, held.trade_id))
    assert not market.held().is_open
    assert market.held().exit_price == Decimal(99_995)


@pytest.mark.parametrize(("price", "left_at"), [("97995", "97990"), ("104100", "104000")])
def test_a_stop_and_a_target_end_a_trade(price: str, left_at: str) -> None:
    market = Market()
    held = position(symbol=PERPETUAL, entry="100000", stop="98000")
    market.modifies(held, exit_directive=ExitDirective(take_profit_price=Decimal(104_000)))
    assert market.price("100000").is_open
    assert market.price(price).exit_price == Decimal(left_at)
