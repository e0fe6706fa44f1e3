"""What other hands do to trades, positions and stops is told once, with what the desk did."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.commands import REARM_WORD, CloseTrade, Rearm
from desk.contracts.orders import Leg, VenueEvent, VenueFill, VenuePosition
from desk.contracts.records import AlarmRaised, FillBooked
from desk.contracts.sides import OrderSide, PositionSide
from desk.contracts.states import AlarmSeverity, DeskState
from tests.builders.execution import Fault, alarms, ended, house, opened
from tests.builders.living_desk import PERP, SPOT, LivingDesk
from tests.builders.lying import lying

D = Decimal


def raised(desk: LivingDesk) -> list[AlarmRaised]:
    return [one.record for one in desk.entries if isinstance(one.record, AlarmRaised)]


async def told(desk: LivingDesk) -> AlarmRaised:
    """Let things settle, compare twice, and return the one alarm there was."""
    await desk.settle(price="50000")
    await desk.play(["50000"] * 10)
    for _ in range(2):
        assert await desk.desk.core.parts.execution.reconciliation.run()
    (alarm,) = raised(desk)
    return alarm


def test_a_trade_closed_by_another_hand_is_one_warning(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        desk.paper.hand.close_position(PERP)
        alarm = await told(desk)
        assert alarm.severity is AlarmSeverity.WARNING
        assert (alarm.symbol, alarm.trade_id) == (PERP, trade.trade_id)
        assert alarm.text.startswith(f"another hand sold {trade.size_base} {PERP} at ")
        assert alarm.text.endswith(
            f": {trade.trade_id} of {trade.strategy_id} is closed; its stop and its target go too"
        )

    house(tmp_path).run(script)


def test_an_order_of_another_hand_that_fills_in_parts_is_one_warning(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.paper.hand.place(PERP, OrderSide.BUY, D("0.02"), limit_price=D(50100))
        assert (await told(desk)).text.startswith(f"another hand bought 0.020 {PERP}")
        fills = [one for one in desk.entries if isinstance(one.record, FillBooked)]
        assert len(fills) > 1

    house(tmp_path, "connector.paper.max_fill_base=0.015").run(script)


def test_a_trade_reduced_by_another_hand_is_one_warning(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        desk.paper.hand.place(PERP, OrderSide.SELL, D("0.02"))
        alarm = await told(desk)
        assert alarm.text.startswith(f"another hand sold 0.02 {PERP}")
        assert f"holds {trade.size_base - D('0.02')} still; its stop is made as small" in alarm.text

    house(tmp_path).run(script)


def test_a_position_by_another_hand_is_one_warning_and_its_end_is_none(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.paper.hand.place(PERP, OrderSide.BUY, D("0.1"))
        alarm = await told(desk)
        assert alarm.text.startswith(f"another hand bought 0.1 {PERP}")
        assert "is LONG 0.1, EXTERNAL; the desk keeps no stop for it" in alarm.text
        desk.paper.hand.close_position(PERP)
        await told(desk)

    house(tmp_path).run(script)


def test_a_liquidation_is_critical(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        intake = desk.desk.core.parts.execution.intake

        def forced(event: VenueEvent) -> None:
            intake.take(replace(event, is_forced=True) if isinstance(event, VenueFill) else event)

        at.venue.is_deaf = True
        desk.paper.subscribe(forced)
        desk.paper.hand.close_position(PERP)
        alarm = await told(desk)
        assert alarm.severity is AlarmSeverity.CRITICAL
        assert alarm.text.startswith(f"LIQUIDATION: the venue sold {trade.size_base} {PERP}")

    at.run(script)


def test_what_happened_while_the_desk_was_dead_is_told_once_at_its_start(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def dies(desk: LivingDesk) -> None:
        await opened(desk)
        at.venue.is_deaf = True
        desk.paper.hand.close_position(PERP)

    async def starts(desk: LivingDesk) -> None:
        assert "another hand sold" in (await told(desk)).text

    at.run(dies)
    at.run(starts)


@pytest.mark.parametrize("symbol", [PERP, SPOT])
def test_a_stop_taken_away_is_told_once_it_is_put_back(tmp_path: Path, symbol: str) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk, symbol=symbol)
        stop = next(one for one in desk.ledger.live_orders() if one.request.leg is Leg.STOP)
        desk.paper.hand.cancel(symbol, stop.client_order_id)
        await desk.settle()
        assert desk.positions[0].is_protected
        (text,) = alarms(desk)
        assert text.startswith(f"the stop of {trade.trade_id} on {stop.remaining_base} {symbol} at ")
        assert "not by the desk" in text
        assert text.endswith(f"put back, {trade.size_base} at {stop.stop_price}")

    house(tmp_path).run(script)


@pytest.mark.parametrize("fault", [None, Fault.LATE_REPLY, Fault.LOST_REPLY, Fault.UNCLEAR_AFTER])
@pytest.mark.parametrize("amends_in_place", [True, False])
@pytest.mark.parametrize("symbol", [PERP, SPOT])
def test_stops_that_the_desk_moves_replaces_or_removes_are_not_lost(
    tmp_path: Path, symbol: str, fault: Fault | None, *, amends_in_place: bool
) -> None:
    at = house(tmp_path, amends_in_place=amends_in_place)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk, symbol=symbol)
        if fault is not None:
            at.venue.fail("cancel", fault, times=1)
        await ended(desk, desk.issue(desk.move_stop(trade, "49500")))
        await desk.desk.commands.execute(CloseTrade(trade.trade_id))
        await desk.settle(price="50000")
        assert not desk.positions
        assert not [one for one in alarms(desk) if "taken away" in one or "another hand" in one]

    at.run(script)


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_stop_found_cancelled_after_a_restart_is_lost_where_the_desk_did_not_cancel_it(
    tmp_path: Path, *, is_ours: bool
) -> None:
    at = house(tmp_path, amends_in_place=False)

    async def dies(desk: LivingDesk) -> None:
        trade = await opened(desk, symbol=SPOT)
        at.venue.is_deaf = True
        at.venue.fail("cancel", Fault.LOST_REPLY, times=10)
        if is_ours:
            desk.issue(desk.move_stop(trade, "49500"))
        else:
            stop = next(one for one in desk.ledger.live_orders() if one.request.leg is Leg.STOP)
            desk.paper.hand.cancel(SPOT, stop.client_order_id)
        await desk.pass_ms(200)
        assert any(one.request.leg is Leg.STOP for one in desk.ledger.live_orders())

    async def starts(desk: LivingDesk) -> None:
        await desk.settle(price="50000")
        assert desk.positions[0].is_protected
        assert len([one for one in alarms(desk) if "taken away" in one]) == (not is_ours)

    at.live(dies)
    at.run(starts)


@pytest.mark.parametrize(
    ("amount", "told"), [("1000", "1000 USDT more"), ("-1000", "1000 USDT less"), ("40", None)]
)
def test_a_balance_that_nothing_explains_is_told_once_beyond_a_small_part_of_equity(
    tmp_path: Path, amount: str, told: str | None
) -> None:
    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        desk.paper.hand.deposit("USDT", D(amount))
        for _ in range(3):
            assert await desk.desk.core.parts.execution.reconciliation.run()
        assert desk.ledger.balance("USDT") == (await desk.paper.fetch_balances())[0].total
        found = [one.text for one in raised(desk)]
        assert len(found) == (told is not None)
        assert all(one.startswith(f"the venue holds {told} than the ledger") for one in found)

    house(tmp_path).run(script)


def test_positions_that_differ_are_told_of_a_desk_that_is_latched_already(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        at.venue.hides = lambda fill: fill.client_order_id is None
        desk.tick("50000")
        desk.desk.core.parts.execution.state.tighten(DeskState.HALTED, "by a test", "operator")
        desk.paper.hand.place(PERP, OrderSide.SELL, D("0.1"))
        await desk.pass_ms(200)
        for _ in range(3):
            assert await desk.desk.core.parts.execution.reconciliation.run()
        (text,) = alarms(desk)
        assert text.startswith(
            f"ledger and venue differ, so no new risk is taken: {PERP}: the venue holds -0.1"
        )

    at.run(script)


def test_a_difference_that_moves_and_stays_is_one_alarm_until_the_re_arm(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def compare(desk: LivingDesk, *sizes: int) -> None:
        for size in sizes:
            held = VenuePosition("XYZ/USDT:USDT", PositionSide.LONG, D(size), D(1))
            at.venue.also_open = [held, replace(held, symbol="ABC/USDT:USDT", size_base=D(1))]
            assert await desk.desk.core.parts.execution.reconciliation.run()

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        state = desk.desk.core.parts.execution.state
        await compare(desk, 1, 2, 3)
        assert state.current is DeskState.REDUCING
        assert sorted(str(one.symbol) for one in raised(desk)) == ["ABC/USDT:USDT", "XYZ/USDT:USDT"]
        await desk.desk.commands.execute(Rearm(REARM_WORD))
        await compare(desk, 3)
        assert (state.current, len(raised(desk))) == (DeskState.ACTIVE, 2)
        await compare(desk, 4, 5)
        assert (state.current, len(raised(desk))) == (DeskState.REDUCING, 3)

    at.run(script)
