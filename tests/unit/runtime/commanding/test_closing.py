"""Leaving by hand: one trade, a part of one, or all of a symbol or strategy."""

from pathlib import Path

import pytest

from desk.contracts.commands import CloseTrade, CloseTrades, Halt
from desk.contracts.ids import TradeId
from desk.contracts.orders import Leg
from desk.contracts.records import EntryKind
from tests.builders.execution import Fault, house, opened, resting
from tests.builders.living_desk import AT_A_LIMIT, PERP, SPOT, STRATEGY, LivingDesk
from tests.builders.operator import D, bought, reasons_of, refused, ticket, told


def test_a_closed_trade_is_answered_with_what_it_made(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        answer = await told(desk, CloseTrade(trade.trade_id))
        assert "sold 0.099 BTC/USDT:USDT at 49989.9" in answer.message
        assert not desk.positions
        assert not await desk.paper.fetch_positions()
        assert not await desk.paper.fetch_open_orders()
        assert "MAN" in reasons_of(desk, EntryKind.ORDER_INTENDED)

    house(tmp_path).run(script)


def test_half_a_trade_goes_and_its_stop_follows_what_is_left(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        answer = await told(desk, CloseTrade(trade.trade_id, D("0.5")))
        assert "sold 0.049" in answer.message
        assert desk.positions[0].size_base == D("0.050")
        assert resting(desk, Leg.STOP) == [(D(49000), D("0.050"))]

    house(tmp_path).run(script)


def test_a_part_is_never_more_than_was_said(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await bought(desk, notional_quote=D(151))
        assert trade.size_base == D("0.003")
        await told(desk, CloseTrade(trade.trade_id, D("0.5")))
        assert desk.positions[0].size_base == D("0.002")

    house(tmp_path).run(script)


@pytest.mark.parametrize("symbol", [PERP, SPOT])
def test_a_part_that_leaves_or_is_too_little_is_refused_with_what_to_close(
    tmp_path: Path, symbol: str
) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await bought(desk, symbol=symbol, notional_quote=D(60))
        assert "close a larger part, or all of it" in await refused(
            desk, CloseTrade(trade.trade_id, D("0.001"))
        )
        assert "or all of it" in await refused(desk, CloseTrade(trade.trade_id, D("0.999")))
        assert desk.positions[0].size_base == trade.size_base

    house(tmp_path).run(script)


@pytest.mark.parametrize("fraction", ["NaN", "sNaN", "0", "-0.5", "1.01", "Infinity"])
def test_what_is_no_fraction_closes_nothing(tmp_path: Path, fraction: str) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        message = await refused(desk, CloseTrade(trade.trade_id, D(fraction)))
        assert "above 0, up to 1" in message
        assert desk.positions == (trade,)

    house(tmp_path).run(script)


def test_an_unknown_trade_is_answered_with_those_that_are_open(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        message = await refused(desk, CloseTrade(TradeId.at(0, 7)))
        assert trade.trade_id in message

    house(tmp_path).run(script)


def test_all_of_a_symbol_go_in_one_flow_with_the_entries_that_wait(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        await bought(desk)
        desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.pass_ms(200)
        spot = await opened(desk, symbol=SPOT)
        answer = await told(desk, CloseTrades(symbol=PERP))
        assert [one.trade_id for one in desk.positions] == [spot.trade_id]
        assert not resting(desk, Leg.ENTRY)
        issued = [one for one in desk.entries if one.kind is EntryKind.EXECUTION_DIRECTED]
        assert issued[-1].flow_id == answer.flow_id
        assert not await desk.paper.fetch_positions()

    house(tmp_path).run(script)


def test_all_of_a_strategy_go_and_the_operators_own_stay(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        own = await bought(desk)
        await told(desk, CloseTrades(strategy_id=STRATEGY))
        assert [one.trade_id for one in desk.positions] == [own.trade_id]
        assert "open are BTC/USDT:USDT (platform.operator)" in await refused(
            desk, CloseTrades(strategy_id=STRATEGY)
        )

    house(tmp_path).run(script)


@pytest.mark.parametrize("command", [CloseTrades(), CloseTrades(symbol=PERP, strategy_id=STRATEGY)])
def test_what_does_not_say_whose_trades_closes_none(tmp_path: Path, command: CloseTrades) -> None:
    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        assert "one of the two" in await refused(desk, command)
        assert len(desk.positions) == 1

    house(tmp_path).run(script)


def test_a_close_that_the_venue_refuses_is_no_success(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.fail("place", Fault.REFUSED, leg=Leg.CLOSE, times=99)
        answer = await desk.desk.commands.execute(CloseTrade(trade.trade_id))
        assert not answer.accepted
        assert "the test refuses it" in answer.message
        assert resting(desk, Leg.STOP)

    at.run(script)


def test_a_halted_desk_opens_nothing_by_hand_and_closes_all_the_same(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        await told(desk, Halt())
        answer = await desk.desk.commands.execute(ticket())
        assert not answer.accepted
        assert "HALTED: no new risk" in answer.message
        await told(desk, CloseTrade(trade.trade_id, D("0.5")))
        await told(desk, CloseTrade(trade.trade_id))
        assert not desk.positions

    house(tmp_path).run(script)
