"""A local exchange on a thread of its own, for commands that run a loop of theirs."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TypeVar

from tests.builders.sandbox import KEY, SECRET, Sandbox, sandbox

Result = TypeVar("Result")

STARTS_WITHIN_S = 60


class HostedExchange:
    """Reach an exchange that lives on another thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, exchange: Sandbox) -> None:
        self._loop = loop
        self._exchange = exchange
        self.base_url = exchange.base_url

    def do(self, work: Callable[[Sandbox], Result]) -> Result:
        """Do something to the exchange, on its own loop, and return what came of it."""

        async def done() -> Result:
            return work(self._exchange)

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(STARTS_WITHIN_S)


@contextmanager
def hosted_exchange(**settings: object) -> Iterator[HostedExchange]:
    """Start an exchange as `sandbox` does, and end it."""
    started: Future[tuple[HostedExchange, asyncio.Event]] = Future()

    async def live() -> None:
        stop = asyncio.Event()
        async with sandbox(**settings) as exchange:  # type: ignore[arg-type]  # handed on as they are
            started.set_result((HostedExchange(asyncio.get_running_loop(), exchange), stop))
            await stop.wait()

    def run() -> None:
        try:
            asyncio.run(live())
        except BaseException as error:  # a thread's boundary: whoever waits is told
            if not started.done():
                started.set_exception(error)
            raise

    thread = threading.Thread(target=run, name="local exchange")
    thread.start()
    host, stop = started.result(STARTS_WITHIN_S)
    try:
        yield host
    finally:
        host.do(lambda _: stop.set())
        thread.join(STARTS_WITHIN_S)


def exchange_account(base_url: str, market: str = "swap", mode: str = "sandbox") -> str:
    """Return the platform of a desk at the local exchange; `exchange_environment` has its secrets."""
    return f"""\
desk: {{id: test-desk, account_currency: USDT}}
connector:
  name: ccxt
  ccxt:
    exchange: bybit
    market: {market}
    mode: {mode}
    base_url: {base_url}
    api_key: env:DESK_TEST_KEY
    secret: env:DESK_TEST_SECRET
risk: {{max_order_notional: 50000, max_position_notional: 100000}}
"""


def exchange_environment() -> dict[str, str]:
    """Return the environment in which the secrets of the exchange's first account are."""
    return {"DESK_TEST_KEY": KEY, "DESK_TEST_SECRET": SECRET}
