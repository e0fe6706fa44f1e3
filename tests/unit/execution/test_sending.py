"""The only way to the venue: outcomes are never guessed, retries never double."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.execution import FlowOutcome
from desk.contracts.orders import Leg, OrderStatus
from desk.contracts.records import EntryKind, OrderIntended
from tests.builders.execution import Fault, alarms, ended, house, opened
from tests.builders.living_desk import AT_A_LIMIT, LivingDesk

STRICT = "risk.duplicate_window_ms=5000"


def test_an_entry_that_provably_never_left_is_tried_again_under_a_new_id(tmp_path: Path) -> None:
    at = house(tmp_path, STRICT)

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        at.venue.fail("place", Fault.NOT_SENT, leg=Leg.ENTRY, times=2)
        completion = await ended(desk, desk.issue(desk.new_trade()))
        assert completion.outcome is FlowOutcome.SUCCESS, completion.reason
        entries = [one for one in at.venue.placed if one.leg is Leg.ENTRY]
        assert [one.attempt for one in entries] == [1, 2, 3]
        assert len({one.client_order_id for one in entries}) == 3
        assert desk.ledger.reserved("USDT") == 0

    at.run(script)


def test_retries_end_where_the_policy_says(tmp_path: Path) -> None:
    at = house(tmp_path, "orchestration.plan_execution.retry_policy.max_retries=2")

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        at.venue.fail("place", Fault.NOT_SENT, times=99)
        completion = await ended(desk, desk.issue(desk.new_trade()))
        assert completion.outcome is FlowOutcome.ERROR
        assert len(at.venue.placed) == 3

    at.run(script)


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.LOST_REQUEST, Fault.LOST_REPLY])
def test_a_create_is_sent_once_unless_it_provably_never_left(tmp_path: Path, fault: Fault) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        at.venue.fail("place", fault, leg=Leg.ENTRY)
        flow = desk.issue(desk.new_trade())
        await desk.settle(price="50000")
        assert desk.end_of(flow) is not None
        assert sum(one.leg is Leg.ENTRY for one in at.venue.placed) == 1
        assert bool(desk.positions) is (fault is Fault.LOST_REPLY)
        assert not desk.desk.core.parts.execution.flows.all()

    at.run(script)


def test_a_reservation_is_released_on_proof_and_kept_while_nothing_is_proven(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        at.venue.fail("place", Fault.UNCLEAR_BEFORE, leg=Leg.ENTRY)
        at.venue.reads_fail = True
        flow = desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.play(["50000"] * 150)
        (order,) = desk.ledger.live_orders()
        assert order.status is OrderStatus.UNKNOWN
        assert desk.ledger.reserved("USDT") > 0
        assert desk.end_of(flow) is None
        locked = await ended_now(desk)
        assert "is not known" in locked
        at.venue.forgive()
        await desk.settle(price="50000")
        assert desk.ledger.reserved("USDT") == 0
        assert desk.end_of(flow) is not None

    at.run(script)


async def ended_now(desk: LivingDesk) -> str:
    """Issue another entry and return why it ended at once."""
    flow = desk.issue(desk.new_trade())
    await desk.pass_ms(100)
    completion = desk.end_of(flow)
    assert completion is not None
    return completion.reason


def test_an_intent_is_written_before_its_order_is_sent(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        for request in at.venue.placed:
            about = [one.kind for one in desk.entries if one.subject_id == request.client_order_id]
            assert about[:2] == [EntryKind.ORDER_INTENDED, EntryKind.ORDER_SENT]
        intended = [one.record for one in desk.entries if isinstance(one.record, OrderIntended)]
        assert [one.request for one in intended] == at.venue.placed

    at.run(script)


def test_a_slow_venue_raises_an_alarm_and_so_does_one_that_never_answers(tmp_path: Path) -> None:
    key = "orchestration.plan_execution.monitoring.alert_on_slow_execution_ms=30"
    at = house(tmp_path, key)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        assert any("the venue took 40 ms for a entry order" in one for one in alarms(desk))
        at.venue.fail("amend", Fault.LOST_REPLY)
        await ended(desk, desk.issue(desk.move_stop(trade, "49500")))
        assert any("2000 ms for a stop amend" in one for one in alarms(desk))

    at.run(script)


def test_no_alarm_is_raised_by_a_venue_that_is_quick_enough(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        assert not alarms(desk)

    house(tmp_path, "orchestration.plan_execution.monitoring.alert_on_slow_execution_ms=40").run(script)


def test_a_request_is_given_up_after_the_timeout_and_not_before(tmp_path: Path) -> None:
    at = house(tmp_path, "orchestration.plan_execution.timeout_seconds=7.5")

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        at.venue.fail("place", Fault.LOST_REPLY, leg=Leg.ENTRY)
        at.venue.is_deaf = True
        desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.pass_ms(7_400)
        assert desk.ledger.live_orders()[0].status is OrderStatus.SENT
        await desk.pass_ms(101)
        assert desk.ledger.live_orders()[0].status is OrderStatus.UNKNOWN
        at.venue.forgive()
        await desk.settle(price="50000")

    at.run(script)


def test_what_moved_too_far_since_the_plan_is_not_bought(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        flow = desk.issue(desk.new_trade())
        desk.tick("51000")
        await desk.settle()
        completion = desk.end_of(flow)
        assert completion is not None
        assert "the market moved" in completion.reason

    house(tmp_path).run(script)


def test_an_entry_is_cancelled_when_its_validity_ends_however_often_it_takes(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        at.venue.fail("cancel", Fault.UNCLEAR_BEFORE, times=30)
        flow = desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.pass_ms(21_000)
        assert desk.ledger.live_orders()
        await desk.settle(price="50000")
        assert not desk.ledger.live_orders()
        assert desk.end_of(flow) is not None

    at.run(script)


def test_money_that_the_venue_does_not_have_is_refused_by_it_once(tmp_path: Path) -> None:
    at = house(tmp_path, "connector.paper.opening_balances={USDT: 10}")

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        completion = await ended(desk, desk.issue(desk.new_trade()))
        assert completion.outcome is FlowOutcome.ERROR
        assert len(at.venue.placed) <= 1
        assert desk.ledger.balance("USDT") == Decimal(10)

    at.run(script)
