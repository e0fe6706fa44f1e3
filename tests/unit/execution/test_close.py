"""Leaving a trade: nothing stands in the way, nothing is left behind, nothing is done twice."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from desk.contracts.commands import CloseTrade
from desk.contracts.execution import FlowOutcome
from desk.contracts.ids import DirectiveId
from desk.contracts.market import Instrument
from desk.contracts.orders import Leg
from desk.contracts.records import AlarmRaised
from tests.builders.execution import Fault, alarms, ended, house, opened, resting
from tests.builders.living_desk import AT_A_LIMIT, SPOT, LivingDesk


def test_a_close_leaves_nothing_and_says_what_it_made(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        completion = await ended(desk, desk.issue(desk.close(trade)))
        assert completion.outcome is FlowOutcome.SUCCESS
        assert "sold 0.099" in completion.reason
        assert not desk.positions
        assert not desk.ledger.live_orders()

    house(tmp_path).run(script)


def test_a_close_on_spot_frees_the_coins_of_stop_and_target_first(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk, symbol=SPOT)
        assert resting(desk, Leg.STOP)
        assert resting(desk, Leg.TARGET)
        desk.issue(desk.close(trade))
        desk.tick("50000", SPOT)
        await desk.settle()
        assert not desk.positions
        assert not desk.ledger.live_orders()

    house(tmp_path).run(script)


def test_two_closes_at_once_sell_once(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        flows = [desk.issue(desk.close(trade)), desk.issue(desk.close(trade))]
        await desk.settle(price="50000")
        ends = [desk.end_of(one) for one in flows]
        assert all(one is not None for one in ends)
        assert sum(one.leg is Leg.CLOSE for one in at.venue.placed) == 1
        assert not desk.positions

    at.run(script)


def test_a_close_that_fills_in_crumbs_goes_on_until_all_is_sold(tmp_path: Path) -> None:
    at = house(tmp_path, "connector.paper.max_fill_base=0.004")

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.play(["49000"] * 30)
        await desk.settle(price="50000")
        trade = desk.positions[0]
        assert trade.size_base > Decimal("0.06")
        completion = await ended(desk, desk.issue(desk.close(trade)))
        assert completion.outcome is FlowOutcome.SUCCESS
        assert not desk.positions

    at.run(script)


def test_more_than_one_order_may_carry_is_closed_in_several(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        view = desk.desk.core.parts.view
        small = [one if one.symbol != trade.symbol else _capped(one) for one in view.instruments.values()]
        view.take_instruments(small)
        completion = await ended(desk, desk.issue(desk.close(trade)))
        assert completion.outcome is FlowOutcome.SUCCESS, completion.reason
        assert not desk.positions
        closes = [one.size_base for one in at.venue.placed if one.leg is Leg.CLOSE]
        assert closes == [Decimal("0.040"), Decimal("0.040"), Decimal("0.019")]

    at.run(script)


def _capped(instrument: Instrument) -> Instrument:
    return replace(instrument, max_size_base=Decimal("0.040"))


def test_a_close_cancels_a_resting_entry_of_a_trade_that_holds_nothing(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        entry = desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.pass_ms(500)
        (order,) = desk.ledger.live_orders()
        answer = await desk.desk.commands.execute(CloseTrade(order.trade_id))
        assert answer.accepted, answer.message
        assert answer.flow_id is not None
        completion = await ended(desk, DirectiveId(answer.flow_id))
        assert completion.outcome is FlowOutcome.SUCCESS
        assert "nothing was held" in completion.reason
        assert desk.end_of(entry) is not None
        assert not desk.ledger.live_orders()

    house(tmp_path).run(script)


def test_what_is_held_is_closed_while_a_scale_in_is_unknown(tmp_path: Path) -> None:
    """The entry that nobody answered keeps the flow open; it does not keep the position."""
    at = house(tmp_path, "orchestration.plan_execution.timeout_seconds=30")

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.fail("place", Fault.UNCLEAR_BEFORE, leg=Leg.ENTRY)
        at.venue.reads_fail = True
        desk.issue(desk.resize(trade, "0.150"))
        await desk.play(["50000"] * 5)
        close = desk.issue(desk.close(trade))
        await desk.play(["50000"] * 20)
        assert not desk.positions
        assert desk.end_of(close) is None
        at.venue.forgive()
        await desk.settle(price="50000")
        completion = desk.end_of(close)
        assert completion is not None
        assert completion.outcome is FlowOutcome.SUCCESS, completion.reason

    at.run(script)


def test_a_hanging_amend_does_not_keep_anyone_in(tmp_path: Path) -> None:
    at = house(tmp_path, "orchestration.plan_execution.timeout_seconds=60")

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.fail("amend", Fault.LOST_REQUEST)
        modify = desk.issue(desk.move_stop(trade, "49500"))
        await desk.play(["50000"] * 5)
        close = desk.issue(desk.close(trade))
        await desk.play(["50000"] * 20)
        assert not desk.positions
        assert desk.end_of(close) is not None
        await desk.settle(price="50000")
        completion = desk.end_of(modify)
        assert completion is not None
        assert completion.outcome is FlowOutcome.ERROR

    at.run(script)


def test_a_close_voids_what_waits_in_its_lane(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.fail("amend", Fault.LOST_REQUEST)
        desk.issue(desk.move_stop(trade, "49500"))
        waiting = desk.issue(desk.move_stop(trade, "49600"))
        await desk.pass_ms(100)
        desk.issue(desk.close(trade))
        completion = desk.end_of(waiting)
        assert completion is not None
        assert "superseded by STR_" in completion.reason
        await desk.settle(price="50000")
        assert not desk.positions

    at.run(script)


def test_a_refused_close_is_sent_anew_and_one_refused_for_good_says_what_is_left(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.fail("place", Fault.REFUSED, leg=Leg.CLOSE, times=3)
        completion = await ended(desk, desk.issue(desk.close(trade)))
        assert completion.outcome is FlowOutcome.SUCCESS, completion.reason
        second = await opened(desk)
        at.venue.fail("place", Fault.REFUSED, leg=Leg.CLOSE, times=1000)
        completion = await ended(desk, desk.issue(desk.close(second)))
        assert completion.outcome is FlowOutcome.ERROR
        assert "0.099 BTC/USDT:USDT is left" in completion.reason
        assert desk.positions[0].is_protected

    at.run(script)


def test_a_close_whose_answer_is_lost_is_not_sent_twice(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.fail("place", Fault.LOST_REPLY, leg=Leg.CLOSE)
        completion = await ended(desk, desk.issue(desk.close(trade)))
        assert completion.outcome is FlowOutcome.SUCCESS, completion.reason
        assert sum(one.leg is Leg.CLOSE for one in at.venue.placed) == 1
        assert not desk.ledger.live_orders()

    at.run(script)


def test_a_close_that_leaves_something_is_an_error_however_much_it_sold(tmp_path: Path) -> None:
    at = house(tmp_path, "connector.paper.max_fill_base=0.03")

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.play(["49000"] * 30)
        await desk.settle(price="50000")
        at.venue.fail("place", Fault.REFUSED, leg=Leg.CLOSE, times=0)
        trade = desk.positions[0]
        flow = desk.issue(desk.close(trade))
        await desk.pass_ms(45)
        at.venue.fail("place", Fault.REFUSED, leg=Leg.CLOSE, times=1000)
        completion = await ended(desk, flow)
        assert completion.outcome is FlowOutcome.ERROR
        assert completion.final_state == "partly executed"

    at.run(script)


def test_a_stop_that_outlived_its_trade_is_cancelled_as_soon_as_the_venue_listens(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.fail("cancel", Fault.UNCLEAR_BEFORE, times=30)
        desk.issue(desk.close(trade))
        await desk.settle(price="50000")
        assert not desk.positions
        assert not desk.ledger.live_orders()
        assert not await desk.paper.fetch_open_orders()

    at.run(script)


def test_nothing_is_alarmed_when_all_goes_well(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        await ended(desk, desk.issue(desk.close(trade)))
        assert not alarms(desk)

    house(tmp_path).run(script)


def test_a_desk_that_stops_cleanly_goes_on_closing_in_its_next_life(tmp_path: Path) -> None:
    at = house(tmp_path)
    flows = []

    async def stops(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.fail("place", Fault.REFUSED, leg=Leg.CLOSE, times=1000)
        flows.append(desk.issue(desk.close(trade)))
        await desk.pass_ms(150)
        assert desk.positions

    async def goes_on(desk: LivingDesk) -> None:
        desk.tick("50000")
        completion = await ended(desk, flows[0])
        assert completion.outcome is FlowOutcome.SUCCESS
        assert not desk.positions

    life = at.run(stops)
    assert not [one for one in life.entries if isinstance(one.record, AlarmRaised)]
    at.run(goes_on)


def test_a_trade_that_nobody_takes_is_tried_for_ever_but_not_in_a_storm(tmp_path: Path) -> None:
    """Neither a stop nor a close is accepted for ten minutes."""
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        at.venue.fail("place", Fault.REFUSED, leg=Leg.STOP, times=10_000)
        at.venue.fail("place", Fault.REFUSED, leg=Leg.CLOSE, times=10_000)
        desk.tick("50000")
        desk.issue(desk.new_trade())
        await desk.play(["50000"] * 600, every_ms=1000)
        closes = {one.execution_directive_id for one in at.venue.placed if one.leg is Leg.CLOSE}
        assert 5 < len(closes) < 60
        assert len(alarms(desk)) == 3, "one for as long as it lasts, in the same words"
        at.venue.forgive()
        await desk.settle(price="50000")
        assert not desk.positions or desk.positions[0].is_protected

    at.run(script)


def test_an_order_that_ended_unheard_is_asked_for_and_not_waited_for(tmp_path: Path) -> None:
    at = house(tmp_path, "orchestration.plan_execution.timeout_seconds=60", reconcile_every_ms=None)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.is_deaf = True
        for order in desk.ledger.live_orders():
            desk.paper.hand.cancel(trade.symbol, order.client_order_id)
        await desk.pass_ms(100)
        at.venue.forgive()
        began_ms = desk.clock.now_ms()
        await ended(desk, desk.issue(desk.close(trade)))
        assert desk.clock.now_ms() - began_ms < 5_000
        assert not desk.ledger.live_orders()

    at.run(script)


def test_a_close_waits_for_a_reduction_under_way_where_another_trade_shares_the_position(
    tmp_path: Path,
) -> None:
    """Both would fill, and what is too much would come out of the other trade."""
    at = house(tmp_path, "connector.paper.latency_ms=200")

    async def script(desk: LivingDesk) -> None:
        other = await opened(desk)
        trade = await opened(desk)
        desk.issue(desk.resize(trade, "0.050"))
        while at.venue.placed[-1].leg is not Leg.REDUCE:
            await desk.pass_ms(10)
        await ended(desk, desk.issue(desk.close(trade)))
        (left,) = desk.positions
        assert left.trade_id == other.trade_id
        (held,) = await desk.paper.fetch_positions()
        assert held.size_base == left.size_base == other.size_base

    at.run(script)


def test_a_stop_and_a_close_at_once_never_eat_into_another_trade(tmp_path: Path) -> None:
    at = house(tmp_path, "connector.paper.latency_ms=200")

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk, stop="0.01")
        other = await opened(desk, stop="0.05")
        desk.tick("49400")
        await desk.pass_ms(50)
        desk.issue(desk.close(trade))
        await desk.settle(price="49400")
        assert [one.trade_id for one in desk.positions] == [other.trade_id]
        (held,) = await desk.paper.fetch_positions()
        assert held.size_base == other.size_base

    at.run(script)
