"""Venues that nobody has run yet, with markets and answers written by hand."""

from typing import Any

from connectors.ccxt.settings import MarketChoice, ModeChoice
from tests.builders.exchange_shapes import CannedVenue, spot_market, swap_market

_KRAKEN_EVENT = {
    "type": "PLACE",
    "order": {
        "orderId": "v1", "cliOrdId": "a1", "type": "lmt", "symbol": "PF_XBTUSD", "side": "buy", "quantity": 1,
        "filled": 0, "limitPrice": 90, "reduceOnly": False, "timestamp": "2024-01-01T00:00:00.000Z",
        "lastUpdateTimestamp": "2024-01-01T00:00:00.000Z",
    },
}  # fmt: skip
_OKX_TAKEN = {"code": "0", "data": [{"ordId": "v1", "clOrdId": "a1", "sCode": "0", "sMsg": ""}]}
BINANCE_TAKEN = {
    "orderId": 1,
    "clientOrderId": "a1",
    "symbol": "BTCUSDT",
    "status": "NEW",
    "transactTime": 1,
}


def untried_venue(name: str) -> CannedVenue:
    """Return a venue by its ccxt name, `okx-spot` for the other market of okx."""
    spot, swap = MarketChoice.SPOT, MarketChoice.SWAP
    if name == "binance":
        return CannedVenue(name, spot, ModeChoice.SANDBOX, [spot_market()], replies={"/order": BINANCE_TAKEN})
    if name == "binanceusdm":
        replies: dict[str, Any] = {
            "/order": BINANCE_TAKEN,
            "/algoOrder": {"algoId": 1, "clientAlgoId": "a1"},
        }
        return CannedVenue(name, swap, ModeChoice.DEMO, [swap_market()], replies=replies)
    if name == "okx":
        rows = [
            swap_market("BTC-USDT-SWAP", contractSize="0.01", precision={"price": "0.1", "amount": "0.01"})
        ]
        replies = {"/batch-orders": _OKX_TAKEN, "/order-algo": _OKX_TAKEN}
        return CannedVenue(name, swap, ModeChoice.SANDBOX, rows, replies=replies)
    if name == "okx-spot":
        replies = {"/batch-orders": _OKX_TAKEN, "/order-algo": _OKX_TAKEN}
        return CannedVenue("okx", spot, ModeChoice.SANDBOX, [spot_market("BTC-USDT")], replies=replies)
    taken = {"status": "placed", "order_id": "v1", "cliOrdId": "a1", "orderEvents": [_KRAKEN_EVENT]}
    replies = {"/sendorder": {"result": "success", "sendStatus": taken}}
    return CannedVenue(name, swap, ModeChoice.SANDBOX, [swap_market("PF_XBTUSD")], replies=replies)
