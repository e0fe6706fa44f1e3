"""Rows of ccxt, read into the desk's words."""

from typing import Any

import pytest

from connectors.ccxt.decimals import above_zero, number, plain
from connectors.ccxt.markets import Markets, UnreadableRow
from connectors.ccxt.rows import RowReader
from connectors.ccxt.settings import MarketChoice
from desk.contracts.market import InstrumentKind
from desk.contracts.orders import OrderStatus, OrderType
from desk.contracts.sides import PositionSide
from tests.builders.exchange_shapes import spot_market, swap_market
from tests.builders.venue import BUY, PERP, SPOT, D

TICK_SIZE, DECIMAL_PLACES = 4, 2


def markets(**changes: Any) -> Markets:  # noqa: ANN401 - any field of a market
    return Markets(MarketChoice.SWAP, TICK_SIZE, [swap_market(**changes), spot_market("BTCUSDT-SPOT")])


def order(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of a row
    return {
        "id": "v1", "clientOrderId": "a1", "symbol": PERP, "side": "buy", "type": "limit", "price": "90",
        "amount": "2", "filled": "0", "status": "open", "timestamp": 1, "lastUpdateTimestamp": 5,
        "timeInForce": "GTC", "info": {"symbol": "BTCUSDT"},
    } | changes  # fmt: skip


def test_an_order_without_a_client_id_is_named_by_the_venues() -> None:
    assert RowReader(markets()).order(order(clientOrderId=None)).client_order_id == "#v1"
    assert RowReader(markets(), "t-").order(order(clientOrderId="t-a1")).client_order_id == "a1"
    cancelled = order(clientOrderId="fresh", info={"symbol": "BTCUSDT", "origClientOrderId": "a1"})
    assert RowReader(markets()).order(cancelled).client_order_id == "a1"


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ({}, OrderStatus.OPEN),
        ({"filled": "0.5"}, OrderStatus.PARTIALLY_FILLED),
        ({"status": "closed", "filled": "2"}, OrderStatus.FILLED),
        ({"status": "closed", "filled": "1"}, OrderStatus.CANCELED),
        ({"status": "canceled"}, OrderStatus.CANCELED),
        ({"status": "canceled", "timeInForce": "IOC"}, OrderStatus.EXPIRED),
        (
            {"status": "canceled", "timeInForce": "IOC", "info": {"cancelType": "CancelByUser"}},
            OrderStatus.CANCELED,
        ),
        ({"status": "Expired"}, OrderStatus.EXPIRED),
        ({"status": "rejected"}, OrderStatus.REJECTED),
        ({"status": "something new"}, OrderStatus.OPEN),
    ],
)
def test_a_status_is_read_with_what_filled(row: dict[str, Any], status: OrderStatus) -> None:
    assert RowReader(markets()).order(order(**row)).status is status


def test_a_status_nobody_knows_is_told_in_the_reason() -> None:
    assert "something new" in RowReader(markets()).order(order(status="something new")).reason


@pytest.mark.parametrize(
    ("side", "direction", "kind"),
    [
        ("sell", 2, OrderType.STOP),
        ("buy", 1, OrderType.STOP),
        ("sell", 1, OrderType.TAKE_PROFIT),
        ("buy", 2, OrderType.TAKE_PROFIT),
    ],
)
def test_a_stop_and_a_target_are_told_apart_by_direction(side: str, direction: int, kind: OrderType) -> None:
    info = {"symbol": "BTCUSDT", "triggerDirection": direction, "tpslMode": ""}
    read = RowReader(markets()).order(order(side=side, type="market", triggerPrice="95", info=info))
    assert (read.order_type, read.stop_price, read.limit_price) == (kind, D(95), None)


def test_a_stop_attached_to_an_entry_does_not_make_the_entry_wait() -> None:
    info = {"symbol": "BTCUSDT", "tpslMode": "Full"}
    read = RowReader(markets()).order(order(stopLossPrice="80", info=info))
    assert (read.order_type, read.stop_price) == (OrderType.LIMIT, None)


@pytest.mark.parametrize("missing", ["id", "side", "amount"])
def test_an_order_that_lacks_what_it_is_proves_nothing(missing: str) -> None:
    with pytest.raises(UnreadableRow):
        RowReader(markets()).order(order(**{missing: None, "filled": None}))


def test_contracts_are_read_as_base() -> None:
    reader = RowReader(markets(contractSize="0.01"))
    assert reader.order(order(filled="1")).size_base == D("0.02")
    held = reader.position({"symbol": PERP, "contracts": "300", "side": "short", "entryPrice": "100"})
    assert held is not None
    assert (held.side, held.size_base) == (PositionSide.SHORT, D(3))
    assert reader.position({"symbol": PERP, "contracts": "0", "side": None}) is None


def test_a_fill_brings_its_fee_and_whose_it_was() -> None:
    row = {
        "id": "e1", "order": "v1", "symbol": PERP, "side": "buy", "amount": "1", "price": "100",
        "timestamp": 7, "takerOrMaker": "maker", "fee": {"cost": "-0.01", "currency": "USDT"},
        "info": {"symbol": "BTCUSDT", "orderLinkId": "a1"},
    }  # fmt: skip
    fill = RowReader(markets()).fill(row)
    assert (fill.client_order_id, fill.fee, fill.side, fill.is_maker) == ("a1", D("-0.01"), BUY, True)
    assert RowReader(markets()).fill(row | {"fee": None, "fees": []}).fee_currency == "USDT"
    for missing in ("id", "order", "price", "timestamp"):
        with pytest.raises(UnreadableRow):
            RowReader(markets()).fill(row | {missing: None})


def test_balances_of_nothing_are_left_out() -> None:
    row = {"total": {"USDT": "10", "BTC": "0", "ETH": None}, "free": {"USDT": "4"}}
    (only,) = RowReader(markets()).balances(row)
    assert (only.currency, only.total, only.free) == ("USDT", D(10), D(4))


def test_the_venues_own_name_of_a_market_goes_before_ccxts_guess() -> None:
    assert RowReader(markets()).order(order(symbol="BTC/USDT")).symbol == PERP


def test_filters_are_in_base_and_one_kind_of_market_is_listed() -> None:
    (found,) = markets(contractSize="0.01").instruments()
    assert (found.symbol, found.kind) == (PERP, InstrumentKind.PERPETUAL)
    assert (found.size_step, found.min_size_base, found.max_size_base) == (D("0.00001"), D("0.00001"), D(10))
    assert (found.price_step, found.min_notional_quote, found.max_leverage) == (D("0.1"), D(5), D(100))
    spot = Markets(MarketChoice.SPOT, DECIMAL_PLACES, [spot_market(precision={"price": 2, "amount": 5})])
    (coin,) = spot.instruments()
    assert (coin.symbol, coin.price_step, coin.size_step) == (SPOT, D("0.01"), D("0.00001"))


def test_a_market_that_does_not_trade_is_known_and_not_offered() -> None:
    halted = markets(active=False)
    assert halted.instruments() == []
    assert halted.instrument(PERP) is not None
    assert halted.instrument("ETH/USDT:USDT") is None


def test_numbers_are_text_on_the_way_and_never_rounded() -> None:
    assert plain(D("1E-8")) == "0.00000001"
    assert plain(D("100.10")) == "100.1"
    assert plain(D("1E+3")) == "1000"
    assert (number("nan"), number(""), number(True), number("x")) == (None, None, None, None)
    assert (above_zero("0"), above_zero("-1"), above_zero("0.1")) == (None, None, D("0.1"))


@pytest.mark.parametrize(
    "told",
    [
        {"info": {"symbol": "BTCUSDT", "execType": "BustTrade"}},
        {"info": {"symbol": "BTCUSDT", "execType": "AdlTrade"}},
        {"info": {"symbol": "BTCUSDT", "fillType": "liquidation"}},
        {"info": {"symbol": "BTCUSDT"}, "clientOrderId": "autoclose-1700000000000"},
    ],
)
def test_a_fill_by_which_the_venue_takes_a_position_over_is_known(told: dict[str, Any]) -> None:
    row = {
        "id": "e1", "order": "v1", "symbol": PERP, "side": "buy", "amount": "1", "price": "100",
        "timestamp": 7, "fee": None, "info": {"symbol": "BTCUSDT", "execType": "Trade"},
    }  # fmt: skip
    assert not RowReader(markets()).fill(row).is_forced
    assert RowReader(markets()).fill(row | told).is_forced
