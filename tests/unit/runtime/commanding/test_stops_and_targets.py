"""Stops and targets by hand: put somewhere else, or taken away where that leaves nobody naked."""

from pathlib import Path

import pytest

from desk.contracts.commands import CancelOrder, CloseTrade, MoveStop, SetTarget
from desk.contracts.orders import Leg
from desk.contracts.records import EntryKind
from tests.builders.execution import Fault, house, opened, resting
from tests.builders.living_desk import SPOT, LivingDesk
from tests.builders.operator import D, bought, live, reasons_of, refused, told


def test_a_moved_stop_is_answered_with_where_it_rests_now(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        answer = await told(desk, MoveStop(trade.trade_id, D(49500)))
        assert "stop 49,000.0 → 49,500" in answer.message
        assert resting(desk, Leg.STOP) == [(D(49500), trade.size_base)]
        (stop,) = [one for one in await desk.paper.fetch_open_orders() if one.stop_price == D(49500)]
        assert stop.reduce_only
        assert "MAN" in reasons_of(desk, EntryKind.AMEND_INTENDED)

    house(tmp_path).run(script)


def test_a_stop_that_would_fire_at_once_is_refused_with_the_market(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        answer = await desk.desk.commands.execute(MoveStop(trade.trade_id, D(50500)))
        assert not answer.accepted
        assert "the market is at 49999.9" in answer.message
        assert resting(desk, Leg.STOP) == [(D(49000), trade.size_base)]

    house(tmp_path).run(script)


def test_a_move_that_the_venue_refuses_is_answered_with_where_the_stop_rests(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.fail("amend", Fault.REFUSED, times=9)
        answer = await desk.desk.commands.execute(MoveStop(trade.trade_id, D(49500)))
        assert not answer.accepted
        assert "the test refuses it" in answer.message
        assert desk.positions[0].stop_price == D(49000)

    at.run(script)


@pytest.mark.parametrize("symbol", ["BTC/USDT:USDT", SPOT])
def test_a_target_is_set_moved_and_taken_away_beside_a_stop_that_stays(tmp_path: Path, symbol: str) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await bought(desk, symbol=symbol)
        assert not resting(desk, Leg.TARGET)
        for price in ("52000", "53000"):
            await told(desk, SetTarget(trade.trade_id, D(price)))
            assert [one for one, _ in resting(desk, Leg.TARGET)] == [D(price)]
        answer = await told(desk, SetTarget(trade.trade_id, None))
        assert "no target any more, it was at 53,000" in answer.message
        assert not resting(desk, Leg.TARGET)
        assert [one for one, _ in resting(desk, Leg.STOP)] == [D(49000)]
        assert len(await desk.paper.fetch_open_orders()) == 1
        assert "MAN" in reasons_of(desk, EntryKind.CANCEL_INTENDED)

    house(tmp_path).run(script)


def test_a_target_taken_away_stays_away_after_a_restart(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def takes(desk: LivingDesk) -> None:
        trade = await opened(desk)
        await told(desk, SetTarget(trade.trade_id, None))

    async def looks(desk: LivingDesk) -> None:
        desk.tick("50000")
        await desk.settle(price="50000")
        assert not resting(desk, Leg.TARGET)
        assert resting(desk, Leg.STOP)

    at.run(takes)
    at.run(looks)


def test_what_is_not_there_is_not_taken_away(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await bought(desk)
        answer = await desk.desk.commands.execute(SetTarget(trade.trade_id, None))
        assert not answer.accepted
        assert "there is no target" in answer.message
        await told(desk, CloseTrade(trade.trade_id))
        assert "is not open" in await refused(desk, SetTarget(trade.trade_id, D(52000)))

    house(tmp_path).run(script)


def test_the_stop_of_a_trade_that_needs_one_is_not_cancelled(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        message = await refused(desk, CancelOrder(live(desk, Leg.STOP).client_order_id))
        assert "move the stop, or close the trade" in message
        assert resting(desk, Leg.STOP)

    house(tmp_path).run(script)


def test_a_stop_given_to_a_trade_that_needs_none_comes_and_goes(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await bought(desk, symbol=SPOT, stop_price=None, wants_stop=False)
        await told(desk, MoveStop(trade.trade_id, D(48000)))
        assert [one for one, _ in resting(desk, Leg.STOP)] == [D(48000)]
        await told(desk, CancelOrder(live(desk, Leg.STOP).client_order_id))
        assert not resting(desk, Leg.STOP)
        assert not await desk.paper.fetch_open_orders()

    house(tmp_path).run(script)


def test_a_target_cancelled_as_an_order_does_not_come_back(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        await told(desk, CancelOrder(live(desk, Leg.TARGET).client_order_id))
        await desk.play(["50100", "50200"])
        await desk.settle()
        assert not resting(desk, Leg.TARGET)
        assert resting(desk, Leg.STOP)

    house(tmp_path).run(script)


def test_a_target_that_will_not_go_is_no_success(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.fail("cancel", Fault.REFUSED, leg=Leg.TARGET, times=99)
        answer = await desk.desk.commands.execute(SetTarget(trade.trade_id, None))
        assert "is not over" in answer.message or "under way" in answer.message
        assert resting(desk, Leg.TARGET)
        assert desk.positions[0].is_protected

    at.live(script)
