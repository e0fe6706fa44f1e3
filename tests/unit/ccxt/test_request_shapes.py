"""What orders look like on the wire of venues that nobody has run yet, and how their answers are read.

Markets and answers are written by hand, nothing has a network; the venues' own documents say the shapes.
"""

from typing import Any

import pytest

from connectors.ccxt.settings import MarketChoice, ModeChoice
from desk.contracts.orders import OrderRequest, OrderStatus, OrderType, OutcomeKind
from desk.contracts.problems import ReadFailed
from tests.builders.exchange_shapes import KEY, SECRET, CannedVenue, spot_market, swap_market
from tests.builders.untried_venues import BINANCE_TAKEN, untried_venue
from tests.builders.venue import BUY, PERP, SELL, SPOT, D, amendment, request


def asked(kind: str, symbol: str) -> OrderRequest:
    reduces = symbol == PERP
    made = {
        "market": lambda: request("a1", BUY, 1, symbol=symbol),
        "limit": lambda: request("a1", BUY, 1, symbol=symbol, limit=90),
        "stop": lambda: request("a1", SELL, 1, symbol=symbol, stop=80, reduce_only=reduces),
        "target": lambda: request(
            "a1", SELL, 1, symbol=symbol, order_type=OrderType.TAKE_PROFIT, stop=120, reduce_only=reduces
        ),
        "breakout": lambda: request("a1", BUY, 1, symbol=symbol, stop=110, limit=111),
    }
    return made[kind]()


SHAPES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("binance", "market", "/order", {"type": "MARKET", "quantity": "1", "newClientOrderId": "a1"}),
    ("binance", "limit", "/order", {"type": "LIMIT", "price": "90", "timeInForce": "GTC"}),
    ("binance", "stop", "/order", {"type": "STOP_LOSS", "stopPrice": "80", "side": "SELL"}),
    ("binance", "target", "/order", {"type": "TAKE_PROFIT", "stopPrice": "120"}),
    ("binance", "breakout", "/order", {"type": "STOP_LOSS_LIMIT", "stopPrice": "110", "price": "111"}),
    ("binanceusdm", "market", "/order", {"type": "MARKET", "quantity": "1", "newClientOrderId": "a1"}),
    (
        "binanceusdm",
        "stop",
        "/algoOrder",
        {"type": "STOP_MARKET", "triggerPrice": "80", "reduceOnly": "true", "clientAlgoId": "a1"},
    ),
    ("binanceusdm", "target", "/algoOrder", {"type": "TAKE_PROFIT_MARKET", "triggerPrice": "120"}),
    ("binanceusdm", "breakout", "/algoOrder", {"type": "STOP", "triggerPrice": "110", "price": "111"}),
    ("okx", "market", "/batch-orders", {"ordType": "market", "sz": "100", "clOrdId": "a1"}),
    (
        "okx",
        "stop",
        "/order-algo",
        {"ordType": "conditional", "slTriggerPx": "80", "slOrdPx": "-1", "sz": "100", "algoClOrdId": "a1"},
    ),
    ("okx", "target", "/order-algo", {"tpTriggerPx": "120", "tpOrdPx": "-1", "reduceOnly": True}),
    ("okx", "breakout", "/order-algo", {"ordType": "trigger", "triggerPx": "110", "orderPx": "111"}),
    ("okx-spot", "market", "/batch-orders", {"sz": "1", "tgtCcy": "base_ccy"}),
    ("krakenfutures", "market", "/sendorder", {"orderType": "mkt", "size": "1", "cliOrdId": "a1"}),
    ("krakenfutures", "stop", "/sendorder", {"orderType": "stp", "stopPrice": "80", "reduceOnly": "true"}),
    ("krakenfutures", "target", "/sendorder", {"orderType": "take_profit", "stopPrice": "120"}),
    ("krakenfutures", "breakout", "/sendorder", {"stopPrice": "110", "limitPrice": "111", "side": "buy"}),
]


@pytest.mark.parametrize(("name", "kind", "path", "expected"), SHAPES)
async def test_an_order_is_written_as_the_venue_reads_it(
    name: str, kind: str, path: str, expected: dict[str, Any]
) -> None:
    canned = untried_venue(name)
    outcome = await canned.orders.place(asked(kind, canned.rows[0]["symbol"]))
    assert outcome.kind is OutcomeKind.ACCEPTED, outcome.reason
    (sent,) = canned.sent
    assert sent.path.endswith(path)
    assert {key: sent.values.get(key) for key in expected} == expected
    if kind in {"market", "stop", "target"}:
        assert not {"price", "px", "limitPrice", "quoteOrderQty"} & sent.values.keys()


@pytest.mark.parametrize("name", ["binance", "binanceusdm", "okx", "krakenfutures"])
async def test_a_test_world_is_never_the_world_of_real_money(name: str) -> None:
    canned = untried_venue(name)
    await canned.orders.place(asked("limit", canned.rows[0]["symbol"]))
    hosts = {
        "binance": "testnet.binance.vision", "binanceusdm": "demo-fapi.binance.com", "okx": "www.okx.com",
        "krakenfutures": "demo-futures.kraken.com",
    }  # fmt: skip
    assert hosts[name] in canned.last.url
    if name == "okx":
        assert str(canned.last.headers["x-simulated-trading"]) == "1"
        canned.exchange.headers.clear()
        outcome = await canned.orders.place(asked("limit", PERP))
        assert outcome.kind is OutcomeKind.NOT_SENT
        assert "real money" in outcome.reason


async def test_live_trading_that_is_not_armed_sends_nothing_signed() -> None:
    live = CannedVenue("binance", MarketChoice.SPOT, ModeChoice.LIVE, [spot_market()])
    outcome = await live.orders.place(request("a1", BUY, 1))
    assert outcome.kind is OutcomeKind.NOT_SENT
    assert "not armed" in outcome.reason
    with pytest.raises(ReadFailed, match="not armed"):
        await live.reads.fetch_balances()
    assert live.sent == []
    armed = CannedVenue(
        "binance", MarketChoice.SPOT, ModeChoice.LIVE, [spot_market()], is_armed=True,
        replies={"/order": BINANCE_TAKEN},
    )  # fmt: skip
    assert (await armed.orders.place(request("a1", BUY, 1))).kind is OutcomeKind.ACCEPTED


async def test_a_stop_that_is_not_declared_is_refused_before_it_can_become_a_plain_order() -> None:
    canned = CannedVenue(
        "deribit", MarketChoice.SWAP, ModeChoice.SANDBOX, [swap_market("BTC_USDT-PERPETUAL")]
    )
    outcome = await canned.orders.place(asked("stop", PERP))
    assert outcome.kind is OutcomeKind.NOT_SENT
    assert "declares no STOP" in outcome.reason
    assert canned.sent == []


async def test_a_market_buy_by_cost_is_refused() -> None:
    canned = CannedVenue("gate", MarketChoice.SPOT, ModeChoice.SANDBOX, [spot_market("BTC_USDT")])
    outcome = await canned.orders.place(request("a1", BUY, 1))
    assert outcome.kind is OutcomeKind.NOT_SENT
    assert "by what they cost" in outcome.reason


async def test_an_order_that_is_not_amended_natively_is_not_amended() -> None:
    canned = untried_venue("binance")
    outcome = await canned.orders.amend(amendment("a1", symbol=SPOT, size="1"))
    assert outcome.kind is OutcomeKind.NOT_SENT
    assert canned.sent == []


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ((400, {"code": -2010, "msg": "Account has insufficient balance."}), OutcomeKind.NOT_ACCEPTED),
        ((400, {"code": -1013, "msg": "Filter failure: LOT_SIZE"}), OutcomeKind.NOT_ACCEPTED),
        ((400, {"code": -1021, "msg": "Timestamp for this request is outside"}), OutcomeKind.NOT_ACCEPTED),
        ((400, {"code": -2010, "msg": "This is new."}), OutcomeKind.UNKNOWN),
        ((400, {"code": -1007, "msg": "Timeout waiting for response"}), OutcomeKind.UNKNOWN),
        ((503, {"code": -1013, "msg": "Unknown error"}), OutcomeKind.UNKNOWN),
        ((200, {}), OutcomeKind.UNKNOWN),
    ],
)  # fmt: skip
async def test_binance_proves_a_refusal_by_its_code_alone(reply: tuple[int, Any], kind: OutcomeKind) -> None:
    canned = untried_venue("binance")
    canned.replies = {"/order": reply}
    assert (await canned.orders.place(request("a1", BUY, 1))).kind is kind


async def test_binance_errors_of_futures_are_known_on_any_host() -> None:
    canned = untried_venue("binanceusdm")
    tables = canned.exchange.get_exceptions_by_url("http://127.0.0.1:9/fapi/v1/order", "exact")
    assert tables["-2022"].__name__ == "OrderImmediatelyFillable" or "-2022" in tables
    assert canned.exchange.get_exceptions_by_url("http://127.0.0.1:9/elsewhere", "exact") == {}


async def test_a_stop_is_found_in_its_own_book_and_cancelled_there() -> None:
    canned = untried_venue("binanceusdm")
    algo = {
        "algoId": 7, "clientAlgoId": "a1", "symbol": "BTCUSDT", "side": "SELL", "orderType": "STOP_MARKET",
        "algoStatus": "NEW", "quantity": "1", "triggerPrice": "80", "reduceOnly": True, "createTime": 1,
        "updateTime": 2,
    }  # fmt: skip
    unknown = (400, {"code": -2013, "msg": "Order does not exist."})
    canned.replies = {"GET /fapi/v1/order": unknown, "GET /fapi/v1/algoOrder": algo}
    found = await canned.reads.fetch_order(PERP, "a1")
    assert found is not None
    assert (found.client_order_id, found.stop_price, found.status) == ("a1", D(80), OrderStatus.OPEN)
    assert found.order_type is OrderType.STOP
    canned.replies = {
        "DELETE /fapi/v1/algoOrder": {"algoId": 7, "clientAlgoId": "a1", "code": "200", "msg": "ok"}
    }
    await canned.orders.cancel(PERP, "a1")
    assert (canned.last.method, canned.last.values["clientAlgoId"]) == ("DELETE", "a1")
    canned.replies = {"GET /fapi/v1/order": unknown, "GET /fapi/v1/algoOrder": unknown}
    assert await canned.reads.fetch_order(PERP, "a1") is None


async def test_an_unknown_order_on_a_cancel_is_looked_up() -> None:
    canned = untried_venue("binance")
    canned.memory.placed(SPOT, "a1", OrderType.LIMIT)
    gone = (400, {"code": -2011, "msg": "Unknown order sent."})
    filled = BINANCE_TAKEN | {
        "status": "FILLED",
        "side": "BUY",
        "type": "LIMIT",
        "origQty": "1",
        "executedQty": "1",
    }
    canned.replies = {"DELETE /api/v3/order": gone, "GET /api/v3/order": filled}
    outcome = await canned.orders.cancel(SPOT, "a1")
    assert outcome.kind is OutcomeKind.NOT_ACCEPTED
    assert outcome.order is not None
    assert outcome.order.status is OrderStatus.FILLED
    canned.replies = {"DELETE /api/v3/order": gone, "GET /api/v3/order": filled | {"status": "NEW"}}
    assert (await canned.orders.cancel(SPOT, "a1")).kind is OutcomeKind.UNKNOWN
    canned.replies = {"DELETE /api/v3/order": gone, "GET /api/v3/order": (502, {})}
    assert (await canned.orders.cancel(SPOT, "a1")).kind is OutcomeKind.UNKNOWN


async def test_fills_that_are_told_by_symbol_are_asked_for_every_symbol_that_is_traded() -> None:
    canned = untried_venue("binance")
    with pytest.raises(ReadFailed, match="symbol by symbol"):
        await canned.reads.fetch_fills(0)
    canned.memory.trades(SPOT)
    fill = {
        "id": 5, "orderId": 1, "symbol": "BTCUSDT", "price": "100", "qty": "2", "quoteQty": "200",
        "commission": "0.002", "commissionAsset": "BTC", "time": 1000, "isBuyer": True, "isMaker": False,
    }  # fmt: skip
    canned.replies = {"/myTrades": [fill]}
    (told,) = await canned.reads.fetch_fills(0)
    assert (told.venue_trade_id, told.size_base, told.fee, told.fee_currency) == (
        "5",
        D(2),
        D("0.002"),
        "BTC",
    )


async def test_contracts_become_base_on_the_way_back() -> None:
    canned = untried_venue("okx")
    order = {
        "ordId": "v1", "clOrdId": "a1", "instId": "BTC-USDT-SWAP", "instType": "SWAP", "side": "buy",
        "ordType": "limit", "px": "90", "sz": "100", "accFillSz": "25", "state": "partially_filled",
        "cTime": "1", "uTime": "2", "avgPx": "90", "reduceOnly": "false",
    }  # fmt: skip
    canned.replies = {"/trade/order": {"code": "0", "data": [order]}}
    found = await canned.reads.fetch_order(PERP, "a1")
    assert found is not None
    assert (found.size_base, found.filled_base) == (D(1), D("0.25"))
    assert found.status is OrderStatus.PARTIALLY_FILLED


@pytest.mark.parametrize(
    ("name", "path", "reply", "problem"),
    [
        (
            "binance",
            "/apiRestrictions",
            {"enableSpotAndMarginTrading": True, "enableWithdrawals": True},
            "withdraw",
        ),
        ("binance", "/apiRestrictions", {"enableWithdrawals": True}, "may not trade"),
        ("binance", "/apiRestrictions", {"enableWithdrawals": False}, "may not trade"),
        ("binance", "/apiRestrictions", {"enableSpotAndMarginTrading": True}, None),
        ("okx", "/account/config", {"code": "0", "data": [{"perm": "read_only,withdraw,trade"}]}, "withdraw"),
        ("okx", "/account/config", {"code": "0", "data": [{"perm": "read_only"}]}, "may not trade"),
        ("okx", "/account/config", {"code": "0", "data": [{"perm": "read_only,trade"}]}, None),
    ],
)
async def test_a_key_that_may_withdraw_is_refused(
    name: str, path: str, reply: dict[str, Any], problem: str | None
) -> None:
    market = spot_market() if name == "binance" else spot_market("BTC-USDT")
    live = CannedVenue(
        name, MarketChoice.SPOT, ModeChoice.LIVE, [market], is_armed=True, replies={path: reply}
    )
    found = await live.dialect.key_problem(live.exchange)
    assert found is problem if problem is None else problem in (found or "")


async def test_a_stop_that_was_touched_is_cancelled_where_it_lies_now() -> None:
    canned = untried_venue("binanceusdm")
    canned.memory.placed(PERP, "a1", OrderType.STOP_LIMIT)
    gone = (400, {"code": -2011, "msg": "Unknown order sent."})
    resting = BINANCE_TAKEN | {
        "side": "BUY",
        "type": "LIMIT",
        "origQty": "1",
        "executedQty": "0",
        "price": "111",
    }
    unknown = (400, {"code": -2013, "msg": "Order does not exist."})
    canned.replies = {
        "DELETE /fapi/v1/algoOrder": gone,
        "GET /fapi/v1/algoOrder": unknown,
        "GET /fapi/v1/order": resting,
    }
    assert (await canned.orders.cancel(PERP, "a1")).kind is OutcomeKind.UNKNOWN
    canned.replies = {"DELETE /fapi/v1/order": resting | {"status": "CANCELED"}}
    assert (await canned.orders.cancel(PERP, "a1")).kind is OutcomeKind.ACCEPTED


async def test_positions_and_balances_of_okx_are_read() -> None:
    canned = untried_venue("okx")
    position = {
        "instId": "BTC-USDT-SWAP", "instType": "SWAP", "pos": "-300", "posSide": "net", "avgPx": "100",
        "lever": "5", "liqPx": "120", "mgnMode": "cross", "ccy": "USDT", "cTime": "1", "uTime": "2",
        "upl": "0", "imr": "60", "mmr": "1", "mgnRatio": "9", "margin": "", "markPx": "100",
        "notionalUsd": "300",
    }  # fmt: skip
    details = [
        {
            "ccy": "USDT",
            "cashBal": "1000",
            "eq": "1000",
            "availBal": "940",
            "frozenBal": "60",
            "availEq": "940",
        }
    ]
    canned.replies = {
        "/account/positions": {"code": "0", "data": [position]},
        "/account/balance": {"code": "0", "data": [{"uTime": "1", "details": details}]},
    }
    (held,) = await canned.reads.fetch_positions()
    assert (held.side.value, held.size_base, held.entry_price, held.leverage) == ("SHORT", D(3), D(100), D(5))
    (balance,) = await canned.reads.fetch_balances()
    assert (balance.currency, balance.total, balance.free) == ("USDT", D(1000), D(940))


async def test_open_orders_of_both_books_are_listed() -> None:
    canned = untried_venue("binanceusdm")
    plain = BINANCE_TAKEN | {
        "side": "BUY",
        "type": "LIMIT",
        "origQty": "1",
        "executedQty": "0",
        "price": "90",
    }
    algo = {
        "algoId": 7, "clientAlgoId": "s1", "symbol": "BTCUSDT", "side": "SELL",
        "orderType": "TAKE_PROFIT_MARKET", "algoStatus": "NEW", "quantity": "1", "triggerPrice": "120",
        "reduceOnly": True, "createTime": 1,
    }  # fmt: skip
    canned.replies = {"/openOrders": [plain], "/openAlgoOrders": [algo]}
    found = {one.client_order_id: one for one in await canned.reads.fetch_open_orders()}
    assert (found["a1"].order_type, found["a1"].limit_price) == (OrderType.LIMIT, D(90))
    assert (found["s1"].order_type, found["s1"].stop_price) == (OrderType.TAKE_PROFIT, D(120))


async def test_an_order_of_kraken_futures_is_found_in_a_list_or_not_at_all() -> None:
    canned = untried_venue("krakenfutures")
    row = {
        "order_id": "v1", "cliOrdId": "a1", "symbol": "PF_XBTUSD", "side": "buy", "orderType": "lmt",
        "limitPrice": 90, "unfilledSize": 1, "filledSize": 0, "receivedTime": "2024-01-01T00:00:00.000Z",
        "status": "untouched", "reduceOnly": False, "lastUpdateTime": "2024-01-01T00:00:00.000Z",
    }  # fmt: skip
    canned.replies = {"/openorders": {"result": "success", "openOrders": [row]}, "/orders": {"elements": []}}
    found = await canned.reads.fetch_order(PERP, "a1")
    assert found is not None
    assert (found.venue_order_id, found.status, found.size_base) == ("v1", OrderStatus.OPEN, D(1))
    with pytest.raises(ReadFailed, match="proves no order's absence"):
        await canned.reads.fetch_order(PERP, "never")
    canned.replies |= {
        "/cancelorder": {"result": "success", "cancelStatus": {"status": "cancelled", "order_id": "v1"}}
    }
    await canned.orders.cancel(PERP, "a1")
    assert canned.last.values["order_id"] == "v1"


async def test_a_desk_that_is_stopping_sends_nothing_and_says_so() -> None:
    canned = untried_venue("binance")
    await canned.tasks.stop(10)
    outcome = await canned.orders.place(request("a1", BUY, 1))
    assert (outcome.kind, outcome.reason) == (OutcomeKind.NOT_SENT, "the desk is stopping")
    assert canned.sent == []


@pytest.mark.parametrize("page", ["<html>502</html>", ""])
async def test_a_page_in_place_of_an_answer_is_no_answer(page: str) -> None:
    canned = untried_venue("binance")
    canned.replies = {"/account": page, "/openOrders": page, "/order": page}
    with pytest.raises(ReadFailed, match="no JSON"):
        await canned.reads.fetch_balances()
    with pytest.raises(ReadFailed, match="no JSON"):
        await canned.reads.fetch_open_orders()
    assert (await canned.orders.place(request("a1", BUY, 1))).kind is OutcomeKind.UNKNOWN


@pytest.mark.parametrize("name", ["binance", "binanceusdm", "okx", "krakenfutures"])
async def test_no_word_of_a_failure_holds_a_secret(name: str) -> None:
    canned = untried_venue(name)
    canned.replies = {"": (502, {"echo": [KEY, SECRET]})}
    said = []
    outcome = await canned.orders.place(asked("limit", canned.rows[0]["symbol"]))
    said.append(outcome.reason)
    for read in (canned.reads.fetch_balances, canned.reads.fetch_open_orders, canned.reads.fetch_positions):
        try:
            await read()
        except ReadFailed as failure:
            said.append(f"{failure} {failure.__cause__}")
    assert len(said) >= 3
    for one in said:
        assert KEY not in one
        assert SECRET not in one
        assert "signature=" not in one.replace("signature=***", "")


async def test_our_id_goes_where_the_venue_reads_it_or_nothing_goes() -> None:
    rows = [swap_market("BTC_USDT-PERPETUAL")]
    deribit = CannedVenue("deribit", MarketChoice.SWAP, ModeChoice.SANDBOX, rows)
    order = {
        "order_id": "v1",
        "label": "a1",
        "order_state": "open",
        "direction": "buy",
        "amount": 1,
        "price": 90,
    }
    row = order | {"instrument_name": "BTC_USDT-PERPETUAL", "order_type": "limit", "filled_amount": 0}
    deribit.replies = {"/buy": {"result": {"order": row, "trades": []}}}
    outcome = await deribit.orders.place(request("a1", BUY, 1, symbol=PERP, limit=90))
    assert outcome.order is not None
    assert outcome.order.client_order_id == "a1"
    assert deribit.last.values["label"] == "a1"
    assert "clientOrderId" not in deribit.last.values
    rows = [swap_market("0")]
    hyperliquid = CannedVenue("hyperliquid", MarketChoice.SWAP, ModeChoice.SANDBOX, rows)
    refused = await hyperliquid.orders.place(request("a1", BUY, 1, symbol=PERP, limit=90))
    assert refused.kind is OutcomeKind.NOT_SENT
    assert "could not be found again" in refused.reason


async def test_a_prefix_the_venue_demands_is_no_part_of_our_id() -> None:
    gate = CannedVenue("gate", MarketChoice.SPOT, ModeChoice.SANDBOX, [spot_market("BTC_USDT")])
    row = {
        "id": "v1", "text": "t-a1", "status": "open", "currency_pair": "BTC_USDT", "side": "buy",
        "type": "limit", "price": "90", "amount": "1", "left": "1", "create_time_ms": "1",
        "update_time_ms": "2",
    }  # fmt: skip
    gate.replies = {"POST /api/v4/spot/orders": row}
    outcome = await gate.orders.place(request("a1", BUY, 1, limit=90))
    assert gate.last.values["text"] == "t-a1"
    assert outcome.order is not None
    assert outcome.order.client_order_id == "a1"
