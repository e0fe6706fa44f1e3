"""A parent order among everything else: commands, blocks, limits, faults, the screen and the why."""

from dataclasses import replace
from pathlib import Path

import pytest

from desk.contracts.commands import REARM_WORD, AmendOrder, CancelOrder, EmergencyExit, Rearm
from desk.contracts.directives import DirectiveScope
from desk.contracts.execution import FlowCompletion, FlowOutcome
from desk.contracts.ids import DirectiveId
from desk.contracts.orders import Leg
from desk.contracts.records import EntryKind, OrderIntended
from desk.contracts.sides import OrderSide
from desk.contracts.states import DeskState
from desk.journal.trace import trace
from desk.runtime.order_rows import OrderRows, parent_row
from desk.runtime.steps import all_at_once
from tests.builders.desk import DeskHouse
from tests.builders.execution import Fault, FaultyHouse, resting
from tests.builders.living_desk import LivingDesk
from tests.builders.operator import refused, told
from tests.builders.sliced import SLICED, D, sliced_house, slices_of, stand, the_parent


async def begun(desk: LivingDesk, side: OrderSide = OrderSide.BUY) -> DirectiveId:
    """Let two of five slices of 0.02 fill."""
    desk.tick("50000")
    flow = desk.issue(desk.new_trade(side))
    await stand(desk, "50000", 3_000)
    assert desk.positions[0].size_base == D("0.04")
    return flow


def end(desk: LivingDesk, flow: DirectiveId) -> FlowCompletion:
    found = desk.end_of(flow)
    assert found is not None, "the flow has not ended"
    return found


def children(desk: LivingDesk) -> list[str]:
    return [
        one.subject_id
        for one in desk.entries
        if isinstance(one.record, OrderIntended) and one.record.request.leg is Leg.ENTRY
    ]


def test_it_is_a_row_of_its_own_between_two_slices(tmp_path: Path) -> None:
    async def looks(desk: LivingDesk) -> None:
        await begun(desk)
        parent = the_parent(desk)
        row = parent_row(parent, desk.clock.now_ms())
        assert (row.order_type, row.status, row.leg) == ("TWAP", "SLICE 2/5", "entry")
        assert (row.size_base.value, row.filled_base.value) == (D("0.1"), D("0.04"))
        assert row.price.value == D("50500.1")
        shown = all_at_once(OrderRows(desk.ledger).rows(desk.clock.now_ms()))
        assert [one.client_order_id for one in shown if one.leg == "entry"] == [parent.parent_id]

    sliced_house(tmp_path).live(looks)


@pytest.mark.parametrize("number", [0, 1])
def test_it_is_cancelled_by_the_name_of_any_of_its_slices(number: int, tmp_path: Path) -> None:
    """The screen may still show a slice that is over; the parent order is what the operator means."""

    async def lives(desk: LivingDesk) -> None:
        flow = await begun(desk)
        await told(desk, CancelOrder(children(desk)[number], "enough"))
        await stand(desk, "50000", 10_000)
        assert len(children(desk)) == 2
        reason = end(desk, flow).reason
        assert "in 2 of 5 slices" in reason
        assert "enough" in reason

    sliced_house(tmp_path).live(lives)


def test_a_slice_that_never_left_is_not_told_as_sent(tmp_path: Path) -> None:
    at = FaultyHouse(tmp_path, blueprints=(SLICED,), reconcile_every_ms=None)

    async def lives(desk: LivingDesk) -> None:
        flow = await begun(desk)
        at.venue.fail("place", Fault.NOT_SENT, leg=Leg.ENTRY, times=1000)
        await stand(desk, "50000", 10_000)
        assert len(children(desk)) > 2
        assert "in 2 of 5 slices" in end(desk, flow).reason

    at.run(lives)


def test_it_is_cancelled_and_not_changed(tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        await begun(desk)
        parent_id = the_parent(desk).parent_id
        assert "only cancelled" in await refused(desk, AmendOrder(parent_id, size_base=D("0.2")))
        await told(desk, CancelOrder(parent_id, "enough"))
        assert "there is no order" in await refused(desk, CancelOrder(parent_id, "again"))

    sliced_house(tmp_path).live(lives)


def test_a_cancel_that_was_told_holds_for_a_desk_that_dies_at_once(tmp_path: Path) -> None:
    async def cancels(desk: LivingDesk) -> None:
        await begun(desk)
        await told(desk, CancelOrder(the_parent(desk).parent_id, "enough"))

    async def looks(desk: LivingDesk) -> None:
        await stand(desk, "50000", 12_000)
        assert children(desk) == []
        assert desk.positions[0].size_base == D("0.04")

    house = sliced_house(tmp_path)
    house.live(cancels, down_ms=0)
    house.live(looks)


@pytest.mark.parametrize("state", [DeskState.REDUCING, DeskState.HALTED])
def test_a_desk_that_takes_no_new_risk_sends_no_slice_and_an_armed_one_begins_none_again(
    state: DeskState, tmp_path: Path
) -> None:
    async def lives(desk: LivingDesk) -> None:
        flow = await begun(desk)
        desk.desk.core.parts.execution.state.tighten(state, "a test wants it", "test")
        await desk.pass_ms(200)
        assert f"the desk is {state}" in end(desk, flow).reason
        desk.desk.core.parts.execution.state.rearm("go on")
        await stand(desk, "50000", 10_000)
        assert len(children(desk)) == 2
        assert desk.positions[0].is_protected

    sliced_house(tmp_path).live(lives)


def test_a_slice_whose_outcome_is_not_known_holds_its_parent_until_it_is(tmp_path: Path) -> None:
    """Nobody answers the third slice for its two seconds; it is found at the venue, and nothing is lost."""
    at = FaultyHouse(tmp_path, blueprints=(SLICED,), reconcile_every_ms=None)

    async def lives(desk: LivingDesk) -> None:
        flow = await begun(desk)
        at.venue.fail("place", Fault.LOST_REPLY, leg=Leg.ENTRY)
        at.venue.is_deaf, at.venue.reads_fail = True, True
        await stand(desk, "50000", 5_000)
        assert len(children(desk)) == 3
        at.venue.forgive()
        await stand(desk, "50000", 12_000)
        assert end(desk, flow).outcome is FlowOutcome.SUCCESS
        assert len(at.venue.placed) == len({one.client_order_id for one in at.venue.placed})
        assert desk.positions[0].size_base <= D("0.1")
        assert desk.positions[0].is_protected

    at.run(lives)


def test_a_desk_that_dies_with_a_slice_in_doubt_asks_before_it_sends_the_next(tmp_path: Path) -> None:
    at = FaultyHouse(tmp_path, blueprints=(SLICED,), reconcile_every_ms=None)

    async def dies(desk: LivingDesk) -> None:
        await begun(desk)
        at.venue.fail("place", Fault.LOST_REPLY, leg=Leg.ENTRY)
        at.venue.is_deaf = True
        await stand(desk, "50000", 1_500)
        assert len(children(desk)) == 3

    async def goes_on(desk: LivingDesk) -> None:
        assert desk.positions[0].size_base == D("0.06"), "the slice in doubt had filled"
        await stand(desk, "50000", 10_000)
        assert desk.positions[0].size_base == D("0.1")

    at.live(dies)
    at.run(goes_on)


def test_what_it_has_yet_to_send_counts_against_the_limits_of_everybody(tmp_path: Path) -> None:
    """0.1 are 5,000 at 50,000: with 0.04 held another 0.1 would make 10,000, over the limit of 9,000."""

    async def lives(desk: LivingDesk) -> None:
        await begun(desk)
        flow = desk.issue(desk.new_trade(strategy_id="tiny"))
        await desk.pass_ms(100)
        assert "refused by position notional: 10100.02 is over" in end(desk, flow).reason
        assert end(desk, flow).final_state == "refused"

    sliced_house(tmp_path, "risk.max_position_notional=9000").live(lives)


def test_the_whole_of_it_must_fit_into_the_limit_from_the_first_slice_on(tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        desk.tick("50000")
        flow = desk.issue(desk.new_trade())
        await stand(desk, "50000", 12_000)
        assert end(desk, flow).outcome is FlowOutcome.ERROR
        assert "over the limit of 4000" in end(desk, flow).reason
        assert end(desk, flow).final_state == "refused"
        assert children(desk) == []

    sliced_house(tmp_path, "risk.max_position_notional=4000").live(lives)


def test_the_other_side_waits_while_nothing_of_it_has_filled(tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.issue(desk.new_trade(confidence=D("0.4")))
        await stand(desk, "50000", 500)
        assert the_parent(desk).last_child_id is None
        flow = desk.issue(desk.new_trade(OrderSide.SELL))
        await stand(desk, "50000", 500)
        assert "has a parent order under way to BUY" in end(desk, flow).reason

    sliced_house(tmp_path).live(lives)


def test_equal_slices_are_no_duplicates_of_each_other_and_an_equal_decision_is(tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        desk.tick("50000")
        first = desk.issue(desk.new_trade())
        await stand(desk, "50000", 500)
        second = desk.issue(desk.new_trade())
        await stand(desk, "50000", 12_000)
        assert end(desk, first).outcome is FlowOutcome.SUCCESS
        assert len(slices_of(desk.entries)) == 5
        assert "the same BUY 0.020" in end(desk, second).reason

    sliced_house(tmp_path, "risk.duplicate_window_ms=60000").live(lives)


@pytest.mark.parametrize("amends", [True, False])
def test_the_stop_grows_with_every_slice_and_never_leaves(amends: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """On a derivative what an earlier slice bought stays covered while the stop of the next one is made."""
    at = FaultyHouse(tmp_path, blueprints=(SLICED,), reconcile_every_ms=None, amends_in_place=amends)

    async def lives(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.issue(desk.new_trade())
        uncovered = []
        for _ in range(1_200):
            if not desk.clock.now_ms() % 250:
                desk.tick("50000")
            await desk.pass_ms(10)
            held = sum((one.size_base for one in desk.positions), D(0))
            covered = sum((size for _, size in resting(desk, Leg.STOP)), D(0))
            uncovered.append(held - covered)
        assert max(uncovered) <= D("0.02"), "more than the newest slice was without a stop"
        assert sum(one > 0 for one in uncovered) <= 5 * 5, "for longer than the venue took to answer"
        assert desk.positions[0].size_base == D("0.1")

    at.run(lives)


def test_the_why_of_a_slice_leads_over_its_parent_to_the_decision(tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        await begun(desk)

    house: DeskHouse = sliced_house(tmp_path)
    life = house.live(lives)
    fills = [one.subject_id for one in life.entries if one.kind is EntryKind.FILL_BOOKED]
    told_why = str(trace(house.state.journal, fills[-1]))
    assert "parent order to BUY 0.1" in told_why
    assert "DIRECTIVE_ISSUED" in told_why


def test_a_ledger_that_starts_from_rows_knows_it_as_one_that_folded_the_journal(tmp_path: Path) -> None:
    known = []

    async def lives(desk: LivingDesk) -> None:
        await begun(desk)
        known.append(replace(the_parent(desk)))

    async def looks(desk: LivingDesk) -> None:
        known.append(the_parent(desk))

    house = sliced_house(tmp_path)
    house.live(lives, down_ms=0)
    house.live(looks)
    assert known[0] == known[1]


def test_a_parent_order_that_was_stopped_stays_so_in_the_next_life(tmp_path: Path) -> None:
    """Its stop fills while a slice is in doubt, so that its flow is open still when the desk dies."""
    at = FaultyHouse(tmp_path, blueprints=(SLICED,), reconcile_every_ms=None)

    async def is_stopped_out(desk: LivingDesk) -> None:
        flow = await begun(desk)
        at.venue.fail("place", Fault.UNCLEAR_BEFORE, leg=Leg.ENTRY)
        at.venue.reads_fail = True
        await stand(desk, "50000", 1_500)
        await stand(desk, "48990", 500)
        assert not desk.positions
        assert the_parent(desk).stopped is not None
        assert desk.end_of(flow) is None

    async def goes_on(desk: LivingDesk) -> None:
        await stand(desk, "50000", 10_000)
        assert children(desk) == []
        assert desk.ledger.parents() == ()
        (told_end,) = (one.record for one in desk.entries if isinstance(one.record, FlowCompletion))
        assert "of the trade left at" in told_end.reason

    at.live(is_stopped_out, down_ms=0)
    at.run(goes_on)


def test_a_close_of_a_trade_that_holds_nothing_yet_ends_what_would_open_it(tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        desk.tick("50000")
        flow = desk.issue(desk.new_trade(confidence=D("0.4")))
        await stand(desk, "50000", 500)
        trade_id = the_parent(desk).plan.trade_id
        closing = desk.issue(desk.directive(DirectiveScope.CLOSE_EXISTING, trade_id))
        await stand(desk, "50000", 1_000)
        assert end(desk, closing).outcome is FlowOutcome.SUCCESS
        assert "the trade is being closed" in end(desk, flow).reason
        await stand(desk, "49800", 10_000)
        assert children(desk) == []

    sliced_house(tmp_path).live(lives)


def test_what_an_exit_ended_does_not_begin_again_once_the_desk_is_armed(tmp_path: Path) -> None:
    """Nothing of it had filled, and it waited for its price all through the exit."""

    async def lives(desk: LivingDesk) -> None:
        desk.tick("50000")
        flow = desk.issue(desk.new_trade(confidence=D("0.4")))
        await stand(desk, "50000", 500)
        await desk.desk.commands.execute(EmergencyExit())
        await desk.pass_ms(100)
        assert "superseded by the emergency exit" in end(desk, flow).reason
        await desk.pass_ms(2_500)
        await told(desk, Rearm(REARM_WORD, "go on"))
        await stand(desk, "49800", 8_000)
        assert children(desk) == []

    sliced_house(tmp_path).live(lives)


def test_a_slice_that_nobody_can_tell_the_fate_of_ends_its_parent(tmp_path: Path) -> None:
    """A venue whose silence proves nothing is asked for a minute; then the desk takes no new risk."""
    at = FaultyHouse(tmp_path, blueprints=(SLICED,), reconcile_every_ms=None, absence_proof_ms=None)

    async def lives(desk: LivingDesk) -> None:
        flow = await begun(desk)
        at.venue.fail("place", Fault.UNCLEAR_BEFORE, leg=Leg.ENTRY)
        await stand(desk, "50000", 30_000, every_ms=500)
        assert desk.end_of(flow) is None, "it is held, though its time is over"
        await stand(desk, "50000", 50_000, every_ms=500)
        assert "the desk is REDUCING" in end(desk, flow).reason
        assert len(children(desk)) == 3
        assert desk.positions[0].size_base == D("0.04")
        assert desk.positions[0].is_protected

    at.run(lives)
