"""The way out as a screen follows it: each position's step, as facts make it, to the word at the end."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.commands import EmergencyExit
from desk.contracts.execution import FlowCompletion
from desk.contracts.ids import TradeId
from desk.contracts.orders import Leg
from desk.contracts.snapshot import ExitProgress, ExitStep
from tests.builders.execution import Fault, house, opened
from tests.builders.living_desk import AT_A_LIMIT, PERP, SPOT, LivingDesk

SLOW = "connector.paper.latency_ms=400"


def progress(desk: LivingDesk) -> ExitProgress:
    shown = desk.desk.camera.take().exit
    assert shown is not None
    return shown


async def leave(desk: LivingDesk) -> None:
    answer = await desk.desk.commands.execute(EmergencyExit())
    assert answer.accepted, answer.message


async def watched(desk: LivingDesk, until: Callable[[ExitProgress], bool]) -> list[ExitProgress]:
    """Look every 20 ms while the market stands still, until the picture is as wanted."""
    seen = [progress(desk)]
    while not until(seen[-1]):
        assert len(seen) < 10_000, seen[-1]
        for symbol in desk.desk.core.parts.board.symbols:
            desk.tick("50000", symbol)
        await desk.pass_ms(20)
        seen.append(progress(desk))
    return seen


def in_turn(seen: list[ExitProgress], symbol: str) -> list[ExitStep]:
    """List the steps that a symbol's position was seen in, each once in a row."""
    every = [one.step for picture in seen for one in picture.lines if one.symbol == symbol]
    return [one for place, one in enumerate(every) if place == 0 or every[place - 1] is not one]


PERP_STEPS = [ExitStep.WAITING, ExitStep.CLOSING, ExitStep.FLAT]
SPOT_STEPS = [ExitStep.WAITING, ExitStep.CANCELLING, ExitStep.CLOSING, ExitStep.FLAT]
"""Coins are locked by their stop, so it goes first."""


@pytest.mark.parametrize(("symbol", "expected"), [(PERP, PERP_STEPS), (SPOT, SPOT_STEPS)])
def test_a_position_goes_its_steps_to_flat(symbol: str, expected: list[ExitStep], tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        position = await opened(desk, symbol=symbol)
        assert desk.desk.camera.take().exit is None
        await leave(desk)
        seen = await watched(desk, lambda one: one.is_over)
        assert in_turn(seen, symbol) == expected
        line = seen[0].lines[0]
        assert (line.trade_id, line.side, line.size_base) == (position.trade_id, "LONG", position.size_base)
        assert seen[0].orders_left == 2
        last = seen[-1]
        assert (last.word, last.remains, last.orders_left, last.rounds) == ("FLAT", (), 0, 1)
        assert last.lines[0].size_base == 0
        assert last.lines[0].attempts == 1

    house(tmp_path, SLOW).run(script)


def test_the_time_counts_from_the_beginning_and_stops_with_the_end(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        began_ms = desk.clock.now_ms()
        await leave(desk)
        assert progress(desk).first_cancel_ms is None
        await desk.pass_ms(300)
        under_way = progress(desk)
        assert (under_way.began_at_ms, under_way.elapsed_ms, under_way.is_over) == (began_ms, 300, False)
        assert under_way.first_cancel_ms == 0
        over = (await watched(desk, lambda one: one.is_over))[-1]
        await desk.pass_ms(60_000)
        assert progress(desk) == over
        assert f"{over.elapsed_ms} ms" in desk.desk.camera.take().state_reason

    house(tmp_path, SLOW).run(script)


def test_a_venue_that_refuses_the_close_shows_each_retry_with_its_reason(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        await opened(desk, symbol=SPOT)
        at.venue.fail("place", Fault.REFUSED, leg=Leg.CLOSE, times=4)
        await leave(desk)
        seen = await watched(desk, lambda one: one.is_over)
        retries = [
            line for one in seen for line in one.lines if line.step is ExitStep.RETRY and not one.is_over
        ]
        assert {"the test refuses it" in one.reason for one in retries} == {True}
        assert max(one.attempts for one in retries) >= 2
        assert {one.step for one in seen[-1].lines} == {ExitStep.FLAT}
        assert sum(one.attempts for one in seen[-1].lines) == 6
        assert [one.reason for one in seen[-1].lines] == ["", ""]

    at.run(script)


def test_a_venue_that_never_gives_in_ends_not_flat_and_names_what_is_left(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        position = await opened(desk)
        at.venue.fail("place", Fault.REFUSED, leg=Leg.CLOSE, times=1_000_000)
        await leave(desk)
        for _ in range(3_000):
            await desk.pass_ms(1_000)
            if progress(desk).is_over:
                break
        over = progress(desk)
        assert over.word == "NOT FLAT"
        assert any(str(position.size_base) in one for one in over.remains)
        line = over.lines[0]
        assert (line.step, line.size_base) == (ExitStep.LEFT, position.size_base)
        assert "the test refuses it" in line.reason
        assert over.rounds == 20

    at.run(script)


def test_an_entry_that_fills_on_the_way_out_becomes_a_line(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        at.venue.fail("place", Fault.UNCLEAR_AFTER, leg=Leg.ENTRY)
        at.venue.reads_fail = at.venue.is_deaf = True
        desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.pass_ms(200)
        desk.tick("49000.5")
        await leave(desk)
        assert len(progress(desk).lines) == 1
        at.venue.forgive()
        seen = await watched(desk, lambda one: one.is_over)
        assert len(seen[-1].lines) == 2
        assert {one.step for one in seen[-1].lines} == {ExitStep.FLAT}

    at.run(script)


def test_what_no_venue_trades_is_dust(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000", SPOT)
        desk.issue(desk.new_trade(symbol=SPOT, confidence=AT_A_LIMIT))
        await desk.pass_ms(100)
        desk.tick("49800", SPOT)
        await desk.pass_ms(100)
        await leave(desk)
        over = (await watched(desk, lambda one: one.is_over))[-1]
        assert over.word == "FLAT+DUST"
        assert (over.lines[0].step, over.lines[0].size_base) == (ExitStep.DUST, Decimal("0.00005"))
        assert over.remains == (f"0.00005 {SPOT}",)

    house(tmp_path, "connector.paper.max_fill_base=0.00005").run(script)


def test_an_exit_taken_up_after_a_crash_is_followed_from_its_first_beginning(tmp_path: Path) -> None:
    at = house(tmp_path)
    began: list[int] = []

    async def dies(desk: LivingDesk) -> None:
        await opened(desk)
        at.venue.fail("place", Fault.REFUSED, leg=Leg.CLOSE, times=1_000)
        began.append(desk.clock.now_ms())
        await leave(desk)
        await desk.pass_ms(500)

    async def goes_on(desk: LivingDesk) -> None:
        first = progress(desk)
        assert (first.began_at_ms, first.is_over) == (began[0], False)
        assert first.elapsed_ms >= 5_500
        assert len(first.lines) == 1
        over = (await watched(desk, lambda one: one.is_over))[-1]
        assert (over.word, over.lines[0].step) == ("FLAT", ExitStep.FLAT)

    at.live(dies, down_ms=5_000)
    at.live(goes_on)


def test_of_two_exits_the_one_that_still_runs_is_shown(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        first = await desk.desk.commands.execute(EmergencyExit(affected_asset="ETH"))
        second = await desk.desk.commands.execute(EmergencyExit())
        assert progress(desk).flow_id == second.flow_id
        seen = await watched(desk, lambda one: one.is_over)
        ends = [one.record.flow_id for one in desk.entries if isinstance(one.record, FlowCompletion)]
        assert {first.flow_id, second.flow_id} <= set(ends)
        assert seen[-1].flow_id in {first.flow_id, second.flow_id}
        assert TradeId(seen[0].lines[0].trade_id)

    house(tmp_path, SLOW).run(script)
