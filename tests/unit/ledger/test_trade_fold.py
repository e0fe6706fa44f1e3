"""A trade is what its fills made of it, and its protection what the venue confirmed."""

from decimal import Decimal

import pytest

from desk.contracts.ids import ExecutionDirectiveId, TradeId
from desk.contracts.orders import Leg, OrderStatus, OutcomeKind
from desk.contracts.positions import Position
from desk.contracts.records import EntryKind, ExitTargeted, JournalEntry
from desk.contracts.sides import OrderSide, PositionSide
from desk.ledger.ledger import Ledger
from desk.ledger.touched import Table
from tests.builders import ledger as build

SELL = OrderSide.SELL


def begun(size: str = "2", side: PositionSide = PositionSide.LONG, symbol: str = build.PERP) -> Ledger:
    return build.fold(
        build.balance_adjusted("1000"),
        build.directive_issued(),
        build.trade_intended(side=side, symbol=symbol),
        build.order_intended(size=size, side=side.entry_side, symbol=symbol),
    )


def position(ledger: Ledger) -> Position:
    found = ledger.position(build.TRADE)
    assert found is not None
    return found


def stop(ledger: Ledger, order: str, price: str, size: str = "2", side: OrderSide = SELL) -> None:
    ledger.apply(build.order_intended(order, Leg.STOP, side, size, stop=price))
    ledger.apply(build.order_observed(order, OrderStatus.OPEN, size, stop=price, side=side, after_ms=5))


def test_a_trade_exists_from_its_intent_and_holds_nothing() -> None:
    ledger = begun()
    assert position(ledger).size_base == 0
    assert position(ledger).planned_stop_price == 90
    assert position(ledger).exit_directed_by == build.EXECUTION
    assert ledger.open_positions() == ()
    assert [one.trade_id for one in ledger.trades()] == [build.TRADE]


def test_partial_fills_average_the_entry() -> None:
    ledger = begun()
    ledger.apply(build.fill_booked(1, size="1", price="100"))
    ledger.apply(build.fill_booked(2, size="1", price="110"))
    held = position(ledger)
    assert (held.size_base, held.entry_price, held.max_size_base) == (Decimal(2), Decimal(105), Decimal(2))
    assert held.opened_at_ms == build.START_MS + 1000


def test_averages_carry_no_zeros_of_the_cost_they_are_of() -> None:
    """A reduction leaves a cost of eighteen places behind; the average of what is left is a price."""
    ledger = begun("3")
    ledger.apply(build.fill_booked(1, size="1", price="2996.12"))
    ledger.apply(build.fill_booked(2, size="1", price="2996.14"))
    ledger.apply(build.fill_booked(3, SELL, "0.3", "3000", order=None))
    ledger.apply(build.fill_booked(4, SELL, "0.7", "3000", order=None))
    assert f"{position(ledger).entry_price:f}" == "2996.13"
    assert str(position(ledger).exit_price) == "3000"


def test_a_reduction_keeps_the_entry_and_realizes_its_part() -> None:
    ledger = begun()
    ledger.apply(build.fill_booked(1, size="2", price="100"))
    ledger.apply(build.fill_booked(2, SELL, "0.5", "120", order=None))
    held = position(ledger)
    assert (held.size_base, held.entry_price) == (Decimal("1.5"), Decimal(100))
    assert (held.realized_quote, held.exit_price, held.closed_at_ms) == (Decimal(10), Decimal(120), None)


def test_the_closing_fill_closes_the_trade_at_its_average_exit() -> None:
    ledger = begun()
    ledger.apply(build.fill_booked(1, size="2", price="100"))
    ledger.apply(build.fill_booked(2, SELL, "0.5", "120", order=None))
    ledger.apply(build.fill_booked(3, SELL, "1.5", "80", order=None))
    held = position(ledger)
    assert not held.is_open
    assert held.closed_at_ms == build.START_MS + 3000
    assert (held.exit_price, held.realized_quote) == (Decimal(90), Decimal(-20))
    assert held.fees_quote == Decimal("0.15")
    assert held.entry_price == 100


def test_a_short_earns_when_the_price_falls() -> None:
    ledger = begun(side=PositionSide.SHORT)
    ledger.apply(build.fill_booked(1, SELL, "2", "100"))
    ledger.apply(build.fill_booked(2, OrderSide.BUY, "2", "90", order=None))
    assert position(ledger).realized_quote == 20
    assert ledger.balance("USDT") == Decimal("1019.9")


def test_a_fee_in_coins_leaves_less_of_them_and_counts_at_the_fills_price() -> None:
    ledger = begun(symbol=build.SPOT)
    ledger.apply(
        build.fill_booked(1, size="2", price="100", symbol=build.SPOT, fee="0.002", fee_currency="BTC")
    )
    held = position(ledger)
    assert held.size_base == Decimal("1.998")
    assert held.fees_quote == Decimal("0.2")
    assert ledger.balance("BTC") == Decimal("1.998")
    assert ledger.balance("USDT") == 800


def test_a_fee_in_coins_takes_nothing_from_a_perpetual_position() -> None:
    ledger = begun()
    ledger.apply(build.fill_booked(1, size="2", price="100", fee="0.002", fee_currency="BTC"))
    assert position(ledger).size_base == 2
    assert position(ledger).fees_quote == Decimal("0.2")
    assert ledger.balance("BTC") == Decimal("-0.002")


def test_a_fee_in_a_third_currency_is_posted_and_not_counted_in_quote() -> None:
    ledger = begun()
    ledger.apply(build.fill_booked(1, size="2", fee="0.01", fee_currency="BNB"))
    assert position(ledger).fees_quote == 0
    assert ledger.balance("BNB") == Decimal("-0.01")


def test_a_working_stop_protects_and_is_the_first_risk() -> None:
    ledger = begun()
    ledger.apply(build.fill_booked(1, size="2"))
    assert not position(ledger).is_protected
    stop(ledger, "stop1", "90")
    held = position(ledger)
    assert held.is_protected
    assert (held.stop_price, held.stop_size_base) == (Decimal(90), Decimal(2))
    assert held.initial_stop_price == 90


def test_a_stop_that_was_only_intended_protects_nothing() -> None:
    ledger = begun()
    ledger.apply(build.fill_booked(1, size="2"))
    ledger.apply(build.order_intended("stop1", Leg.STOP, SELL, "2", stop="90"))
    ledger.apply(build.order_sent("stop1"))
    assert position(ledger).stop_price is None
    assert position(ledger).initial_stop_price is None


def test_a_confirmed_amend_moves_the_stop_and_not_the_first_risk() -> None:
    ledger = begun()
    ledger.apply(build.fill_booked(1, size="2"))
    stop(ledger, "stop1", "90")
    ledger.apply(build.order_observed("stop1", OrderStatus.OPEN, "1.5", stop="95", side=SELL, after_ms=9))
    held = position(ledger)
    assert (held.stop_price, held.stop_size_base, held.initial_stop_price) == (
        Decimal(95),
        Decimal("1.5"),
        Decimal(90),
    )


def test_two_stops_cover_together_and_the_tighter_one_counts() -> None:
    ledger = begun()
    ledger.apply(build.fill_booked(1, size="2"))
    stop(ledger, "stop1", "90")
    stop(ledger, "stop2", "95", size="1")
    assert position(ledger).stop_price == 95
    assert position(ledger).stop_size_base == 3
    ledger.apply(build.order_observed("stop1", OrderStatus.CANCELED, "2", side=SELL, after_ms=10))
    assert position(ledger).stop_size_base == 1
    ledger.apply(build.order_observed("stop2", OrderStatus.EXPIRED, "1", side=SELL, after_ms=10))
    held = position(ledger)
    assert held.stop_price is None
    assert (held.stop_size_base, held.initial_stop_price) == (Decimal(0), Decimal(90))


def test_a_shorts_tighter_stop_is_the_lower_one() -> None:
    ledger = begun(side=PositionSide.SHORT)
    ledger.apply(build.fill_booked(1, SELL, "2"))
    stop(ledger, "stop1", "120", side=OrderSide.BUY)
    stop(ledger, "stop2", "110", side=OrderSide.BUY)
    assert position(ledger).stop_price == 110


def test_a_working_target_is_the_confirmed_take_profit() -> None:
    ledger = begun()
    ledger.apply(build.fill_booked(1, size="2"))
    ledger.apply(build.order_intended("target1", Leg.TARGET, SELL, "2", limit="120"))
    ledger.apply(build.order_answered("target1"))
    assert position(ledger).take_profit_price == 120
    ledger.apply(build.order_observed("target1", OrderStatus.CANCELED, "2", side=SELL))
    assert position(ledger).take_profit_price is None


def test_a_stop_that_fills_in_part_covers_what_remains() -> None:
    ledger = begun()
    ledger.apply(build.fill_booked(1, size="2"))
    stop(ledger, "stop1", "90")
    ledger.apply(build.fill_booked(2, SELL, "0.5", "90", order="stop1"))
    held = position(ledger)
    assert (held.size_base, held.stop_size_base) == (Decimal("1.5"), Decimal("1.5"))


def test_exits_that_a_directive_wants_are_planned_and_not_confirmed() -> None:
    ledger = begun()
    later = ExecutionDirectiveId.at(build.START_MS, 2)
    wanted = ExitTargeted(build.TRADE, Decimal(97), None, later)
    ledger.apply(JournalEntry(EntryKind.EXIT_TARGETED, build.TRADE, build.START_MS, wanted))
    held = position(ledger)
    assert (held.planned_stop_price, held.planned_take_profit_price) == (Decimal(97), Decimal(120))
    assert held.exit_directed_by == later
    assert held.stop_price is None


def test_a_late_fill_of_a_cancelled_entry_counts() -> None:
    ledger = begun()
    ledger.apply(build.order_observed(status=OrderStatus.CANCELED, size="2", after_ms=3))
    ledger.apply(build.fill_booked(1, size="0.5"))
    order = ledger.order("entry1")
    assert order is not None
    assert (order.status, order.filled_base) == (OrderStatus.CANCELED, Decimal("0.5"))
    assert position(ledger).size_base == Decimal("0.5")


def test_a_trade_reopened_by_a_late_fill_is_open_again() -> None:
    ledger = begun()
    ledger.apply(build.fill_booked(1, size="1"))
    ledger.apply(build.fill_booked(2, SELL, "1", "101", order=None))
    ledger.apply(build.fill_booked(3, size="0.5", price="99"))
    held = position(ledger)
    assert (held.is_open, held.closed_at_ms, held.entry_price) == (True, None, Decimal(99))


def test_reservations_shrink_with_fills_and_end_with_the_order() -> None:
    ledger = begun()
    ledger.apply(build.order_intended("limit1", size="4", limit="50", reserved="200"))
    ledger.apply(build.order_answered("limit1"))
    assert ledger.reserved("USDT") == 200
    ledger.apply(build.fill_booked(1, size="1", price="50", order="limit1"))
    assert ledger.reserved("USDT") == 150
    ledger.apply(build.order_observed("limit1", OrderStatus.CANCELED, "4", "1", after_ms=9))
    assert ledger.reserved("USDT") == 0


@pytest.mark.parametrize(
    ("outcome", "held"),
    [
        (OutcomeKind.UNKNOWN, 200),
        (OutcomeKind.ACCEPTED, 200),
        (OutcomeKind.NOT_ACCEPTED, 0),
        (OutcomeKind.NOT_SENT, 0),
    ],
)
def test_a_reservation_is_released_only_on_proof(outcome: OutcomeKind, held: int) -> None:
    ledger = begun()
    ledger.apply(build.order_intended("limit1", size="4", limit="50", reserved="200"))
    ledger.apply(build.order_answered("limit1", outcome))
    assert ledger.reserved("USDT") == held


def test_an_unknown_outcome_is_cleared_by_evidence() -> None:
    ledger = begun()
    ledger.apply(build.order_answered(outcome=OutcomeKind.UNKNOWN, reason="timed out"))
    assert ledger.count_orders(OrderStatus.UNKNOWN) == 1
    ledger.apply(build.order_observed(size="2"))
    assert ledger.count_orders(OrderStatus.UNKNOWN) == 0
    assert ledger.count_orders(OrderStatus.OPEN) == 1


def test_attempts_count_every_order_of_a_leg() -> None:
    ledger = begun()
    for number in range(3):
        ledger.apply(build.order_intended(f"stop{number}", Leg.STOP, SELL, "2", stop="90"))
    assert (ledger.attempts(build.TRADE, Leg.STOP), ledger.attempts(build.TRADE, Leg.ENTRY)) == (3, 1)


def test_a_foreign_fill_moves_net_and_balance_and_no_trade() -> None:
    ledger = begun()
    touched = ledger.apply(build.fill_booked(1, size="3", order=None, trade=None, flow=None))
    assert ledger.net(build.PERP).size_base == 3
    assert ledger.open_positions() == ()
    assert Table.TRADE not in {table for table, _ in touched.rows}
    assert ledger.balance("USDT") == Decimal("999.95")


def test_open_trades_come_oldest_first() -> None:
    second = TradeId.at(build.START_MS, 2)
    ledger = build.fold(
        build.trade_intended(second, after_ms=5),
        build.trade_intended(),
        build.fill_booked(1, trade=second, order=None),
        build.fill_booked(2, order=None),
    )
    assert [one.trade_id for one in ledger.open_positions()] == [build.TRADE, second]


def test_an_entry_about_nothing_that_is_touches_nothing() -> None:
    ledger = begun()
    assert ledger.apply(build.tick_received()).rows == ()
    assert ledger.apply(build.order_observed("unheard of")).rows == ()


def test_the_open_trades_of_a_symbol_are_those_of_the_book_after_every_change() -> None:
    ledger = begun()
    assert ledger.open_positions_on(build.PERP) == ()
    ledger.apply(build.fill_booked(1, size="1", price="100"))
    assert ledger.open_positions_on(build.PERP) == (position(ledger),)
    assert ledger.open_positions_on("ETH/USDT:USDT") == ()
    stop(ledger, "stop", "90", size="1")
    assert ledger.open_positions_on(build.PERP) == (position(ledger),)
    assert position(ledger).stop_price == 90
    ledger.apply(build.fill_booked(2, SELL, "1", "120", order=None))
    assert ledger.open_positions_on(build.PERP) == ()
