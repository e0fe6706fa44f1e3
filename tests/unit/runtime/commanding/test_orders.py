"""Orders by hand: amended in place or sent anew, cancelled one by one or all the entries at once."""

from pathlib import Path
from typing import Any

import pytest

from desk.contracts.commands import AmendOrder, CancelEntries, CancelOrder, EmergencyExit
from desk.contracts.execution import FlowCompletion, FlowOutcome
from desk.contracts.orders import Leg, OrderStatus
from desk.contracts.records import EntryKind
from desk.contracts.states import DeskState
from tests.builders.execution import Fault, house, opened, resting
from tests.builders.living_desk import SPOT, LivingDesk
from tests.builders.operator import D, bought, live, reasons_of, refused, ticket, told


async def _waiting(desk: LivingDesk, **changes: object) -> str:
    """Let a purchase of 0.102 wait at 49,000, and return its order id."""
    order = ticket(**({"limit_price": D(49000), "stop_price": D(48000)} | changes))
    desk.tick("50000", order.symbol)
    await told(desk, order)
    return live(desk, Leg.ENTRY).client_order_id


def test_an_entry_is_amended_in_place_where_the_venue_can(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        order_id = await _waiting(desk)
        answer = await told(desk, AmendOrder(order_id, price=D("49200.06"), size_base=D("0.0904")))
        assert "0.102 at 49000 → 0.090 at 49200.0" in answer.message
        (order,) = await desk.paper.fetch_open_orders()
        assert (order.client_order_id, order.limit_price, order.size_base) == (
            order_id,
            D("49200"),
            D("0.09"),
        )
        assert {"MAN", "EXE"} <= reasons_of(desk, EntryKind.AMEND_INTENDED)
        await desk.play(["49100", "49100"])
        await desk.settle()
        assert desk.positions[0].size_base == D("0.09")
        assert desk.positions[0].is_protected

    house(tmp_path).run(script)


def test_an_entry_is_sent_anew_where_the_venue_cannot_amend_and_the_answer_says_so(tmp_path: Path) -> None:
    at = house(tmp_path, amends_in_place=False)

    async def script(desk: LivingDesk) -> None:
        order_id = await _waiting(desk)
        answer = await told(desk, AmendOrder(order_id, price=D(49200)))
        assert f"changes no order in place, so {order_id} was cancelled" in answer.message
        assert "BUY 0.102 BTC/USDT:USDT rests at 49200" in answer.message
        (order,) = await desk.paper.fetch_open_orders()
        assert order.client_order_id != order_id
        assert (order.limit_price, order.size_base) == (D(49200), D("0.102"))
        await desk.play(["49100", "49100"])
        await desk.settle()
        assert desk.positions[0].size_base == D("0.102")
        assert not desk.desk.core.parts.execution.flows.all()

    at.run(script)


@pytest.mark.parametrize("can_amend", [True, False])
def test_an_amend_that_the_gate_refuses_leaves_the_order_as_it_was(tmp_path: Path, can_amend: bool) -> None:  # noqa: FBT001 - both kinds of venue
    at = house(tmp_path, "risk.max_order_notional=6000", amends_in_place=can_amend)

    async def script(desk: LivingDesk) -> None:
        order_id = await _waiting(desk)
        answer = await desk.desk.commands.execute(AmendOrder(order_id, size_base=D("0.2")))
        assert not answer.accepted
        assert "refused by order notional" in answer.message
        assert resting(desk, Leg.ENTRY) == [(D(49000), D("0.102"))]
        assert not [one for one in at.venue.calls if one[0] in {"amend", "cancel"}]

    at.run(script)


def test_an_order_does_not_count_beside_itself_when_it_is_amended(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        order_id = await _waiting(desk)
        answer = await told(desk, AmendOrder(order_id, size_base=D("0.110")))
        assert f"a size is not raised in place, so {order_id} was cancelled" in answer.message
        assert resting(desk, Leg.ENTRY) == [(D(49000), D("0.110"))]

    house(tmp_path, "risk.max_position_notional=6000").run(script)


@pytest.mark.parametrize(("fault", "is_done"), [(Fault.UNCLEAR_AFTER, True), (Fault.REFUSED, False)])
def test_an_amend_is_answered_with_what_the_venue_shows(tmp_path: Path, fault: Fault, is_done: bool) -> None:  # noqa: FBT001 - what became of it
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        order_id = await _waiting(desk)
        at.venue.fail("amend", fault)
        answer = await desk.desk.commands.execute(AmendOrder(order_id, price=D(49100)))
        assert answer.accepted is is_done, answer.message
        assert resting(desk, Leg.ENTRY)[0][0] == (D(49100) if is_done else D(49000))

    at.run(script)


@pytest.mark.parametrize(
    ("changes", "instead"),
    [
        ({}, "give a price, a size or both"),
        ({"price": D("NaN")}, "give a number above 0"),
        ({"price": D(0)}, "give a number above 0"),
        ({"size_base": D(-1)}, "give a number above 0"),
        ({"size_base": D("sNaN")}, "give a number above 0"),
    ],
)
def test_what_changes_nothing_or_is_no_number_amends_nothing(
    tmp_path: Path, changes: dict[str, Any], instead: str
) -> None:
    async def script(desk: LivingDesk) -> None:
        order_id = await _waiting(desk)
        assert instead in await refused(desk, AmendOrder(order_id, **changes))
        assert "there is no order 'x'; orders that are not over" in await refused(desk, AmendOrder("x", D(1)))

    house(tmp_path).run(script)


def test_amending_a_stop_or_a_target_moves_it_for_its_trade(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        await told(desk, AmendOrder(live(desk, Leg.STOP).client_order_id, price=D(49500)))
        await told(desk, AmendOrder(live(desk, Leg.TARGET).client_order_id, price=D(53000)))
        assert desk.positions[0].planned_stop_price == D(49500)
        assert resting(desk, Leg.STOP) == [(D(49500), trade.size_base)]
        assert resting(desk, Leg.TARGET) == [(D(53000), trade.size_base)]
        sized = AmendOrder(live(desk, Leg.STOP).client_order_id, size_base=D("0.01"))
        assert "follows what its trade holds" in await refused(desk, sized)

    house(tmp_path).run(script)


def test_a_cancelled_entry_ends_the_flow_that_sent_it(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        order_id = await _waiting(desk)
        flow_id = live(desk, Leg.ENTRY).directive_id
        answer = await told(desk, CancelOrder(order_id, reason="changed my mind"))
        assert f"entry {order_id} BTC/USDT:USDT is canceled" in answer.message
        assert not await desk.paper.fetch_open_orders()
        end = desk.end_of(flow_id)
        assert end is not None
        assert end.outcome is FlowOutcome.ERROR
        assert {"MAN", "STR", "EXE"} <= reasons_of(desk, EntryKind.CANCEL_INTENDED)
        assert "nothing rests" in await refused(desk, CancelOrder(order_id))

    house(tmp_path).run(script)


def test_a_partly_filled_entry_is_cancelled_and_what_filled_stays_protected(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        order_id = await _waiting(desk)
        desk.tick("48999")
        await desk.pass_ms(200)
        answer = await told(desk, CancelOrder(order_id))
        assert "filled" in answer.message
        (trade,) = desk.positions
        assert trade.size_base == D("0.030")
        assert resting(desk, Leg.STOP) == [(D(48000), trade.size_base)]

    house(tmp_path, "connector.paper.max_fill_base=0.03").run(script)


def test_a_cancel_waits_for_no_send_that_hangs(tmp_path: Path) -> None:
    at = house(tmp_path, "orchestration.plan_execution.timeout_seconds=60")

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        at.venue.fail("place", Fault.LOST_REPLY, leg=Leg.ENTRY)
        flow = desk.issue(desk.new_trade(confidence=D("0.4")))
        await desk.pass_ms(100)
        answer = await told(desk, CancelEntries())
        assert "is canceled" in answer.message
        assert not await desk.paper.fetch_open_orders()
        assert desk.ledger.count_orders(OrderStatus.CANCELED) == 1
        assert flow is not None

    at.live(script)


def test_cancelling_the_entries_leaves_stops_and_targets_and_other_symbols(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        await _waiting(desk)
        desk.tick("50000", SPOT)
        await told(desk, ticket(symbol=SPOT, limit_price=D(49000), stop_price=D(48000)))
        await told(desk, CancelEntries(symbol="BTC/USDT:USDT"))
        (left,) = [one for one in desk.ledger.live_orders() if one.request.leg is Leg.ENTRY]
        assert left.request.symbol == SPOT
        await told(desk, CancelEntries())
        assert not resting(desk, Leg.ENTRY)
        assert resting(desk, Leg.STOP)
        assert resting(desk, Leg.TARGET)
        assert "no entry rests" in (await told(desk, CancelEntries())).message
        assert "it trades" in await refused(desk, CancelEntries(symbol="X/Y"))

    house(tmp_path).run(script)


def test_a_cancel_that_a_kill_interrupts_is_seen_through_by_the_next_life(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def dies(desk: LivingDesk) -> None:
        order_id = await _waiting(desk)
        at.venue.fail("cancel", Fault.LOST_REQUEST, times=9)
        await desk.desk.commands.execute(CancelOrder(order_id))
        assert resting(desk, Leg.ENTRY)

    async def lives(desk: LivingDesk) -> None:
        desk.tick("50000")
        await desk.settle(price="50000")
        assert not await desk.paper.fetch_open_orders()
        assert not desk.desk.core.parts.execution.flows.all()
        ends = [one.record for one in desk.entries if isinstance(one.record, FlowCompletion)]
        assert any(one.outcome is FlowOutcome.SUCCESS for one in ends)

    at.live(dies)
    at.run(lives)


def test_an_exit_waits_for_no_command(tmp_path: Path) -> None:
    at = house(tmp_path, "orchestration.plan_execution.timeout_seconds=60")

    async def script(desk: LivingDesk) -> None:
        await bought(desk)
        at.venue.fail("place", Fault.LOST_REQUEST, leg=Leg.ENTRY, times=3)
        slow = [desk.loop.create_task(desk.desk.commands.execute(ticket())) for _ in range(3)]
        await desk.pass_ms(50)
        began_ms = desk.clock.now_ms()
        answer = await told(desk, EmergencyExit(reason=""))
        assert (answer.state, desk.clock.now_ms()) == (DeskState.EXITING, began_ms)
        for one in slow:
            await one

    at.live(script)
