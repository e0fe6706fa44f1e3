"""A block on new risk keeps everybody out, over a restart too, until its worker or the operator lifts it."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts import events
from desk.contracts.blocks import EntryBlock, EntryRelease
from desk.contracts.causality import CausalityChain
from desk.contracts.commands import REARM_WORD, Rearm
from desk.contracts.execution import FlowOutcome
from desk.contracts.records import AlarmEnded, AlarmRaised
from tests.builders.desk import DeskHouse
from tests.builders.living_desk import PERP, SPOT, LivingDesk

WAITS = Decimal("0.2")
"""A confidence at which the blueprint of these tests enters by a limit order that rests."""


def block(desk: LivingDesk, symbol: str | None = None, *, own_strategy_only: bool = False) -> None:
    cause = CausalityChain.born(desk.tick("50000").id)
    standing = EntryBlock(
        strategy_id="other",
        worker="breaker",
        symbol=symbol,
        own_strategy_only=own_strategy_only,
        reason="three losses in a row",
        blocked_at_ms=desk.desk.core.parts.clock.now_ms(),
        causality=cause,
    )
    desk.desk.core.parts.bus.publish(events.ENTRIES_BLOCKED, standing, strategy_id="other", cause=cause)


def release(desk: LivingDesk) -> None:
    cause = CausalityChain.born(desk.tick("50000").id)
    lifted = EntryRelease(
        strategy_id="other",
        worker="breaker",
        reason="calm for a minute",
        released_at_ms=desk.desk.core.parts.clock.now_ms(),
        causality=cause,
    )
    desk.desk.core.parts.bus.publish(events.ENTRIES_RELEASED, lifted, strategy_id="other", cause=cause)


async def outcome_of_an_entry(desk: LivingDesk) -> FlowOutcome:
    desk.tick("50000")
    flow = desk.issue(desk.new_trade())
    await desk.settle(price="50000")
    end = desk.end_of(flow)
    assert end is not None
    if end.outcome is FlowOutcome.ERROR:
        assert "breaker: three losses in a row" in end.reason
    return end.outcome


def test_a_block_refuses_entries_and_lets_exits_pass(tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        assert await outcome_of_an_entry(desk) is FlowOutcome.SUCCESS
        block(desk)
        assert await outcome_of_an_entry(desk) is FlowOutcome.ERROR
        desk.issue(desk.close(*desk.positions))
        await desk.settle(price="50000")
        assert not desk.positions
        release(desk)
        assert await outcome_of_an_entry(desk) is FlowOutcome.SUCCESS

    life = DeskHouse(tmp_path).live(lives)
    raised = [one.record for one in life.entries if isinstance(one.record, AlarmRaised)]
    ended = [one.record.alarm_id for one in life.entries if isinstance(one.record, AlarmEnded)]
    assert [one.alarm_id for one in raised if "breaker" in one.text] == ended


def test_a_block_outlives_the_desk_and_the_operator_lifts_it(tmp_path: Path) -> None:
    async def blocks(desk: LivingDesk) -> None:
        block(desk)

    async def finds_it_standing(desk: LivingDesk) -> None:
        assert await outcome_of_an_entry(desk) is FlowOutcome.ERROR
        answer = await desk.desk.commands.execute(Rearm(REARM_WORD, "I have looked at it"))
        assert "1 block" in answer.message
        assert await outcome_of_an_entry(desk) is FlowOutcome.SUCCESS

    async def finds_none(desk: LivingDesk) -> None:
        assert desk.desk.core.parts.ledger.entry_blocks() == ()

    house = DeskHouse(tmp_path)
    house.live(blocks)
    house.live(finds_it_standing)
    house.live(finds_none)


def test_what_rests_is_cancelled_where_it_is_forbidden(tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.issue(desk.new_trade(confidence=WAITS))
        await desk.pass_ms(200)
        assert len(desk.desk.core.parts.ledger.live_orders()) == 1
        block(desk, SPOT)
        await desk.pass_ms(200)
        assert len(desk.desk.core.parts.ledger.live_orders()) == 1
        block(desk, PERP)
        await desk.pass_ms(200)
        assert len(desk.desk.core.parts.ledger.live_orders()) == 0

    DeskHouse(tmp_path).live(lives)


@pytest.mark.parametrize("is_own", [True, False])
def test_a_block_can_be_of_one_strategy_alone(tmp_path: Path, *, is_own: bool) -> None:
    async def lives(desk: LivingDesk) -> None:
        block(desk, own_strategy_only=is_own)
        expected = FlowOutcome.SUCCESS if is_own else FlowOutcome.ERROR
        assert await outcome_of_an_entry(desk) is expected

    DeskHouse(tmp_path).live(lives)
