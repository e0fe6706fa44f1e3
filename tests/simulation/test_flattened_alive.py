"""`desk flatten` beside a desk that lives: nobody stands in its way, and no stop sells another's coins."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.orders import Leg, OrderOutcome, OrderRequest
from desk.control.latch_file import leaving, write_latch
from tests.builders.execution import FaultyHouse, FaultyVenue, opened
from tests.builders.flattening import leaves_beside
from tests.builders.living_desk import PERP, SPOT, LivingDesk

SYMBOLS = (SPOT, PERP)


class SlowLine(FaultyVenue):
    """The line of a process that is slower than the desk."""

    async def place_order(self, request: OrderRequest) -> OrderOutcome:
        await self._clock.sleep_ms(300)
        return await super().place_order(request)


async def holds(desk: LivingDesk, symbol: str) -> None:
    """Hold a trade of a symbol with its stop, beside three coins of the trader's own."""
    desk.paper.hand.deposit("BTC", Decimal(3))
    await opened(desk, symbol=symbol)


async def is_left_alone(desk: LivingDesk, symbol: str) -> None:
    """Whatever the market does later, nothing rests, nothing is held, and the trader's coins are there."""
    await desk.pass_ms(5_000)
    assert await desk.paper.fetch_open_orders() == []
    desk.tick("45000", symbol)
    await desk.pass_ms(130_000)
    assert desk.positions == ()
    assert {one.currency: one.total for one in await desk.paper.fetch_balances()}["BTC"] == 3


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_it_ends_flat_at_once_though_the_desk_looks_after_its_stops(tmp_path: Path, symbol: str) -> None:
    house = FaultyHouse(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await holds(desk, symbol)
        before = len(house.venue.placed)
        with leaving(house.state.latch):
            write_latch(house.state.latch, "flattened: not yet finished", {})
            result = await leaves_beside(house, desk, SlowLine(desk.paper, desk.clock))
            assert (result.word, result.rounds) == ("FLAT", 1)
            write_latch(house.state.latch, "flattened: FLAT", {})
        await is_left_alone(desk, symbol)
        assert house.venue.placed[before:] == [], "a stop that locks the coins stands in its way"

    house.run(script)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_desk_that_was_frozen_meanwhile_wakes_and_puts_no_stop_under_what_is_gone(
    tmp_path: Path, symbol: str
) -> None:
    house = FaultyHouse(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await holds(desk, symbol)
        house.venue.freeze()
        assert (await leaves_beside(house, desk, desk.paper)).word == "FLAT"
        write_latch(house.state.latch, "flattened: FLAT", {})
        before = len(house.venue.placed)
        await house.venue.wake(every_ms=300)
        await is_left_alone(desk, symbol)
        assert house.venue.placed[before:] == []

    house.run(script)


async def loses_its_orders(desk: LivingDesk) -> None:
    for order in await desk.paper.fetch_open_orders():
        await desk.paper.cancel_order(order.symbol, order.client_order_id)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_what_a_flatten_that_died_left_is_protected_by_the_desk(tmp_path: Path, symbol: str) -> None:
    house = FaultyHouse(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await holds(desk, symbol)
        with leaving(house.state.latch):
            write_latch(house.state.latch, "flattened: not yet finished", {})
        await loses_its_orders(desk)
        await desk.settle()
        (trade,) = desk.positions
        assert trade.is_protected

    house.run(script)


def test_a_flatten_that_hangs_is_waited_for_once_and_no_longer(tmp_path: Path) -> None:
    house = FaultyHouse(tmp_path)

    async def script(desk: LivingDesk) -> None:
        for _ in range(3):
            await opened(desk)
        with leaving(house.state.latch):
            write_latch(house.state.latch, "flattened: not yet finished", {})
            await loses_its_orders(desk)
            await desk.pass_ms(29_000)
            assert not any(one.is_protected for one in desk.positions)
            await desk.pass_ms(3_000)
            assert all(one.is_protected for one in desk.positions)
            await loses_its_orders(desk)
            await desk.pass_ms(1_000)
            assert all(one.is_protected for one in desk.positions)

    house.run(script)


def test_no_stop_is_put_under_a_trade_that_is_left_meanwhile(tmp_path: Path) -> None:
    house = FaultyHouse(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await holds(desk, SPOT)
        (trade,) = desk.positions
        with leaving(house.state.latch):
            write_latch(house.state.latch, "flattened: not yet finished", {})
            await loses_its_orders(desk)
            await desk.pass_ms(500)
            before = len(house.venue.placed)
            desk.issue(desk.close(trade))
            await desk.pass_ms(60_000)
        assert [one.leg for one in house.venue.placed[before:]] == [Leg.CLOSE]
        assert desk.positions == ()

    house.run(script)
