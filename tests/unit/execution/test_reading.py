"""Reads from the venue: repeated as the policy says, bounded in time, never a guess."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from desk.contracts.orders import VenueOrder
from desk.contracts.problems import ReadFailed
from desk.execution.reading import VenueReader
from desk.execution.settings import Backoff, ExecutionSettings, RetryPolicy
from tests.builders.ledger import HandClock


class Line:
    """A venue whose first answers fail, or never come."""

    def __init__(self, failures: int = 0, *, hangs: bool = False) -> None:
        self.failures = failures
        self.hangs = hangs
        self.asked = 0

    async def fetch_open_orders(self) -> Sequence[VenueOrder]:
        self.asked += 1
        if self.hangs:
            await asyncio.get_running_loop().create_future()
        if self.asked <= self.failures:
            raise ReadFailed("no line")
        return ()

    async def fetch_order(self, symbol: str, client_order_id: str) -> VenueOrder | None:
        await self.fetch_open_orders()
        return None


def reader(line: Line, clock: HandClock) -> VenueReader:
    retry = RetryPolicy(max_retries=3, backoff=Backoff.EXPONENTIAL, initial_delay_ms=100, max_delay_ms=1000)
    risk: Any = None
    settings = ExecutionSettings("desk", risk, timeout_ms=20, retry=retry)
    connector: Any = line
    return VenueReader(connector, settings, clock)


async def test_a_read_is_repeated_as_often_as_the_policy_says_with_growing_waits() -> None:
    line, clock = Line(failures=3), HandClock()
    assert await reader(line, clock).open_orders() == ()
    assert line.asked == 4
    assert clock.monotonic_ms() == 100 + 200 + 400


async def test_after_the_last_retry_a_read_fails_and_says_nothing() -> None:
    line = Line(failures=99)
    with pytest.raises(ReadFailed):
        await reader(line, HandClock()).open_orders()
    assert line.asked == 4


async def test_a_read_that_hangs_is_a_failed_read() -> None:
    line = Line(hangs=True)
    with pytest.raises(ReadFailed, match="20 ms"):
        await reader(line, HandClock()).open_orders()


async def test_a_look_up_is_asked_once_because_its_caller_asks_again() -> None:
    line = Line(failures=1)
    with pytest.raises(ReadFailed):
        await reader(line, HandClock()).order("BTC/USDT", "order")
    assert line.asked == 1
