"""The whole desk in a real terminal: trades happen, two keys end flat, and leaving costs nothing."""

import shlex
import signal
from pathlib import Path

from desk.contracts.states import DeskState
from tests.builders.evidence import evidence
from tests.builders.processes import STARTS_WITHIN_S, started
from tests.builders.promises import broken_at_any_time
from tests.builders.terminal_desks import ENDS_WITHIN_S, attach_line, run_line, state_of
from tests.builders.terminals import Terminal, in_terminal


def leave_everything(terminal: Terminal) -> None:
    before = terminal.see("X exit")
    terminal.press("X", "X")
    terminal.see("FLAT", "HALTED", since=before)


def leave_the_panel(terminal: Terminal) -> None:
    """Press escape and see it through: a key that comes at once after it makes another key of both."""
    before = len(terminal.drawn)
    terminal.press("\x1b")
    terminal.see("Open positions", since=before)


def stop_the_desk(terminal: Terminal) -> None:
    """Leave the progress panel, then the desk: the question stands on staying, so a step aside stops."""
    leave_the_panel(terminal)
    terminal.press("q")
    terminal.see("Stop the desk?")
    terminal.press("\x1b[C", "\r")


def ended_flat(folder: Path) -> None:
    found = evidence(state_of(folder))
    assert found.ledger.open_positions() == ()
    assert found.ledger.latch().state is DeskState.HALTED
    assert broken_at_any_time(state_of(folder)) == []


def test_trades_happen_two_keys_end_flat_and_leaving_exits_clean(tmp_path: Path) -> None:
    with in_terminal(run_line(tmp_path)) as terminal:
        terminal.see("test-desk", "ACTIVE", "PAPER", "LONG")
        leave_everything(terminal)
        stop_the_desk(terminal)
        assert terminal.ends_within(ENDS_WITHIN_S) == 0
        assert "flows terminated" in terminal.drawn
        assert "Traceback" not in terminal.drawn
    ended_flat(tmp_path)


def test_a_second_screen_leaves_everything_after_the_first_was_killed(tmp_path: Path) -> None:
    with started(tmp_path) as daemon:
        with in_terminal(attach_line(tmp_path)) as first:
            first.see("ACTIVE", "PAPER", "LONG")
            first.send(signal.SIGKILL)
            first.ends_within(ENDS_WITHIN_S)
        with in_terminal(attach_line(tmp_path)) as second:
            second.see("ACTIVE", "PAPER")
            leave_everything(second)
            leave_the_panel(second)
            second.press("q")
            assert second.ends_within(ENDS_WITHIN_S) == 0
        assert daemon.process.poll() is None, "the daemon goes on when its screens are left"
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.ends_within(ENDS_WITHIN_S) == 0
    ended_flat(tmp_path)


def test_a_lost_terminal_stops_the_desk_in_order_with_positions_protected(tmp_path: Path) -> None:
    with in_terminal(run_line(tmp_path)) as terminal:
        terminal.see("ACTIVE", "LONG")
        terminal.hang_up()
        terminal.process.wait(ENDS_WITHIN_S + STARTS_WITHIN_S)
    found = evidence(state_of(tmp_path))
    assert found.ledger.latch().state is DeskState.ACTIVE
    resting = {one.stop_price for one in found.orders.values() if one.is_open}
    assert {one.stop_price for one in found.ledger.open_positions()} <= resting
    assert broken_at_any_time(state_of(tmp_path)) == []


def test_a_lost_terminal_stops_the_desk_where_only_its_leader_is_told(tmp_path: Path) -> None:
    """As with `make`, which leads the terminal of `make desk` and waits for the desk."""
    with in_terminal(["sh", "-c", f"trap '' HUP; {shlex.join(run_line(tmp_path))}; true"]) as terminal:
        terminal.see("ACTIVE", "LONG")
        terminal.hang_up()
        terminal.process.wait(ENDS_WITHIN_S + STARTS_WITHIN_S)
    assert evidence(state_of(tmp_path)).ledger.latch().state is DeskState.ACTIVE
    assert broken_at_any_time(state_of(tmp_path)) == []


def test_staying_and_keys_during_the_start_change_nothing(tmp_path: Path) -> None:
    with in_terminal(run_line(tmp_path)) as terminal:
        terminal.press("XXXXzzz/?\x1b[A")
        terminal.see("ACTIVE", "PAPER")
        terminal.press("\x1b", "\x1b", "q")
        terminal.see("Stop the desk?")
        terminal.press("\r")
        assert terminal.process.poll() is None
        terminal.send(signal.SIGTERM)
        assert terminal.ends_within(ENDS_WITHIN_S) == 0
        assert "Traceback" not in terminal.drawn
    assert evidence(state_of(tmp_path)).ledger.latch().state is DeskState.ACTIVE


def test_attach_without_a_desk_says_so_in_a_line(tmp_path: Path) -> None:
    with in_terminal(attach_line(tmp_path)) as terminal:
        assert terminal.ends_within(ENDS_WITHIN_S) == 4
        assert terminal.drawn.startswith("desk: ")
        assert "Traceback" not in terminal.drawn
