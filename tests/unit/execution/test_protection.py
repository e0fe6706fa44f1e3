"""Stops and targets: at the venue, as large as what is held, never guessed, never forgotten."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.commands import MoveStop
from desk.contracts.directives import DirectiveScope, ExitDirective, StrategyDirective
from desk.contracts.execution import FlowCompletion, FlowOutcome
from desk.contracts.ids import DirectiveId, ExecutionDirectiveId
from desk.contracts.orders import Leg, OrderRequest, OrderStatus, OrderType, OutcomeKind
from desk.contracts.positions import EXTERNAL_STRATEGY
from desk.contracts.sides import OrderSide
from desk.execution.client_ids import desk_prefix
from desk.testing.building import START_MS
from tests.builders.execution import Fault, alarms, ended, house, opened, resting
from tests.builders.living_desk import AT_A_LIMIT, PERP, SPOT, LivingDesk

D = Decimal


def test_a_partial_fill_resizes_the_stop_with_every_fill(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.pass_ms(100)
        sizes = []
        for _ in range(3):
            desk.tick("49000.1")
            await desk.pass_ms(300)
            ((_, size),) = resting(desk, Leg.STOP)
            assert size == desk.positions[0].size_base
            sizes.append(size)
        assert sizes == [D("0.030"), D("0.060"), D("0.090")]

    house(tmp_path, "connector.paper.max_fill_base=0.03").run(script)


def test_an_entry_that_fills_in_part_and_expires_is_protected_for_its_part(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        flow = desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.pass_ms(100)
        desk.tick("49800")
        await desk.pass_ms(100)
        desk.tick("50000")
        assert desk.end_of(flow) is None
        await desk.settle()
        completion = desk.end_of(flow)
        assert completion is not None
        assert completion.outcome is FlowOutcome.SUCCESS
        assert "bought 0.03 of 0.1" in completion.reason
        assert resting(desk, Leg.STOP)[0][1] == desk.positions[0].size_base == D("0.03")

    house(tmp_path, "connector.paper.max_fill_base=0.03").run(script)


def test_an_entry_that_left_only_dust_ends_its_flow_and_is_not_called_naked(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000", SPOT)
        flow = desk.issue(desk.new_trade(symbol=SPOT, confidence=AT_A_LIMIT))
        await desk.pass_ms(100)
        desk.tick("49800", SPOT)
        await desk.pass_ms(100)
        desk.tick("50000", SPOT)
        await desk.settle()
        completion = desk.end_of(flow)
        assert completion is not None
        assert desk.positions[0].size_base == D("0.00005")
        assert not resting(desk, Leg.STOP)
        assert not any("NO STOP" in one for one in alarms(desk))
        assert not desk.desk.camera.take().health.naked_ms

    house(tmp_path, "connector.paper.max_fill_base=0.00005").run(script)


@pytest.mark.parametrize(
    "fault", [Fault.LOST_REPLY, Fault.LOST_REQUEST, Fault.UNCLEAR_AFTER, Fault.UNCLEAR_BEFORE]
)
def test_an_amend_nobody_answered_is_asked_for_and_never_guessed(tmp_path: Path, fault: Fault) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.fail("amend", fault)
        completion = await ended(desk, desk.issue(desk.move_stop(trade, "49500")))
        assert completion.outcome is FlowOutcome.SUCCESS, completion.reason
        assert resting(desk, Leg.STOP) == [(D(49500), trade.size_base)]
        (stop,) = [one for one in await desk.paper.fetch_open_orders() if one.stop_price == D(49500)]
        assert stop.size_base == trade.size_base

    at.run(script)


def test_an_amend_stays_open_while_the_venue_cannot_be_read(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.fail("amend", Fault.UNCLEAR_AFTER)
        at.venue.reads_fail = True
        flow = desk.issue(desk.move_stop(trade, "49500"))
        await desk.play(["50000"] * 300)
        assert desk.end_of(flow) is None
        at.venue.forgive()
        assert (await ended(desk, flow)).outcome is FlowOutcome.SUCCESS
        assert desk.positions[0].stop_price == D(49500)

    at.run(script)


def test_a_refused_move_leaves_the_stop_where_it_rests(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.fail("amend", Fault.REFUSED)
        completion = await ended(desk, desk.issue(desk.move_stop(trade, "49500")))
        assert completion.outcome is FlowOutcome.ERROR
        assert "refused" in completion.reason
        at_rest = desk.positions[0]
        assert at_rest.stop_price == at_rest.planned_stop_price == D(49000)
        await desk.settle(price="50000")
        assert resting(desk, Leg.STOP) == [(D(49000), trade.size_base)]

    at.run(script)


def test_a_stop_that_moved_stays_moved_where_the_target_is_refused(tmp_path: Path) -> None:
    """Taking both back would loosen a stop that the venue holds already."""
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        leave = ExitDirective(stop_loss_price=D(49500), take_profit_price=D(53000))
        directive = desk.move_stop(trade, "49500").model_copy(update={"exit_directive": leave})
        at.venue.fail("amend", Fault.REFUSED, leg=Leg.TARGET, times=9)
        completion = await ended(desk, desk.issue(directive))
        assert completion.final_state == "partly executed"
        assert "stop 49,000.0 → 49,500" in completion.reason
        assert "target 53,000" in completion.reason
        at_rest = desk.positions[0]
        assert at_rest.stop_price == at_rest.planned_stop_price == D(49500)
        assert at_rest.take_profit_price == at_rest.planned_take_profit_price == trade.take_profit_price

    at.run(script)


def test_a_stop_that_shrank_with_its_trade_and_filled_whole_is_not_told_as_filled_in_part(
    tmp_path: Path,
) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        await ended(desk, desk.issue(desk.resize(trade, "0.050")))
        await desk.play(["48900"])
        await desk.settle(price="48900")
        assert not desk.positions
        ends = [one.record.reason for one in desk.entries if isinstance(one.record, FlowCompletion)]
        assert ends[-1].startswith("sold 0.050 BTC/USDT:USDT at 48")

    house(tmp_path).run(script)


def test_a_stop_refused_at_the_start_closes_the_trade_with_an_alarm(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        at.venue.fail("place", Fault.REFUSED, leg=Leg.STOP, times=100)
        flow = desk.issue(desk.new_trade())
        await desk.settle(price="50000")
        assert not desk.positions
        assert desk.end_of(flow) is not None
        first, last = alarms(desk)
        assert "NO STOP" in first
        assert "tried again" in first
        assert "NO STOP" in last
        issued = [one.record for one in desk.entries if one.worker == "platform.protection"]
        scopes = [one.scope for one in issued if isinstance(one, StrategyDirective)]
        assert scopes == [DirectiveScope.MODIFY_EXISTING, DirectiveScope.CLOSE_EXISTING]

    at.run(script)


def test_a_market_through_the_stop_before_it_rests_closes_the_trade_at_once(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.issue(desk.new_trade(stop="0.001"))
        await desk.pass_ms(10)
        desk.tick("49000")
        await desk.settle()
        assert not desk.positions
        assert any("NO STOP" in one for one in alarms(desk))

    house(tmp_path, "connector.paper.latency_ms=50").run(script)


@pytest.mark.parametrize("fault", [Fault.LOST_REPLY, Fault.LOST_REQUEST])
def test_a_stop_nobody_answered_rests_once(tmp_path: Path, fault: Fault) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        at.venue.fail("place", fault, leg=Leg.STOP)
        trade = await opened(desk)
        assert resting(desk, Leg.STOP) == [(D(49000), trade.size_base)]
        stops = [one for one in await desk.paper.fetch_open_orders() if one.stop_price == D(49000)]
        assert len(stops) == 1
        assert any("UNKNOWN" in one for one in alarms(desk))

    at.run(script)


def test_without_native_amends_a_new_stop_rests_before_the_old_one_goes(tmp_path: Path) -> None:
    at = house(tmp_path, amends_in_place=False)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.calls.clear()
        completion = await ended(desk, desk.issue(desk.move_stop(trade, "49500")))
        assert completion.outcome is FlowOutcome.SUCCESS
        assert [call for call, _ in at.venue.calls] == ["place", "cancel"]
        assert resting(desk, Leg.STOP) == [(D(49500), trade.size_base)]

    at.run(script)


def test_of_two_stops_after_a_lost_answer_the_new_one_stays(tmp_path: Path) -> None:
    at = house(tmp_path, amends_in_place=False)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.fail("place", Fault.UNCLEAR_AFTER, leg=Leg.STOP)
        completion = await ended(desk, desk.issue(desk.move_stop(trade, "49500")))
        assert completion.outcome is FlowOutcome.SUCCESS, completion.reason
        assert resting(desk, Leg.STOP) == [(D(49500), trade.size_base)]
        placed = [one for one in at.venue.placed if one.leg is Leg.STOP]
        assert len(placed) == 2

    at.run(script)


def test_on_spot_without_amends_the_coins_are_freed_first_and_locked_again(tmp_path: Path) -> None:
    at = house(tmp_path, amends_in_place=False)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk, symbol=SPOT)
        flow = desk.issue(desk.move_stop(trade, "49500"))
        await desk.settle()
        completion = desk.end_of(flow)
        assert completion is not None
        assert completion.outcome is FlowOutcome.SUCCESS, completion.reason
        assert resting(desk, Leg.STOP) == [(D(49500), trade.size_base)]

    at.run(script)


def test_a_stop_that_a_hand_cancelled_rests_again(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        (stop,) = [one for one in desk.ledger.live_orders() if one.request.leg is Leg.STOP]
        desk.paper.hand.cancel(PERP, stop.client_order_id)
        await desk.settle(price="50000")
        assert resting(desk, Leg.STOP) == [(D(49000), trade.size_base)]
        assert desk.ledger.order(stop.client_order_id).status is OrderStatus.CANCELED  # type: ignore[union-attr]

    house(tmp_path).run(script)


def test_a_stop_that_fills_opens_a_flow_of_its_own_even_while_a_modify_runs(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.fail("amend", Fault.LOST_REQUEST)
        modify = desk.issue(desk.move_stop(trade, "49500"))
        await desk.pass_ms(50)
        desk.tick("48900")
        await desk.settle(price="48900")
        assert not desk.positions
        assert not desk.ledger.live_orders()
        moved = desk.end_of(modify)
        assert moved is not None
        assert moved.outcome is FlowOutcome.ERROR, moved.reason
        own = [one for one in desk.entries if one.worker == "platform.protection"]
        assert "stop 49000.0 filled" in own[0].record.rationale  # type: ignore[union-attr]
        completion = desk.end_of(DirectiveId(own[0].subject_id))
        assert completion is not None
        assert completion.outcome is FlowOutcome.SUCCESS

    at.run(script)


def test_the_operator_may_put_a_stop_under_what_another_hand_opened(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.paper.hand.place(PERP, OrderSide.BUY, D("0.1"))
        await desk.pass_ms(100)
        (trade,) = desk.positions
        assert trade.strategy_id == EXTERNAL_STRATEGY
        answer = await desk.desk.commands.execute(MoveStop(trade.trade_id, D(49000)))
        assert answer.flow_id is not None
        completion = await ended(desk, DirectiveId(answer.flow_id))
        assert completion.outcome is FlowOutcome.SUCCESS, completion.reason
        assert resting(desk, Leg.STOP) == [(D(49000), D("0.1"))]

    house(tmp_path).run(script)


def test_nothing_is_remembered_of_trades_that_are_over(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        parts = desk.desk.core.parts.execution
        for _ in range(5):
            trade = await opened(desk)
            assert parts.flows.size() == 0
            await ended(desk, desk.issue(desk.move_stop(trade, "49500")))
            await ended(desk, desk.issue(desk.resize(trade, "0.150")))
            await ended(desk, desk.issue(desk.close(trade)))
        assert parts.keeper.size() == 0
        assert parts.flows.size() == 0
        assert len(parts.orchestrator.lanes) == 0

    at.run(script)


def test_dust_of_coins_keeps_no_stop_that_would_sell_more(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.paper.hand.deposit("BTC", Decimal(3))
        trade = await opened(desk, symbol=SPOT)
        outside = OrderRequest(
            client_order_id=desk_prefix("test-desk") + "flattened",
            execution_directive_id=ExecutionDirectiveId.at(START_MS, 1),
            leg=Leg.CLOSE,
            attempt=1,
            symbol=SPOT,
            side=OrderSide.SELL,
            order_type=OrderType.MARKET,
            size_base=trade.size_base - Decimal("0.00005"),
        )
        assert (await desk.paper.place_order(outside)).kind is OutcomeKind.ACCEPTED
        await desk.settle()
        held = desk.ledger.position(trade.trade_id)
        assert held is not None
        assert held.size_base == Decimal("0.00005")
        assert await desk.paper.fetch_open_orders() == []

    house(tmp_path).run(script)
