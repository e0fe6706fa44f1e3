"""The way out as other programs take it: bare ccxt with its own limiter, one position after the other."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from benchmarks.exchange import OTHER_KEY, START_PRICE, account_at
from connectors.ccxt.bybit import BybitDialect
from connectors.ccxt.hosts import rebased
from tests.builders.sandbox import SandboxProcess

_SIZE = "10"
_BUDGET_WHOLE_S = 2.5
_SPARE = 1.2


@dataclass(frozen=True, slots=True)
class OneByOne:
    """Say how long it took, how often the venue refused for its limit, and what an order costs ccxt.

    The processor's time of an order is taken without the limiter, which wakes every millisecond.
    """

    seconds: float
    refusals: int
    cpu_s_per_order: float


async def one_by_one(exchange: SandboxProcess, symbols: Sequence[str], rate: int) -> OneByOne:
    """Hold a position with a stop on each symbol; cancel the stop, then close, each awaited."""
    for symbol in symbols:
        order = {"symbol": symbol, "side": "BUY", "size_base": _SIZE, "key": OTHER_KEY}
        exchange.admin("trade", order)
    client = _client(exchange.base_url)
    try:
        await client.load_markets()
        stops, cpu_s = await _stops(client, symbols, rate)
        await asyncio.sleep(_BUDGET_WHOLE_S)
        client.enableRateLimit = True
        began_ns, refusals = time.perf_counter_ns(), 0
        for symbol, stop in zip(symbols, stops, strict=True):
            refusals += await _sent(client, "cancel_order", stop, symbol)
            asked = (symbol, "market", "sell", _SIZE, None, {"reduceOnly": True})
            refusals += await _sent(client, "create_order", *asked)
        return OneByOne((time.perf_counter_ns() - began_ns) / 1e9, refusals, cpu_s / len(stops))
    finally:
        await client.close()


async def _stops(client: Any, symbols: Sequence[str], rate: int) -> tuple[list[str], float]:  # noqa: ANN401
    """Place a stop on each symbol as fast as the venue allows; return them, and the seconds of processor."""
    client.enableRateLimit = False
    began_ns = time.process_time_ns()
    stops = []
    for symbol in symbols:
        stops.append(await _stop(client, symbol))
        await asyncio.sleep(_SPARE / rate)
    return stops, (time.process_time_ns() - began_ns) / 1e9


async def _sent(client: Any, call: str, *asked: object) -> int:  # noqa: ANN401 - a ccxt exchange
    """Send until the venue takes it; return how often it was refused for the limit."""
    from ccxt.base.errors import RateLimitExceeded  # noqa: PLC0415 - slow to import

    refusals = 0
    while True:
        with suppress(RateLimitExceeded):
            await getattr(client, call)(*asked)
            return refusals
        refusals += 1


async def _stop(client: Any, symbol: str) -> str:  # noqa: ANN401 - a ccxt exchange
    price = str(START_PRICE * 9 // 10)
    params = {"triggerPrice": price, "triggerDirection": "descending", "reduceOnly": True}
    placed = await client.create_order(symbol, "market", "sell", _SIZE, None, params)
    return str(placed["id"])


def _client(base_url: str) -> Any:  # noqa: ANN401 - a ccxt exchange
    """Build the client that ccxt gives to anyone, its limiter on; it only leads to the local exchange."""
    import ccxt.async_support  # noqa: PLC0415 - slow to import

    options = BybitDialect(account_at(base_url, OTHER_KEY)).options()
    client = ccxt.async_support.bybit({"apiKey": OTHER_KEY, "secret": OTHER_KEY, "options": options})
    client.set_sandbox_mode(True)
    client.urls["api"] = rebased(client.urls["api"], base_url, client.hostname)
    return client
