"""Waiting for what the venue will say."""

import asyncio

from desk.execution.waiting import Signals


async def test_a_waiter_that_gives_up_does_not_make_another_miss_its_signal() -> None:
    signals = Signals()
    patient = asyncio.get_running_loop().create_task(signals.wait("order", 10_000))
    assert not await signals.wait("order", 1)
    signals.raise_for("order")
    assert await patient


async def test_nothing_is_kept_for_keys_that_nobody_waits_on() -> None:
    signals = Signals()
    signals.raise_for("order")
    assert not await signals.wait("order", 1)
    assert len(signals) == 0


async def test_every_waiter_of_a_key_is_woken() -> None:
    signals = Signals()
    loop = asyncio.get_running_loop()
    waiters = [loop.create_task(signals.wait("order", 10_000)) for _ in range(3)]
    other = loop.create_task(signals.wait("another", 1))
    await asyncio.wait([other])
    signals.raise_for("order")
    assert await asyncio.gather(*waiters) == [True, True, True]
    assert not other.result()
