"""What ccxt keeps of a busy market is little: a desk that watches many symbols fits into its memory."""

import json
import tracemalloc
from types import SimpleNamespace

from connectors.ccxt.clients import stream_class
from connectors.ccxt.streams.preparing import prepare
from connectors.ccxt.streams.settings import StreamSettings

SYMBOLS = 50
MOST_MB = 100
MOST_OF_ORDERS_MB = 8
TRADES = ORDERS = 3_000

TRADE = {
    "s": "BTCUSDT", "S": "Buy", "v": "0.001", "p": "16578.50", "L": "PlusTick", "BT": False,
}  # fmt: skip

ORDER = {
    "category": "linear", "symbol": "BTCUSDT", "side": "Sell", "orderType": "Market", "price": "0",
    "qty": "0.060", "orderStatus": "Cancelled", "timeInForce": "IOC", "createdTime": "1672304486865",
    "updatedTime": "1672304486866", "reduceOnly": True, "closeOnTrigger": False, "triggerPrice": "16500.1",
    "triggerDirection": 2, "triggerBy": "LastPrice", "stopOrderType": "Stop", "cancelType": "CancelByUser",
    "rejectReason": "EC_PerCancelRequest", "positionIdx": 0, "avgPrice": "", "cumExecQty": "0",
    "cumExecValue": "0", "cumExecFee": "0", "leavesQty": "0", "leavesValue": "0", "takeProfit": "",
    "stopLoss": "", "tpTriggerBy": "", "slTriggerBy": "", "tpLimitPrice": "0", "slLimitPrice": "0",
}  # fmt: skip


def test_the_trades_of_fifty_busy_symbols_fit_into_a_desk() -> None:
    found = stream_class("bybit")
    assert found is not None
    exchange, client = found(), SimpleNamespace(url="ws://venue/v5/public/linear", resolve=lambda *_: None)
    prepare(exchange, StreamSettings())
    rows = [{**TRADE, "T": 1_672_304_486_865 + number, "i": f"trade-{number}"} for number in range(TRADES)]
    text = json.dumps({"topic": "publicTrade.BTCUSDT", "type": "snapshot", "data": rows})
    tracemalloc.start()
    exchange.handle_trades(client, json.loads(text))
    kept_mb = tracemalloc.get_traced_memory()[0] / 1_048_576
    tracemalloc.stop()
    assert kept_mb * SYMBOLS < MOST_MB


def test_the_orders_of_a_busy_account_take_little() -> None:
    found = stream_class("bybit")
    assert found is not None
    exchange, client = found(), SimpleNamespace(url="ws://venue/v5/private", resolve=lambda *_: None)
    prepare(exchange, StreamSettings())
    tracemalloc.start()
    for number in range(ORDERS):
        row = {**ORDER, "orderId": f"order-{number}", "orderLinkId": f"client-{number}"}
        exchange.handle_order(client, json.loads(json.dumps({"topic": "order", "data": [row]})))
    kept_mb = tracemalloc.get_traced_memory()[0] / 1_048_576
    tracemalloc.stop()
    assert kept_mb < MOST_OF_ORDERS_MB
