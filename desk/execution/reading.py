"""Reads from the venue: bounded in time, repeated as the retry policy says, never a guess."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from desk.contracts.orders import VenueBalance, VenueFill, VenueOrder, VenuePosition
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Clock
from desk.contracts.problems import ReadFailed
from desk.execution.settings import ExecutionSettings

Answer = TypeVar("Answer")


class VenueReader:
    """Ask the venue; every method raises ReadFailed, which says nothing about what was asked."""

    def __init__(self, connector: IAPIConnector, settings: ExecutionSettings, clock: Clock) -> None:
        self._connector = connector
        self._settings = settings
        self._clock = clock

    @property
    def absence_proof_ms(self) -> int | None:
        """How long after a send the venue takes an order no more; None where that is not known."""
        return self._connector.capabilities.absence_proof_ms

    async def order(self, symbol: str, client_order_id: str) -> VenueOrder | None:
        """Look one order up, once; None is the venue's word that it does not know it."""
        return await self._once(lambda: self._connector.fetch_order(symbol, client_order_id))

    async def open_orders(self) -> Sequence[VenueOrder]:
        """Read every resting order of the account."""
        return await self._repeated(self._connector.fetch_open_orders)

    async def fills(self, since_ms: int) -> Sequence[VenueFill]:
        """Read every fill of the account from `since_ms` on, oldest first."""
        return await self._repeated(lambda: self._connector.fetch_fills(since_ms))

    async def positions(self) -> Sequence[VenuePosition]:
        """Read every open perpetual position of the account."""
        return await self._repeated(self._connector.fetch_positions)

    async def balances(self) -> Sequence[VenueBalance]:
        """Read every balance of the account."""
        return await self._repeated(self._connector.fetch_balances)

    async def _repeated(self, read: Callable[[], Awaitable[Answer]]) -> Answer:
        retry = self._settings.retry
        for attempt in range(1, retry.max_retries + 1):
            try:
                return await self._once(read)
            except ReadFailed:
                await self._clock.sleep_ms(retry.delay_ms(attempt))
        return await self._once(read)

    async def _once(self, read: Callable[[], Awaitable[Answer]]) -> Answer:
        try:
            async with asyncio.timeout(self._settings.timeout_ms / 1000):
                return await read()
        except TimeoutError as error:
            message = f"no answer within {self._settings.timeout_ms} ms"
            raise ReadFailed(message) from error
