"""The core's two doors: an immutable picture out, typed commands in, each answered by what became true."""

import dataclasses
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import pytest

from desk.bootstrap.doors import local_client
from desk.contracts.commands import (
    CloseTrade,
    CommandRecord,
    EmergencyExit,
    Halt,
    MoveStop,
    PauseWorker,
    Rearm,
    ResumeWorker,
    RunSchedule,
)
from desk.contracts.execution import FlowOutcome
from desk.contracts.ids import DirectiveId, ManualId, TradeId
from desk.contracts.ports.client import DeskClient
from desk.contracts.snapshot import Source
from desk.contracts.states import DeskState, TradingMode, WorkerStatus
from tests.builders.desk import TINY, DeskHouse
from tests.builders.living_desk import PERP, LivingDesk

Told = Callable[[LivingDesk, DeskClient], Awaitable[None]]


def with_client(folder: Path, told: Told, *settings: str) -> None:
    """Live one life with a client at the door."""

    async def script(living: LivingDesk) -> None:
        await told(living, local_client(living.desk))

    DeskHouse(folder, settings=settings).live(script)


async def open_trade(living: LivingDesk) -> TradeId:
    """Buy at the market and wait until the trade is protected."""
    living.tick("50000")
    living.issue(living.new_trade())
    await living.settle(price="50000")
    return living.positions[0].trade_id


async def flow_of(living: LivingDesk, flow_id: str | None) -> FlowOutcome:
    """Wait until a command's flow ended, and return how."""
    await living.settle(price="50000")
    end = living.end_of(DirectiveId(flow_id or ""))
    assert end is not None
    return end.outcome


def test_a_snapshot_shows_position_order_flow_and_account_with_source_and_age(tmp_path: Path) -> None:
    async def told(living: LivingDesk, client: DeskClient) -> None:
        await open_trade(living)
        living.tick("50500")
        await living.pass_ms(300)
        seen = await client.snapshot()
        row = seen.positions[0]
        assert (row.position.symbol, row.is_protected, row.naked_ms) == (PERP, True, 0)
        assert row.mark.value == Decimal("50500.0")
        assert row.mark.source is Source.FEED
        assert row.mark.age_ms == 300
        assert row.unrealized_quote.value is not None
        assert row.unrealized_quote.value > 0
        assert {order.leg for order in seen.orders} == {"stop", "target"}
        assert seen.directives[0].state == "executed"
        assert seen.terminations[0].outcome == "success"
        assert seen.account.equity.value is not None
        assert (seen.state, seen.mode) == (DeskState.ACTIVE, TradingMode.PAPER)
        assert seen.health.open_flows == 0

    with_client(tmp_path, told)


def test_a_snapshot_cannot_change_and_does_not_follow_the_desk(tmp_path: Path) -> None:
    async def told(living: LivingDesk, client: DeskClient) -> None:
        before = await client.snapshot()
        await open_trade(living)
        assert before.positions == ()
        with pytest.raises(dataclasses.FrozenInstanceError):
            before.state = DeskState.HALTED  # type: ignore[misc]

    with_client(tmp_path, told)


def test_a_price_that_grew_old_is_called_stale(tmp_path: Path) -> None:
    async def told(living: LivingDesk, client: DeskClient) -> None:
        living.tick("50000")
        fresh = await client.snapshot()
        await living.pass_ms(60_001)
        old = await client.snapshot()
        assert [one.is_stale for one in fresh.feeds if one.symbol == PERP] == [False]
        assert [one.is_stale for one in old.feeds if one.symbol == PERP] == [True]

    with_client(tmp_path, told)


def test_a_halt_refuses_new_risk_and_only_the_word_rearms(tmp_path: Path) -> None:
    async def told(living: LivingDesk, client: DeskClient) -> None:
        await open_trade(living)
        halted = await client.execute(Halt())
        assert (halted.accepted, halted.state) == (True, DeskState.HALTED)
        refused = living.issue(living.new_trade())
        assert await flow_of(living, refused) is FlowOutcome.ERROR
        assert len(living.positions) == 1
        wrong = await client.execute(Rearm(word="rearm please"))
        assert (wrong.accepted, wrong.state) == (False, DeskState.HALTED)
        right = await client.execute(Rearm(word="REARM"))
        assert (right.accepted, right.state) == (True, DeskState.ACTIVE)

    with_client(tmp_path, told)


def test_the_operator_closes_a_trade_through_the_same_pipeline_even_when_halted(tmp_path: Path) -> None:
    async def told(living: LivingDesk, client: DeskClient) -> None:
        trade_id = await open_trade(living)
        await client.execute(Halt())
        answer = await client.execute(CloseTrade(trade_id))
        assert answer.accepted
        assert await flow_of(living, answer.flow_id) is FlowOutcome.SUCCESS
        assert living.positions == ()
        issued = next(one for one in living.entries if one.subject_id == answer.flow_id)
        assert answer.manual_id in issued.causes

    with_client(tmp_path, told)


def test_the_operator_moves_a_stop(tmp_path: Path) -> None:
    async def told(living: LivingDesk, client: DeskClient) -> None:
        trade_id = await open_trade(living)
        answer = await client.execute(MoveStop(trade_id, Decimal("49500.0")))
        assert await flow_of(living, answer.flow_id) is FlowOutcome.SUCCESS
        assert living.positions[0].stop_price == Decimal("49500.0")

    with_client(tmp_path, told)


def test_a_command_about_a_trade_that_is_not_open_is_answered_and_starts_nothing(tmp_path: Path) -> None:
    async def told(living: LivingDesk, client: DeskClient) -> None:
        living.tick("50000")
        nobody = TradeId.at(0, 1)
        for command in (CloseTrade(nobody), MoveStop(nobody, Decimal(1))):
            answer = await client.execute(command)
            assert (answer.accepted, answer.flow_id) == (False, None)
            assert "is not open" in answer.message

    with_client(tmp_path, told)


def test_the_emergency_exit_ends_flat_and_leaves_the_desk_halted(tmp_path: Path) -> None:
    async def told(living: LivingDesk, client: DeskClient) -> None:
        await open_trade(living)
        answer = await client.execute(EmergencyExit())
        assert (answer.accepted, answer.state) == (True, DeskState.EXITING)
        early = await client.execute(Rearm(word="REARM"))
        assert not early.accepted
        await living.settle(price="50000")
        seen = await client.snapshot()
        assert (seen.positions, seen.orders, seen.state) == ((), (), DeskState.HALTED)
        assert seen.terminations[0].final_state == "FLAT"

    with_client(tmp_path, told)


def test_an_exit_over_an_empty_book_still_latches(tmp_path: Path) -> None:
    async def told(living: LivingDesk, client: DeskClient) -> None:
        living.tick("50000")
        await client.execute(EmergencyExit())
        await living.settle(price="50000")
        assert (await client.snapshot()).state is DeskState.HALTED

    with_client(tmp_path, told)


def test_a_paused_worker_is_not_called_until_it_is_resumed(tmp_path: Path) -> None:
    async def told(living: LivingDesk, client: DeskClient) -> None:
        await open_trade(living)
        assert (await client.execute(PauseWorker("trailing_stop_manager"))).accepted
        stop = living.positions[0].stop_price
        await living.play(["51500"] * 3)
        assert living.positions[0].stop_price == stop
        seen = await client.snapshot()
        assert WorkerStatus.PAUSED in {one.status for one in seen.workers}
        await client.execute(ResumeWorker("trailing_stop_manager"))
        await living.play(["51600"] * 3)
        moved = living.positions[0].stop_price
        assert moved is not None
        assert stop is not None
        assert moved > stop

    with_client(tmp_path, told)


def test_the_platform_s_own_way_out_is_never_paused(tmp_path: Path) -> None:
    async def told(living: LivingDesk, client: DeskClient) -> None:
        living.tick("50000")
        answer = await client.execute(PauseWorker("platform.emergency_exit_agent"))
        assert not answer.accepted
        unknown = await client.execute(PauseWorker("nobody"))
        assert "there is no worker nobody" in unknown.message

    with_client(tmp_path, told)


def test_an_unknown_schedule_is_answered_with_those_there_are(tmp_path: Path) -> None:
    async def told(living: LivingDesk, client: DeskClient) -> None:
        living.tick("50000")
        answer = await client.execute(RunSchedule("DAILY"))
        assert not answer.accepted
        assert "there is no schedule DAILY" in answer.message

    with_client(tmp_path, told)


def test_every_command_is_in_the_journal_with_its_arguments(tmp_path: Path) -> None:
    async def told(living: LivingDesk, client: DeskClient) -> None:
        living.tick("50000")
        answer = await client.execute(Halt(reason="lunch"))
        kept = next(one.record for one in living.entries if one.subject_id == answer.manual_id)
        assert isinstance(kept, CommandRecord)
        assert kept.command == "Halt"
        assert ("reason", "lunch") in kept.arguments
        assert isinstance(kept.manual_id, ManualId)

    with_client(tmp_path, told)


def test_workers_of_one_name_are_told_apart_by_their_strategy(tmp_path: Path) -> None:
    async def script(living: LivingDesk) -> None:
        client = local_client(living.desk)
        living.tick("50000")
        unclear = await client.execute(PauseWorker("trailing_stop_manager"))
        assert not unclear.accepted
        assert "other/trailing_stop_manager, " in unclear.message
        assert (await client.execute(PauseWorker("tiny/trailing_stop_manager"))).accepted
        statuses = {
            (one.strategy_id, one.status)
            for one in (await client.snapshot()).workers
            if one.name == "trailing_stop_manager"
        }
        assert statuses == {("tiny", WorkerStatus.PAUSED), ("other", WorkerStatus.RUNNING)}

    other = TINY.replace("name: tiny", "name: other")
    DeskHouse(tmp_path, blueprints=(TINY, other)).live(script)
