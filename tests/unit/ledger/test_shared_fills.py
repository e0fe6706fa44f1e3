"""One order's fill may come out of several trades; the rows of all of them are what the entries make."""

from pathlib import Path

from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.orders import Leg, OrderStatus
from desk.contracts.sides import OrderSide
from desk.journal.verify import verify
from tests.builders.ledger import (
    START_MS,
    Desk,
    fill_booked,
    order_intended,
    order_observed,
    trade_intended,
)

NEXT = TradeId.at(START_MS, 2)
NEXT_FLOW = DirectiveId.at(START_MS, 2)


def test_a_trade_whose_order_ends_on_another_trades_fill_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    desk = Desk(path)
    desk.record(trade_intended(), trade_intended(NEXT, flow=NEXT_FLOW))
    desk.record(order_intended("entry1"), fill_booked(1, size="1", order="entry1"))
    desk.record(
        order_intended("entry2", trade=NEXT, flow=NEXT_FLOW),
        fill_booked(2, size="1", order="entry2", trade=NEXT, flow=NEXT_FLOW),
    )
    desk.record(order_intended("close1", Leg.CLOSE, OrderSide.SELL, "1.5"))
    desk.record(order_observed("close1", OrderStatus.FILLED, "1.5", "1.5", side=OrderSide.SELL))
    own = fill_booked(3, OrderSide.SELL, "1", order="close1")
    others = fill_booked(4, OrderSide.SELL, "0.5", order="close1", trade=NEXT)
    desk.record(own, others)
    desk.close()
    assert verify(path).fault is None
