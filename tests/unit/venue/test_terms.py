"""What a venue may agree on beyond the usual: resting only, fees in coin, leverage, funding."""

import random
from decimal import Decimal

import pytest

from connectors.venue.account import Account
from connectors.venue.exchange import Exchange
from connectors.venue.liquidity import Liquidity
from connectors.venue.refusals import Refusal, RefusalCode
from connectors.venue.state import Terms, VenueState
from desk.contracts.orders import OrderOutcome, OrderStatus, VenueFill
from desk.contracts.sides import OrderSide
from tests.builders.venue import (
    BUY,
    INSTRUMENTS,
    PERP,
    SELL,
    SPOT,
    START_MS,
    D,
    RememberedOrders,
    VenueRig,
    amendment,
    request,
    tick,
)


def _rig() -> VenueRig:
    made = VenueRig(USDT=10000, BTC=10)
    for symbol in (SPOT, PERP):
        made.tick(100, symbol=symbol, bid="99.9", ask="100.1")
    return made


def _resting(venue: VenueRig, client_order_id: str, side: OrderSide, limit: str) -> OrderOutcome:
    asked = request(client_order_id, side, 1, limit=limit)
    return venue.exchange.place(asked, venue.now_ms, post_only=True)


@pytest.mark.parametrize(
    ("side", "limit", "status"),
    [
        (BUY, "100", OrderStatus.OPEN),
        (BUY, "100.1", OrderStatus.CANCELED),
        (SELL, "100", OrderStatus.OPEN),
        (SELL, "99.9", OrderStatus.CANCELED),
    ],
)
def test_an_order_that_may_only_rest_is_cancelled_where_it_would_take(
    side: OrderSide, limit: str, status: OrderStatus
) -> None:
    outcome = _resting(_rig(), "a", side, limit)
    assert outcome.order is not None
    assert outcome.order.status is status
    assert outcome.order.filled_base == 0


def test_it_may_not_take_by_an_amend_either_and_fills_as_maker() -> None:
    venue = _rig()
    _resting(venue, "a", BUY, "95")
    outcome = venue.exchange.amend(amendment("a", limit="101"), venue.now_ms)
    assert outcome.order is not None
    assert outcome.order.status is OrderStatus.CANCELED
    _resting(venue, "b", BUY, "95")
    venue.tick("94")
    assert venue.fills[-1].is_maker


def test_a_fee_in_the_coin_received_leaves_less_of_the_coin() -> None:
    state = VenueState(account=Account(totals={"USDT": D(10000)}))
    terms = Terms(Decimal(0), Liquidity(random.Random(1)), fee_in_coin_received=True)
    exchange = Exchange(INSTRUMENTS, terms, state, RememberedOrders())
    exchange.sees(tick(100))
    exchange.sees(tick(100, symbol=PERP))
    rate = INSTRUMENTS[0].taker_fee
    exchange.place(request("a", BUY, 2), START_MS)
    assert state.account.total("BTC") == 2 - 2 * rate
    assert state.account.total("USDT") == 9800
    exchange.place(request("b", SELL, 1), START_MS)
    assert state.account.total("USDT") == 9800 + 100 - 100 * rate
    exchange.place(request("c", BUY, 1, symbol=PERP), START_MS)
    fees = [one.fee_currency for one in exchange.take_changes().events if isinstance(one, VenueFill)]
    assert fees == ["BTC", "USDT", "USDT"]


def test_less_leverage_asks_for_more_margin_and_is_refused_where_it_falls_short() -> None:
    venue = _rig()
    venue.exchange.set_leverage(PERP, D(10))
    venue.accepted("a", BUY, 100, symbol=PERP)
    held = venue.total("USDT") - venue.free("USDT")
    venue.exchange.set_leverage(PERP, D(5))
    assert venue.total("USDT") - venue.free("USDT") == 2 * held
    with pytest.raises(Refusal) as refused:
        venue.exchange.set_leverage(PERP, D(1))
    assert refused.value.code is RefusalCode.LEVERAGE
    assert venue.total("USDT") - venue.free("USDT") == 2 * held
    position = venue.exchange.position(PERP)
    assert position is not None
    assert position.leverage == 5


def test_funding_is_paid_by_the_long_and_received_by_the_short() -> None:
    venue = _rig()
    venue.exchange.set_leverage(PERP, D(10))
    assert venue.exchange.charge_funding(PERP, D("0.001"), D(100)) == 0
    venue.accepted("a", BUY, 10, symbol=PERP)
    before = venue.total("USDT")
    assert venue.exchange.charge_funding(PERP, D("0.001"), D(100)) == 1
    assert venue.total("USDT") == before - 1
    venue.accepted("b", SELL, 20, symbol=PERP)
    assert venue.exchange.charge_funding(PERP, D("0.001"), D(100)) == -1


def test_equity_counts_the_open_profit() -> None:
    venue = _rig()
    venue.exchange.set_leverage(PERP, D(10))
    venue.accepted("a", BUY, 10, symbol=PERP)
    before = venue.exchange.equity("USDT")
    venue.tick("110", symbol=PERP)
    assert venue.exchange.equity("USDT") - before == 100
    assert venue.exchange.position(SPOT) is None
