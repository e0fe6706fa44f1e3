"""What a bad way to the venue makes of a desk: an alarm that begins and ends, and a latch that stays."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from desk.contracts.commands import REARM_WORD, EmergencyExit, Rearm
from desk.contracts.connection import Connection, StreamCondition
from desk.contracts.records import EntryKind
from desk.contracts.states import DeskState
from tests.builders.faulty import Faults
from tests.builders.lines import GOOD, ORDERS, TRADES, Looked, looked_after, with_stream

ACTIVE, REDUCING, HALTED = DeskState.ACTIVE, DeskState.REDUCING, DeskState.HALTED


def test_a_good_line_changes_nothing(tmp_path: Path) -> None:
    async def script(desk: Looked) -> None:
        await desk.looks(200)
        assert desk.state[0] is ACTIVE
        assert desk.living.entries[-1].kind is EntryKind.RECONCILED
        assert (desk.alarms, desk.log) == ([], [])
        assert desk.line.opened == [0]

    looked_after(tmp_path, script)


@pytest.mark.parametrize(
    ("bad", "how"),
    [
        (with_stream(ORDERS, is_up=False), f"the stream {ORDERS} of paper has been down for 16 s"),
        (with_stream(TRADES, is_stale=True), f"the stream {TRADES} of paper has been silent for 16 s"),
    ],
)
def test_a_stream_that_stays_bad_latches_and_its_alarm_ends_when_it_heals(
    tmp_path: Path, bad: Connection, how: str
) -> None:
    async def script(desk: Looked) -> None:
        desk.line.line = bad
        await desk.looks(10)
        desk.line.line = GOOD
        await desk.looks(1)
        desk.line.line = bad
        await desk.looks(16)
        assert desk.state == (ACTIVE, ""), "short troubles are the connector's own"
        await desk.looks(1)
        assert desk.state == (REDUCING, how)
        await desk.looks(60)
        told = f"{how}; no new risk is taken until the desk is re-armed"
        assert desk.alarms == [told]
        reconciliation = desk.living.desk.core.parts.execution.reconciliation
        before_ms = reconciliation.succeeded_at_ms
        desk.line.line = GOOD
        await desk.looks(2)
        assert desk.ended == [told]
        assert reconciliation.succeeded_at_ms != before_ms, "what the stream did not tell was read"
        assert desk.state == (REDUCING, how)
        row = desk.living.desk.camera.take().alarms[0]
        assert (row.text, row.ended_ms) == (told, desk.living.clock.now_ms() - 1_000)

    looked_after(tmp_path, script)


@pytest.mark.parametrize(
    ("bad", "state", "why"),
    [
        (replace(GOOD, clock_skew_ms=1_001), REDUCING, "the clock of paper is +1001 ms from this machine's"),
        (replace(GOOD, clock_skew_ms=-5_000), REDUCING, "the clock of paper is -5000 ms from this machine's"),
        (replace(GOOD, banned_for_ms=41_500), REDUCING, "paper wants no request for 42 s"),
        (replace(GOOD, key_refused="-2015 invalid key"), HALTED, "paper refuses the key: -2015 invalid key"),
    ],
)
def test_what_makes_risk_unsafe_latches_at_once(
    tmp_path: Path, bad: Connection, state: DeskState, why: str
) -> None:
    async def script(desk: Looked) -> None:
        desk.line.line = bad
        await desk.looks(1)
        assert desk.state[0] is state
        assert desk.state[1].startswith(why)
        await desk.looks(5)
        desk.line.line = GOOD
        await desk.looks(1)
        assert len(desk.alarms) == len(desk.ended) == 1
        assert desk.state[0] is state

    looked_after(tmp_path, script)


def test_a_short_pause_that_a_busy_venue_asks_for_is_no_ban(tmp_path: Path) -> None:
    async def script(desk: Looked) -> None:
        desk.line.line = replace(GOOD, banned_for_ms=5_000)
        await desk.looks(1)
        assert desk.state[0] is ACTIVE
        desk.line.line = replace(GOOD, banned_for_ms=5_001)
        await desk.looks(1)
        desk.line.line = replace(GOOD, banned_for_ms=1)
        await desk.looks(1)
        assert (len(desk.alarms), desk.ended) == (1, []), "a ban lasts to its end"

    looked_after(tmp_path, script)


def test_a_desk_that_is_re_armed_too_early_is_latched_again(tmp_path: Path) -> None:
    async def script(desk: Looked) -> None:
        desk.line.line = replace(GOOD, clock_skew_ms=3_000)
        await desk.looks(1)
        assert (await desk.living.desk.commands.execute(Rearm(REARM_WORD))).accepted
        assert desk.state[0] is ACTIVE
        await desk.looks(1)
        assert desk.state[0] is REDUCING
        assert len(desk.alarms) == 1, "it is the same trouble"

    looked_after(tmp_path, script)


def test_limits_are_the_configuration_s(tmp_path: Path) -> None:
    async def script(desk: Looked) -> None:
        desk.line.line = replace(with_stream(ORDERS, is_up=False), clock_skew_ms=1_900)
        await desk.looks(2)
        assert desk.state[0] is ACTIVE
        await desk.looks(2)
        assert "has been down for 3 s" in desk.state[1]

    limits = ("risk.max_stream_silence_ms=2000", "risk.max_clock_skew_ms=2000")
    looked_after(tmp_path, script, limits)


def test_an_interruption_that_the_connector_mends_is_logged_once(tmp_path: Path) -> None:
    async def script(desk: Looked) -> None:
        mended = StreamCondition(ORDERS, is_up=True, is_stale=False, silent_ms=10, gaps=1)
        desk.line.line = replace(GOOD, streams=(mended,))
        await desk.looks(5)
        assert desk.log == [
            "stream interrupted: orders: for the 1. time since it was opened; what it missed is read"
        ]
        desk.line.line = replace(GOOD, streams=(replace(mended, gaps=3),))
        await desk.looks(5)
        assert len(desk.log) == 2
        assert desk.alarms == []

    looked_after(tmp_path, script)


def test_a_connector_that_does_not_heal_is_opened_anew_with_growing_pauses(tmp_path: Path) -> None:
    async def script(desk: Looked) -> None:
        await desk.looks(1)
        desk.line.line = with_stream(ORDERS, is_up=False)
        desk.line.refuses_to_open = True
        await desk.looks(600)
        times = desk.line.opened[1:]
        pauses = [after - before for before, after in pairwise(times)]
        assert 18_000 <= times[0] <= 21_000
        assert pauses[0] <= 3_000
        assert max(pauses) <= 61_000
        assert pauses[-1] >= 45_000
        assert len(desk.line.closed) == 1, "what is closed is only opened"
        assert len([one for one in desk.alarms if one.startswith("the stream")]) == 1
        assert desk.ended == [], "a connector that is closed shows nothing, which is no good news"
        desk.line.refuses_to_open = False
        await desk.looks(120)
        assert desk.line.opened[-1] - desk.line.opened[-2] >= 15_000, "what was opened may prove itself"
        desk.line.line = GOOD
        before = len(desk.line.opened)
        await desk.looks(300)
        assert len(desk.line.opened) == before
        assert sorted(desk.ended) == sorted(desk.alarms)

    looked_after(tmp_path, script)


def test_what_was_opened_anew_may_prove_itself_and_a_new_trouble_is_soon_seen_to(tmp_path: Path) -> None:
    async def script(desk: Looked) -> None:
        down = with_stream(ORDERS, is_up=False)
        await desk.looks(1)
        desk.line.line = down
        await desk.looks(200)
        times = desk.line.opened[1:]
        assert min(after - before for before, after in pairwise(times)) >= 15_000
        desk.line.line = GOOD
        await desk.looks(60)
        assert desk.line.opened[1:] == times
        desk.line.line = down
        began_ms = desk.living.clock.monotonic_ms()
        await desk.looks(20)
        assert len(desk.line.opened) == len(times) + 2
        assert desk.line.opened[-1] - began_ms <= 19_000

    looked_after(tmp_path, script)


def test_a_stream_that_never_was_is_no_reason_to_connect_anew(tmp_path: Path) -> None:
    async def script(desk: Looked) -> None:
        unknown = StreamCondition("XYZ/USDT: unknown to the venue", is_up=False, is_stale=False)
        desk.line.line = replace(GOOD, streams=(*GOOD.streams, unknown))
        await desk.looks(120)
        assert "XYZ/USDT: unknown to the venue" in desk.state[1]
        assert len(desk.alarms) == 1
        assert desk.line.opened == [0]

    looked_after(tmp_path, script)


def test_a_price_stream_that_was_merely_asked_for_and_never_was_leaves_the_desk_as_it_is(
    tmp_path: Path,
) -> None:
    async def script(desk: Looked) -> None:
        refused = StreamCondition("quotes XYZ/USDT", is_up=False, is_stale=False, symbols=("XYZ/USDT",))
        desk.line.line = replace(GOOD, streams=(*GOOD.streams, refused))
        await desk.looks(120)
        assert desk.state == (ACTIVE, "")
        (alarm,) = desk.alarms
        assert "quotes XYZ/USDT of paper has been down" in alarm
        assert desk.living.desk.core.parts.view.connection_trouble() is None
        assert desk.line.opened == [0]

    looked_after(tmp_path, script)


def test_a_closed_connector_is_opened_at_once_where_an_exit_needs_it(tmp_path: Path) -> None:
    async def script(desk: Looked) -> None:
        desk.living.tick("50000")
        desk.living.issue(desk.living.new_trade())
        await desk.living.settle(price="50000")
        await desk.looks(1)
        desk.line.line = with_stream(ORDERS, is_up=False)
        desk.line.refuses_to_open = True
        await desk.looks(300)
        tried = len(desk.line.opened)
        desk.line.refuses_to_open = False
        assert (await desk.living.desk.commands.execute(EmergencyExit())).accepted
        await desk.looks(2)
        assert len(desk.line.opened) == tried + 1
        desk.living.tick("50000")
        await desk.living.settle(price="50000")
        assert desk.living.positions == ()

    looked_after(tmp_path, script)


def test_a_ban_is_waited_for(tmp_path: Path) -> None:
    async def script(desk: Looked) -> None:
        await desk.looks(1)
        down = with_stream(ORDERS, is_up=False)
        desk.line.line = replace(down, banned_for_ms=60_000)
        await desk.looks(60)
        assert desk.line.opened == [0]
        desk.line.line = down
        await desk.looks(5)
        assert len(desk.line.opened) == 2

    looked_after(tmp_path, script)


def test_no_order_that_is_under_way_is_cut_off(tmp_path: Path) -> None:
    async def script(desk: Looked) -> None:
        await desk.looks(1)
        desk.living.tick("50000")
        desk.line.worsen(Faults(lost_request=1, failed_read=1))
        desk.living.issue(desk.living.new_trade())
        desk.line.line = with_stream(ORDERS, is_up=False)
        await desk.looks(60)
        assert desk.line.opened == [0], "the outcome of an order is not known"
        desk.line.worsen(Faults())
        await desk.looks(60)
        assert len(desk.line.opened) > 1

    looked_after(tmp_path, script)


def test_a_venue_that_is_not_compared_for_long_latches(tmp_path: Path) -> None:
    async def script(desk: Looked) -> None:
        await desk.looks(61)
        desk.line.worsen(Faults(failed_read=1))
        await desk.looks(180)
        assert desk.state[0] is ACTIVE
        await desk.looks(5)
        assert desk.state[0] is REDUCING
        assert "could not be compared with the ledger" in desk.state[1]
        desk.line.worsen(Faults())
        await desk.looks(60)
        assert len(desk.alarms) == len(desk.ended) == 1

    looked_after(tmp_path, script)


def test_a_loop_that_was_blocked_compares_again_and_latches_where_that_was_long(tmp_path: Path) -> None:
    async def script(desk: Looked) -> None:
        await desk.looks(1)
        await desk.living.clock.sleep_ms(3_500)
        desk.looking.supervisor.look()
        assert desk.log == ["core blocked: the core's loop woke 2500 ms late"]
        assert desk.state[0] is ACTIVE
        await desk.living.clock.sleep_ms(7_000)
        desk.looking.supervisor.look()
        text = "the desk saw nothing for 6000 ms: its process was blocked or stopped"
        assert desk.state == (REDUCING, text)
        await desk.looks(1)
        reconciliation = desk.living.desk.core.parts.execution.reconciliation
        assert reconciliation.succeeded_at_ms is not None
        assert desk.living.clock.now_ms() - reconciliation.succeeded_at_ms <= 1_000

    looked_after(tmp_path, script)


@pytest.mark.parametrize("jump_ms", [3_600_000, -3_600_000])
def test_a_clock_that_jumps_is_told_and_latches_nothing(tmp_path: Path, jump_ms: int) -> None:
    async def script(desk: Looked) -> None:
        await desk.looks(1)
        desk.living.clock.jump_wall(jump_ms)
        await desk.looks(240)
        texts = [one.text for one in desk.living.desk.camera.take().alarms]
        assert len(texts) == 1
        assert f"clock jumped by {jump_ms:+} ms" in texts[0]
        assert desk.state[0] is ACTIVE

    looked_after(tmp_path, script)


def test_a_disk_that_fills_up_latches(tmp_path: Path) -> None:
    async def script(desk: Looked) -> None:
        await desk.looks(1)
        assert desk.state[0] is REDUCING
        assert "the disk of the journal has" in desk.state[1]
        assert "below 1000000000000 MB" in desk.state[1]

    looked_after(tmp_path, script, ["storage.min_free_mb=1000000000000"])
