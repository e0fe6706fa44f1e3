"""The account's streams of the real ccxt against the local exchange, in weather of every kind."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.sandbox.order_card import OrderCard
from desk.contracts.orders import OrderStatus
from desk.contracts.sides import OrderSide
from tests.builders.exchange_streams import QUICK, Told, told_account, until
from tests.builders.sandbox import PERP, SPOT, Sandbox, sandbox

STEADY = replace(QUICK, account_check_ms=60_000, grace_ms=5_000)
"""Where the test itself makes the gaps, and a stall of the machine must make none."""

LOT = Decimal("0.01")
OPEN, PARTLY, FILLED, CANCELED = (
    OrderStatus.OPEN,
    OrderStatus.PARTIALLY_FILLED,
    OrderStatus.FILLED,
    OrderStatus.CANCELED,
)


def buy(box: Sandbox, size_base: Decimal = LOT, limit: str | None = None) -> OrderCard:
    return box.hand.trade(
        PERP, OrderSide.BUY, size_base, limit_price=None if limit is None else Decimal(limit)
    )


async def until_told(told: Told, size_base: Decimal) -> None:
    """Wait until so much was told as filled, by one fill for each lot."""
    await until(lambda: told.filled() >= size_base)
    assert told.filled() == size_base
    assert len({one.venue_trade_id for one in told.fills}) == len(told.fills)


def leave_after_the_first(told: Told, name: str) -> None:
    """Let the consumer of a stream be elsewhere for ever once it was told something."""
    watch: Callable[[], Awaitable[object]] = getattr(told.exchange, name)

    async def once() -> None:
        await watch()
        await asyncio.get_running_loop().create_future()

    for pump in told.exchange.wire.pumps:
        if pump._watch == watch:  # noqa: SLF001 - the test stands in for a consumer that is slow
            pump._watch = once  # noqa: SLF001


async def test_an_order_and_its_fill_are_told_once() -> None:
    async with sandbox() as box, told_account(box, STEADY) as told:
        await told.until_up()
        card = buy(box)
        await until(lambda: FILLED in told.states(card.order_id))
        await until_told(told, LOT)
        assert told.gaps() == 0
        assert not any(one.is_stale for one in told.streams.conditions())


async def test_every_state_of_a_burst_is_told_in_order() -> None:
    async with sandbox() as box, told_account(box) as told:
        await told.until_up()
        box.fault("partial_fills", share="0.34")
        size_base = Decimal("0.06")
        card = buy(box, size_base, limit="49000")
        for step in range(1, 20):
            box.price(f"{49000 - 10 * step}")
        assert not card.is_open
        await until_told(told, size_base)
        await until(lambda: FILLED in told.states(card.order_id))
        partial = len(told.fills) - 1
        assert partial >= 2
        assert told.states(card.order_id) == [OPEN, *[PARTLY] * partial, FILLED]


async def test_what_fills_while_nobody_awaits_is_told() -> None:
    async with sandbox() as box, told_account(box) as told:
        await told.until_up()
        leave_after_the_first(told, "watch_orders")
        leave_after_the_first(told, "watch_my_trades")
        first = buy(box)
        await until(lambda: FILLED in told.states(first.order_id))
        card = buy(box, limit="49000")
        await until(lambda: OPEN in told.states(card.order_id))
        box.price("48990")
        await until(lambda: told.states(card.order_id)[-1] is FILLED)
        await until_told(told, 2 * LOT)


async def test_cancelling_another_consumer_of_the_orders_does_not_end_ours() -> None:
    async with sandbox() as box, told_account(box) as told:
        await told.until_up()
        other = asyncio.get_running_loop().create_task(told.exchange.watch_orders())
        await until(lambda: len(asyncio.all_tasks()) > 1)
        await asyncio.wait([other], timeout=0.05)
        other.cancel()
        await asyncio.wait([other])
        assert other.cancelled()
        card = buy(box)
        await until(lambda: FILLED in told.states(card.order_id))
        await until_told(told, LOT)


@pytest.mark.parametrize("fault", ["stream_closed", "stream_reset"])
async def test_a_lost_connection_is_a_gap_and_its_fills_are_read(fault: str) -> None:
    async with sandbox() as box, told_account(box, STEADY) as told:
        await told.until_up()
        resting = buy(box, limit="40000")
        await until(lambda: told.states(resting.order_id) == [OPEN])
        box.fault("stream_refused", strikes=["stream"])
        box.fault(fault, strikes=["stream"])
        await until(lambda: not told.condition("fills").is_up)
        card = buy(box)
        box.account.cancel(resting, box.venue.now_ms())
        box.lift_faults()
        await until(lambda: FILLED in told.states(card.order_id))
        await until(lambda: told.states(resting.order_id) == [OPEN, CANCELED])
        await told.until_up()
        await until_told(told, LOT)
        assert told.condition("fills").gaps == told.condition("orders").gaps == 1


async def test_a_connection_that_breaks_while_nobody_awaits_is_seen() -> None:
    async with sandbox() as box, told_account(box, STEADY) as told:
        await told.until_up()
        leave_after_the_first(told, "watch_my_trades")
        buy(box)
        await until_told(told, LOT)
        box.fault("stream_reset", strikes=["stream"])
        buy(box)
        await until(lambda: told.condition("orders").gaps == 1)
        await until_told(told, 2 * LOT)


async def test_a_message_that_is_no_json_does_not_silence_the_stream() -> None:
    async with sandbox() as box, told_account(box, STEADY) as told:
        await told.until_up()
        box.fault("stream_malformed", strikes=["stream"], path="execution", times=1)
        buy(box)
        await until_told(told, LOT)
        await told.until_up()
        assert told.condition("fills").gaps == 1
        card = buy(box)
        await until(lambda: FILLED in told.states(card.order_id))
        await until_told(told, 2 * LOT)


async def test_a_handler_that_raises_does_not_silence_the_stream() -> None:
    async with sandbox() as box, told_account(box) as told:
        await told.until_up()
        handle, calls = told.exchange.handle_my_trades, list[object]()

        def raising_once(client: object, message: object) -> None:
            calls.append(message)
            if len(calls) == 1:
                raise KeyError("ccxt stumbles")
            handle(client, message)

        told.exchange.handle_my_trades = raising_once
        buy(box)
        await until_told(told, LOT)
        await told.until_up()
        buy(box)
        await until_told(told, 2 * LOT)
        await until(lambda: len(calls) >= 2)


async def test_a_stream_that_pongs_and_tells_nothing_is_found_out_and_rebuilt() -> None:
    async with sandbox() as box, told_account(box) as told:
        await told.until_up()
        await told.settled()
        silent = box.fault("stream_silent", strikes=["stream"], path="execution")
        assert silent is not None
        buy(box)
        await until_told(told, LOT)
        await until(lambda: told.condition("fills").gaps >= 1)
        box.lift_faults()
        await told.until_up()
        card = buy(box)
        await until(lambda: FILLED in told.states(card.order_id))
        await until_told(told, 2 * LOT)
        await until(lambda: not told.condition("fills").is_stale)


async def test_a_server_that_answers_no_ping_is_left() -> None:
    async with sandbox() as box, told_account(box, replace(QUICK, keep_alive_ms=200)) as told:
        await told.until_up()
        box.fault("stream_dead", strikes=["stream"])
        buy(box)
        await until_told(told, LOT)
        await until(lambda: told.gaps() >= 1 or not told.condition("fills").is_up)
        box.lift_faults()
        await told.until_up()
        card = buy(box)
        await until(lambda: FILLED in told.states(card.order_id))


async def test_a_login_that_is_not_answered_is_tried_again() -> None:
    async with sandbox() as box:
        box.fault("stream_dead", strikes=["stream"], path="auth")
        async with told_account(box) as told:
            await until(lambda: bool(told.exchange.clients))
            first = next(iter(told.exchange.clients.values()))
            await until(lambda: first not in told.exchange.clients.values())
            box.lift_faults()
            await told.until_up()
            card = buy(box)
            await until(lambda: FILLED in told.states(card.order_id))


@pytest.mark.parametrize("fault", ["stream_duplicated", "stream_reordered", "stream_late"])
async def test_messages_that_come_twice_late_or_crossed_are_told_once_and_forward(fault: str) -> None:
    settings = {"delay_ms": 150} if fault == "stream_late" else {}
    async with sandbox() as box, told_account(box) as told:
        await told.until_up()
        box.fault(fault, strikes=["stream"], **settings)
        cards = [buy(box, limit=price) for price in ("49900", "49800", "49700")]
        for price in ("49890", "49790", "49690"):
            box.price(price)
        await until_told(told, 3 * LOT)
        await until(lambda: all(FILLED in told.states(card.order_id) for card in cards))
        for card in cards:
            states = told.states(card.order_id)
            assert states == sorted(set(states), key=[OPEN, PARTLY, FILLED].index)


async def test_a_lost_execution_is_read_because_its_order_says_more() -> None:
    async with sandbox() as box, told_account(box, replace(QUICK, account_check_ms=60_000)) as told:
        await told.until_up()
        box.fault("stream_lost", strikes=["stream"], path="execution", times=1)
        buy(box)
        await until_told(told, LOT)


async def test_a_long_disconnect_loses_no_fill() -> None:
    async with sandbox() as box, told_account(box) as told:
        await told.until_up()
        box.fault("stream_refused", strikes=["stream"])
        box.fault("stream_reset", strikes=["stream"])
        box.fault("maintenance")
        await until(lambda: not told.condition("fills").is_up)
        for _ in range(120):
            buy(box)
        await until(lambda: box.venue.requests["GET /v5/execution/list"] > 3)
        box.lift_faults()
        await until_told(told, 120 * LOT)
        await told.until_up()


async def test_what_happened_before_is_told_where_it_may_have_been_missed() -> None:
    async with sandbox() as box:
        card = buy(box)
        async with told_account(box) as told:
            await until_told(told, LOT)
            await until(lambda: FILLED in told.states(card.order_id))


async def test_coins_that_trade_beside_the_perpetual_are_not_taken_for_it() -> None:
    async with sandbox(balances={"USDT": "100000"}) as box, told_account(box) as told:
        await told.until_up()
        box.hand.trade(SPOT, OrderSide.BUY, LOT)
        buy(box)
        await until(lambda: any(one.symbol == PERP for one in told.fills))
        await told.settled()
        assert [one.symbol for one in told.fills] == [PERP]
        assert {one.symbol for one in told.orders} == {PERP}


async def test_closing_takes_a_moment_even_while_a_connection_is_dead() -> None:
    async with sandbox() as box:
        async with told_account(box) as told:
            await told.until_up()
            box.fault("stream_dead", strikes=["stream"])
            loop = asyncio.get_running_loop()
            began_s = loop.time()
            await told.streams.close()
            took_s = loop.time() - began_s
        assert took_s < 5
        assert told.exchange.session is None


async def test_a_login_holds_where_the_clocks_differ_by_more_than_it_lasts() -> None:
    async with sandbox() as box:
        box.fault("clock_skew", skew_ms=60_000, strikes=["stream"])
        async with told_account(box, STEADY, venue_ahead_ms=60_000) as told:
            await told.until_up()
            box.lift_faults()
            await until(lambda: told.condition("fills").is_up)
            assert told.gaps() == 0


async def test_the_key_is_told_to_no_other_host() -> None:
    async with sandbox() as box, sandbox() as other, told_account(box) as told:
        await told.until_up()
        told.exchange.urls["api"]["ws"]["private"]["contract"] = f"{other.base_url}/v5/private".replace(
            "http", "ws"
        )
        box.fault("stream_reset", strikes=["stream"])
        await until(lambda: not told.condition("fills").is_up)
        await told.settled()
        assert all(not one.topics for one in other.server.streams)
        await until(lambda: not told.condition("fills").is_up)
