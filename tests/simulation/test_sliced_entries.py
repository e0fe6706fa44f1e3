"""Entries by slices on a whole desk: sent in time, cancelled as one, and resumed where a desk died."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.bootstrap.settings import instruments
from desk.contracts import events
from desk.contracts.blocks import EntryBlock
from desk.contracts.causality import CausalityChain
from desk.contracts.commands import CancelEntries, CancelOrder, EmergencyExit, Halt
from desk.contracts.execution import FlowCompletion, FlowOutcome
from desk.contracts.ids import DirectiveId
from desk.contracts.orders import Leg
from desk.contracts.sides import OrderSide
from tests.builders.desk import START_MS, DeskHouse, Life
from tests.builders.evidence import evidence
from tests.builders.execution import Fault, FaultyHouse, resting
from tests.builders.living_desk import AT_A_LIMIT, PERP, LivingDesk
from tests.builders.promises import broken_at_rest
from tests.builders.sliced import SLICED, D, sliced_house, slices_of, stand, the_parent

SIDES = {"long": OrderSide.BUY, "short": OrderSide.SELL}


def end(desk: LivingDesk, flow: DirectiveId) -> FlowCompletion:
    found = desk.end_of(flow)
    assert found is not None, "the flow has not ended"
    return found


@pytest.mark.parametrize("side", SIDES)
def test_five_slices_are_sent_two_seconds_apart_and_protected_as_they_fill(side: str, tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        desk.tick("50000")
        flow = desk.issue(desk.new_trade(SIDES[side]))
        for number in range(1, 6):
            await stand(desk, "50000", 2_000)
            (trade,) = desk.positions
            assert trade.size_base == number * D("0.02")
            assert resting(desk, Leg.STOP)[0][1] == trade.size_base
            assert trade.is_protected
        assert end(desk, flow).outcome is FlowOutcome.SUCCESS
        assert "in 5 slices" in end(desk, flow).reason
        assert desk.ledger.parents() == ()

    life = sliced_house(tmp_path).live(lives)
    assert life.complaints == []
    began = slices_of(life.entries)[0][0]
    assert [(time - began, size) for time, size in slices_of(life.entries)] == [
        (2_000 * number, D("0.02")) for number in range(5)
    ]
    assert began - START_MS < 1_000


async def begun(desk: LivingDesk) -> DirectiveId:
    """Let two of five slices fill."""
    desk.tick("50000")
    flow = desk.issue(desk.new_trade())
    await stand(desk, "50000", 3_000)
    assert desk.positions[0].size_base == D("0.04")
    return flow


async def cancels_the_parent(desk: LivingDesk) -> None:
    answer = await desk.desk.commands.execute(CancelOrder(the_parent(desk).parent_id, "enough"))
    assert answer.accepted, answer.message


async def cancels_every_entry(desk: LivingDesk) -> None:
    answer = await desk.desk.commands.execute(CancelEntries(None, "enough"))
    assert answer.accepted, answer.message


async def halts(desk: LivingDesk) -> None:
    await desk.desk.commands.execute(Halt())


async def is_blocked(desk: LivingDesk) -> None:
    cause = CausalityChain.born(desk.tick("50000").id)
    standing = EntryBlock(
        strategy_id="other",
        worker="breaker",
        symbol=PERP,
        reason="three losses in a row",
        blocked_at_ms=desk.clock.now_ms(),
        causality=cause,
    )
    desk.desk.core.parts.bus.publish(events.ENTRIES_BLOCKED, standing, strategy_id="other", cause=cause)


STOPS = {
    "the parent": cancels_the_parent,
    "every entry": cancels_every_entry,
    "halt": halts,
    "block": is_blocked,
}


@pytest.mark.parametrize("name", STOPS)
def test_a_parent_order_that_was_cancelled_sends_nothing_more_in_any_life(name: str, tmp_path: Path) -> None:
    async def stops(desk: LivingDesk) -> None:
        flow = await begun(desk)
        await STOPS[name](desk)
        await desk.settle(price="50000")
        assert end(desk, flow).outcome is FlowOutcome.SUCCESS
        assert "TWAP bought 0.04 of 0.1" in end(desk, flow).reason
        await stand(desk, "50000", 10_000)

    async def looks(desk: LivingDesk) -> None:
        await stand(desk, "50000", 12_000)
        (trade,) = desk.positions
        assert trade.size_base == D("0.04")
        assert trade.is_protected

    house = sliced_house(tmp_path)
    life = house.live(stops)
    assert len(slices_of(life.entries)) == 2
    assert slices_of(house.live(looks).entries) == []


def whole(house: DeskHouse, life: Life) -> list[str]:
    """List what the desk broke, left alone."""
    known = {one.symbol: one for one in instruments(house.configuration.platform)}
    return [*broken_at_rest(house.state, known), *life.complaints]


def sent_in(house: DeskHouse) -> list[Decimal]:
    return [size for _, size in slices_of(evidence(house.state).entries)]


@pytest.mark.parametrize(
    ("down_ms", "expected"),
    [
        (1_500, ["0.02", "0.02", "0.02", "0.02", "0.02"]),
        (3_500, ["0.02", "0.02", "0.03", "0.03"]),
        (5_500, ["0.02", "0.02", "0.04"]),
        (60_000, ["0.02", "0.02"]),
    ],
    ids=["no slice", "one slice", "two slices", "its end"],
)
def test_what_a_dead_desk_missed_is_spread_and_never_sent_at_once(
    down_ms: int, expected: list[str], tmp_path: Path
) -> None:
    """It dies 3 s after the beginning: two of five slices of 0.02 had filled, the third is due after 4 s."""

    async def begins(desk: LivingDesk) -> None:
        await begun(desk)

    async def goes_on(desk: LivingDesk) -> None:
        await stand(desk, "50000", 10_000)
        assert desk.ledger.parents() == ()
        (trade,) = desk.positions
        assert trade.is_protected

    house = sliced_house(tmp_path)
    house.live(begins, down_ms=down_ms)
    life = house.live(goes_on)
    assert sent_in(house) == [D(one) for one in expected]
    (told,) = (one.record for one in life.entries if isinstance(one.record, FlowCompletion))
    assert told.outcome is FlowOutcome.SUCCESS
    assert ("did not fill" in told.reason) is (sum(map(D, expected)) < D("0.1"))
    assert whole(house, life) == []


async def leaves(desk: LivingDesk) -> None:
    await desk.desk.commands.execute(EmergencyExit())


async def closes(desk: LivingDesk) -> None:
    desk.issue(desk.close(*desk.positions))


async def falls_to_the_stop(desk: LivingDesk) -> None:
    (trade,) = desk.positions
    assert trade.stop_price is not None
    desk.tick(trade.stop_price - 5)


OUT = {"exit": leaves, "close": closes, "stop": falls_to_the_stop}


@pytest.mark.parametrize("name", OUT)
def test_a_trade_that_is_left_is_not_added_to_any_more(name: str, tmp_path: Path) -> None:
    async def is_left(desk: LivingDesk) -> None:
        await begun(desk)
        await OUT[name](desk)
        await desk.settle(price="48990")
        await stand(desk, "48990", 10_000)
        assert desk.positions == ()

    house = sliced_house(tmp_path, "connector.paper.slippage=0")
    life = house.live(is_left)
    assert len(slices_of(life.entries)) == 2
    assert whole(house, life) == []


def test_a_newer_target_size_takes_the_place_of_a_parent_order(tmp_path: Path) -> None:
    async def resizes(desk: LivingDesk) -> None:
        first = await begun(desk)
        flow = desk.issue(desk.resize(desk.positions[0], "0.060"))
        await stand(desk, "50000", 12_000)
        assert "an absolute target size replaces it" in end(desk, first).reason
        assert end(desk, flow).outcome is FlowOutcome.SUCCESS
        assert desk.positions[0].size_base == D("0.06")

    house = sliced_house(tmp_path)
    life = house.live(resizes)
    assert [size for _, size in slices_of(life.entries)] == [D("0.02")] * 2 + [D("0.004")] * 5
    assert whole(house, life) == []


def test_a_reduction_is_never_sliced(tmp_path: Path) -> None:
    async def reduces(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.issue(desk.new_trade())
        await stand(desk, "50000", 12_000)
        desk.issue(desk.resize(desk.positions[0], "0.050"))
        await desk.settle(price="50000", most_ms=1_000)
        assert desk.positions[0].size_base == D("0.05")

    house = sliced_house(tmp_path)
    assert whole(house, house.live(reduces)) == []


def test_slices_pause_while_the_price_is_beyond_the_limit_and_what_is_left_at_the_end_is_not_sent(
    tmp_path: Path,
) -> None:
    """The limit is 1 % over 50,000.1, 50,500.1: the third slice waits, the fourth and fifth come too late."""

    async def runs_away(desk: LivingDesk) -> None:
        flow = await begun(desk)
        await stand(desk, "50600", 1_500)
        await stand(desk, "50400", 1_000)
        assert desk.positions[0].size_base == D("0.06")
        await stand(desk, "50600", 8_000)
        assert "0.040 of the parent order did not fill" in end(desk, flow).reason
        assert "is beyond the limit 50500.1" in end(desk, flow).reason
        assert end(desk, flow).outcome is FlowOutcome.SUCCESS

    house = sliced_house(tmp_path)
    life = house.live(runs_away)
    assert [size for _, size in slices_of(life.entries)] == [D("0.02")] * 3
    assert whole(house, life) == []


def test_a_parent_order_that_never_met_its_price_ends_with_its_validity_and_without_a_trade(
    tmp_path: Path,
) -> None:
    async def never(desk: LivingDesk) -> None:
        desk.tick("50000")
        flow = desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await stand(desk, "50000", 7_000)
        assert end(desk, flow).outcome is FlowOutcome.ERROR
        assert "its 6 s are over, at the end 50000.1 is beyond the limit" in end(desk, flow).reason
        assert desk.ledger.parents() == ()

    house = sliced_house(tmp_path)
    life = house.live(never)
    assert slices_of(life.entries) == []
    assert whole(house, life) == []


@pytest.mark.parametrize("fault", list(Fault))
def test_whatever_becomes_of_a_slice_no_more_is_bought_than_was_decided(fault: Fault, tmp_path: Path) -> None:
    at = FaultyHouse(tmp_path, blueprints=(SLICED,), reconcile_every_ms=None)

    async def lives(desk: LivingDesk) -> None:
        desk.tick("50000")
        flow = desk.issue(desk.new_trade())
        await stand(desk, "50000", 1_000)
        at.venue.fail("place", fault, leg=Leg.ENTRY)
        await stand(desk, "50000", 30_000)
        await desk.settle(price="50000")
        held = sum((one.size_base for one in desk.positions), D(0))
        assert held <= D("0.1")
        assert end(desk, flow).outcome is FlowOutcome.SUCCESS
        refused = fault is Fault.REFUSED
        assert (held == D("0.02")) is refused
        assert ("the test refuses it" in end(desk, flow).reason) is refused

    life = at.run(lives)
    assert whole(at, life) == []


@pytest.mark.parametrize("most", ["0.003", "0.015"])
def test_a_slice_that_fills_in_part_is_made_up_for_by_the_others(most: str, tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        desk.tick("50000")
        flow = desk.issue(desk.new_trade())
        await stand(desk, "50000", 12_000)
        assert end(desk, flow).outcome is FlowOutcome.SUCCESS
        assert desk.positions[0].size_base <= D("0.1")
        assert desk.positions[0].is_protected

    house = sliced_house(tmp_path, f"connector.paper.max_fill_base={most}")
    assert whole(house, house.live(lives)) == []
