"""The ccxt connector against the local exchange, in the test's own loop."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from types import MappingProxyType
from typing import Any

from pydantic import SecretStr

from connectors.ccxt.clients import REQUEST_MS
from connectors.ccxt.connector import CcxtConnector
from connectors.ccxt.settings import CcxtSettings, MarketChoice
from desk.runtime.clock import WallClock
from desk.runtime.tasks import TaskSupervisor
from tests.builders.sandbox import KEY, PERP, SECRET, SPOT, Sandbox, sandbox

_LONG_MS = 15_000


class CcxtRig:
    """One exchange, one connector to it; what failed in the background fails the test at its end."""

    def __init__(self, market: MarketChoice = MarketChoice.SWAP, **settings: Any) -> None:  # noqa: ANN401
        self.clock = WallClock()
        self.began_ms = self.clock.now_ms()
        self.failures: list[str] = []
        self.tasks = TaskSupervisor(lambda name, error: self.failures.append(f"{name}: {error!r}"))
        self.box: Sandbox
        self.connector: CcxtConnector
        self._market = market
        self._settings = settings
        self._stack = AsyncExitStack()

    async def begin(self, connector: Mapping[str, Any] = MappingProxyType({}), **of_sandbox: Any) -> None:  # noqa: ANN401
        balances = {"USDT": "10000", "BTC": "10"}
        self.box = await self._stack.enter_async_context(sandbox(**({"balances": balances} | of_sandbox)))
        self.connector = self.another(**connector)

    def another(self, **changes: Any) -> CcxtConnector:  # noqa: ANN401 - any setting
        """Build a connector to the same exchange."""
        fields: dict[str, Any] = {
            "exchange": "bybit",
            "market": self._market,
            "base_url": self.box.base_url,
            "api_key": SecretStr(KEY),
            "secret": SecretStr(SECRET),
        }
        streams, request_ms = changes.pop("streams", None), changes.pop("request_ms", REQUEST_MS)
        settings = CcxtSettings(**(fields | self._settings | changes))
        return CcxtConnector(
            settings, self.clock, self.tasks, random.Random(1), streams=streams, request_ms=request_ms
        )

    async def end(self) -> None:
        await self.tasks.stop(2000)
        await self._stack.aclose()
        assert not self.failures, self.failures

    async def until(self, is_so: Callable[[], Awaitable[bool]]) -> None:
        """Wait for a condition, generously."""
        deadline_ms = self.clock.monotonic_ms() + _LONG_MS
        while not await is_so():
            assert self.clock.monotonic_ms() < deadline_ms, "it never came to be"
            await self.clock.sleep_ms(10)


@asynccontextmanager
async def opened(
    market: MarketChoice = MarketChoice.SWAP,
    connector: Mapping[str, Any] = MappingProxyType({}),
    **of_sandbox: Any,  # noqa: ANN401 - settings of the sandbox
) -> AsyncIterator[CcxtRig]:
    """Open a connector to an exchange that trades at 100, and close both."""
    rig = CcxtRig(market)
    await rig.begin(connector, **of_sandbox)
    for symbol in (PERP, SPOT):
        rig.box.price("100", symbol)
    try:
        await rig.connector.open()
        yield rig
    finally:
        await rig.connector.close()
        await rig.end()
