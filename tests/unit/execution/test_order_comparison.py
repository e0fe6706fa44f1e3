"""Orders that only the venue knows, or only the journal, are settled by evidence."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from desk.contracts.commands import Rearm
from desk.contracts.orders import Leg, OrderStatus, OrderType, VenueOrder
from desk.contracts.sides import OrderSide
from desk.contracts.states import DeskState
from desk.execution.client_ids import desk_prefix
from tests.builders.execution import Fault, alarms, opened, refusals, resting
from tests.builders.living_desk import AT_A_LIMIT, PERP, LivingDesk
from tests.builders.lying import lying

D = Decimal
OURS = desk_prefix("test-desk") + "0000000000001"


def resting_order(name: str, *, reduce_only: bool = False) -> VenueOrder:
    return VenueOrder(
        client_order_id=name, venue_order_id="77", symbol=PERP, side=OrderSide.SELL,
        order_type=OrderType.STOP if reduce_only else OrderType.LIMIT, status=OrderStatus.OPEN,
        size_base=D("0.1"), filled_base=D(0), updated_at_ms=0,
        limit_price=None if reduce_only else D(51000), stop_price=D(49000) if reduce_only else None,
        reduce_only=reduce_only,
    )  # fmt: skip


async def compared(desk: LivingDesk) -> None:
    assert await desk.desk.core.parts.execution.reconciliation.run()


def state(desk: LivingDesk) -> DeskState:
    return desk.desk.core.parts.execution.state.current


def test_an_entry_with_our_name_that_the_journal_does_not_know_is_cancelled_and_told(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        at.venue.also_resting = [resting_order(OURS), resting_order("#77")]
        await compared(desk)
        assert at.venue.cancelled == [OURS]
        assert state(desk) is DeskState.REDUCING
        assert any(OURS in one for one in alarms(desk))

    at.run(script)


def test_a_stop_with_our_name_and_no_journal_stays_while_something_is_held(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.paper.hand.place(PERP, OrderSide.BUY, D("0.1"))
        at.venue.also_resting = [resting_order(OURS, reduce_only=True)]
        await compared(desk)
        assert at.venue.cancelled == []
        assert state(desk) is DeskState.REDUCING
        assert (await desk.desk.commands.execute(Rearm("REARM"))).accepted
        await compared(desk)
        assert state(desk) is DeskState.ACTIVE
        desk.paper.hand.close_position(PERP)
        await desk.settle(price="50000")
        await compared(desk)
        assert at.venue.cancelled == [OURS]

    at.run(script)


def test_an_order_that_is_over_here_and_rests_there_is_cancelled(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        at.venue.fail("place", Fault.LOST_REQUEST)
        desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.settle()
        (lost,) = at.venue.placed
        order = desk.ledger.order(lost.client_order_id)
        assert order is not None
        assert order.status is OrderStatus.REJECTED
        at.venue.also_resting = [replace(resting_order(lost.client_order_id), side=OrderSide.BUY)]
        await desk.pass_ms(6_000)
        await compared(desk)
        assert lost.client_order_id in at.venue.cancelled

    at.run(script)


def test_a_stop_that_vanished_without_a_word_is_placed_again(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        stop = next(one for one in desk.ledger.orders_of(trade.trade_id) if one.request.leg is Leg.STOP)
        at.venue.forgets.add(stop.client_order_id)
        at.venue.is_deaf = True
        desk.paper.hand.cancel(PERP, stop.client_order_id)
        await desk.pass_ms(100)
        at.venue.is_deaf = False
        await compared(desk)
        await desk.settle(price="50000")
        (again,) = [one for one in desk.ledger.live_orders() if one.request.leg is Leg.STOP]
        assert again.client_order_id != stop.client_order_id
        assert again.status is OrderStatus.OPEN
        assert resting(desk, Leg.STOP) == [(trade.stop_price, trade.size_base)]

    at.run(script)


def test_a_look_that_fails_makes_no_order_vanish(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        (before,) = [one for one in desk.ledger.orders_of(trade.trade_id) if one.request.leg is Leg.STOP]
        at.venue.forgets.add(before.client_order_id)
        await compared(desk)
        await desk.pass_ms(1_000)
        at.venue.reads_fail = True
        await desk.pass_ms(30_000)
        at.venue.forgets.clear()
        at.venue.reads_fail = False
        await desk.settle(price="50000")
        (after,) = [one for one in desk.ledger.orders_of(trade.trade_id) if one.request.leg is Leg.STOP]
        assert after.client_order_id == before.client_order_id

    at.run(script)


def test_where_no_absence_can_be_proven_the_operator_is_asked(tmp_path: Path) -> None:
    at = lying(tmp_path, absence_proof_ms=None)

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        at.venue.fail("place", Fault.LOST_REQUEST)
        flow = desk.issue(desk.new_trade())
        await desk.pass_ms(30_000)
        desk.tick("50000")
        (lost,) = at.venue.placed
        unknown = desk.ledger.order(lost.client_order_id)
        assert unknown is not None
        assert unknown.status is OrderStatus.UNKNOWN
        desk.issue(desk.new_trade())
        await desk.pass_ms(100)
        assert refusals(desk)[-1].refused_by == "unknown order"
        await desk.settle(price="50000")
        asked = desk.ledger.order(lost.client_order_id)
        assert asked is not None
        assert asked.status is OrderStatus.QUARANTINED
        assert (state(desk), desk.end_of(flow) is not None) == (DeskState.REDUCING, True)
        assert sum(lost.client_order_id in one and "look for it" in one for one in alarms(desk)) == 1
        assert (await desk.desk.commands.execute(Rearm("REARM"))).accepted
        desk.issue(desk.new_trade())
        await desk.settle(price="50000")
        assert len(desk.positions) == 1

    at.run(script)


def test_a_close_is_sent_again_once_its_first_try_is_left_to_the_operator(tmp_path: Path) -> None:
    at = lying(tmp_path, absence_proof_ms=None)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.fail("place", Fault.LOST_REQUEST, leg=Leg.CLOSE)
        desk.issue(desk.close(trade))
        await desk.settle(price="50000")
        assert not desk.positions

    at.run(script)
