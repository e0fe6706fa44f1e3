"""Reads of the account and the market; every failure is ReadFailed, and says nothing of what was asked."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from connectors.ccxt.dialect import Dialect, FillSpan
from connectors.ccxt.markets import Markets
from connectors.ccxt.memory import OrderMemory
from connectors.ccxt.outcomes import redacted
from connectors.ccxt.rows import RowReader
from connectors.ccxt.streams.own_tasks import is_told_to_end
from desk.contracts.orders import VenueBalance, VenueFill, VenueOrder, VenuePosition
from desk.contracts.ports.time import Clock
from desk.contracts.problems import KeyRefused, ReadFailed

Answer = TypeVar("Answer")


class Reads:
    """Ask the venue by a client of its own, one page after the other where there are several."""

    def __init__(
        self,
        exchange: Any,  # noqa: ANN401 - a ccxt exchange
        dialect: Dialect,
        markets: Markets,
        memory: OrderMemory,
        clock: Clock,
        secrets: tuple[str, ...],
    ) -> None:
        self._exchange = exchange
        self._dialect = dialect
        self._markets = markets
        self._memory = memory
        self._clock = clock
        self._secrets = secrets
        self.rows = RowReader(markets, dialect.id_prefix)

    async def fetch_order(self, symbol: str, client_order_id: str) -> VenueOrder | None:
        """Look one order up; None is the venue's word that it does not know it."""

        async def look() -> VenueOrder | None:
            named = self._memory.named(symbol, client_order_id)
            row = await self._dialect.find(self._exchange, named)
            return None if row is None else self._memory.saw(self.rows.order(row))

        return await self.read(f"order {client_order_id}", look)

    async def fetch_open_orders(self) -> Sequence[VenueOrder]:
        """Read every resting order, conditional ones included."""

        async def listed() -> list[VenueOrder]:
            rows = await self._dialect.open_orders(self._exchange, self._markets)
            return [self._memory.saw(self.rows.order(one)) for one in rows]

        return await self.read("open orders", listed)

    async def fetch_fills(self, since_ms: int) -> Sequence[VenueFill]:
        """Read every fill from `since_ms` on, oldest first, each once."""

        async def told() -> list[VenueFill]:
            span = FillSpan(since_ms, self._clock.now_ms(), self._memory.symbols)
            rows = await self._dialect.fills(self._exchange, span, self._markets)
            fills = {(one.symbol, one.venue_trade_id): one for one in map(self.rows.fill, rows)}
            kept = [one for one in fills.values() if one.time_ms >= since_ms]
            return sorted(kept, key=lambda one: one.time_ms)

        return await self.read("fills", told)

    async def fetch_positions(self) -> Sequence[VenuePosition]:
        """Read every open perpetual position."""

        async def held() -> list[VenuePosition]:
            if not self._dialect.is_perpetual:
                return []
            rows = await self._dialect.positions(self._exchange, self._markets)
            found = [one for one in map(self.rows.position, rows) if one is not None]
            for one in found:
                self._memory.trades(one.symbol)
            return found

        return await self.read("positions", held)

    async def fetch_account_id(self) -> str | None:
        """Read what the venue calls the account, with the venue's own name before it."""
        told = await self.read("the account's id", lambda: self._dialect.account_id(self._exchange))
        return None if told is None else f"{self._exchange.id} {told}"

    async def fetch_balances(self) -> Sequence[VenueBalance]:
        """Read every balance."""

        async def held() -> list[VenueBalance]:
            return self.rows.balances(await self._dialect.balances(self._exchange))

        return await self.read("balances", held)

    async def call(self, method: str, *arguments: object, **named: object) -> Any:  # noqa: ANN401 - what ccxt returns
        """Call a method of ccxt by its name, for a read; paced like every other."""
        return await self.read(method, lambda: getattr(self._exchange, method)(*arguments, **named))

    async def read(self, what: str, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """Ask, and turn whatever goes wrong into ReadFailed without any secret in it."""
        try:
            return await ask()
        except ReadFailed:
            raise
        except asyncio.CancelledError:
            if is_told_to_end():
                raise
            raise ReadFailed(f"{self._exchange.id} did not tell {what}: another reader gave up") from None
        except Exception as error:  # noqa: BLE001 - ccxt raises what a strange answer makes it stumble over
            reason = redacted(f"{type(error).__name__}: {error}", self._secrets)
            failure = KeyRefused if _is_about_the_key(error) else ReadFailed
            raise failure(f"{self._exchange.id} did not tell {what}: {reason}") from None


def _is_about_the_key(error: Exception) -> bool:
    return any(one.__name__ == "AuthenticationError" for one in type(error).__mro__)
