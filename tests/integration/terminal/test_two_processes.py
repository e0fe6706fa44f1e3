"""`desk run` is two processes: the screen's troubles cost the core nothing, and the core's end is told."""

import fcntl
import os
import signal
import time
from pathlib import Path

import pytest

from desk.cli.reaching import ask
from desk.config.storage import StorageLayout
from desk.contracts.ports.client import DeskUnreachable
from desk.contracts.states import DeskState
from desk.control.socket_client import SocketClient
from tests.builders.evidence import evidence
from tests.builders.processes import HAPPENS_WITHIN_S
from tests.builders.promises import broken_at_any_time
from tests.builders.terminal_desks import (
    ENDS_WITHIN_S,
    core_of,
    run_line,
    state_of,
    waiting_for_a_core_that_hangs,
)
from tests.builders.terminals import in_terminal


def ticks_of(folder: Path) -> int:
    return ask(state_of(folder), SocketClient.snapshot).health.ticks


def wait_until_free(storage: StorageLayout) -> None:
    """Wait for the lock that a living desk holds."""
    with storage.lock.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


def test_a_killed_screen_stops_the_core_in_order(tmp_path: Path) -> None:
    with in_terminal(run_line(tmp_path)) as terminal:
        terminal.see("ACTIVE", "LONG")
        terminal.send(signal.SIGKILL)
        terminal.process.wait(ENDS_WITHIN_S)
        wait_until_free(state_of(tmp_path))
    found = evidence(state_of(tmp_path))
    assert found.ledger.latch().state is DeskState.ACTIVE
    resting = {one.stop_price for one in found.orders.values() if one.is_open}
    assert {one.stop_price for one in found.ledger.open_positions()} <= resting
    assert broken_at_any_time(state_of(tmp_path)) == []


def test_a_screen_that_stands_still_costs_the_core_no_tick(tmp_path: Path) -> None:
    with in_terminal(run_line(tmp_path)) as terminal:
        terminal.see("ACTIVE", "PAPER")
        terminal.send(signal.SIGSTOP)
        before = ticks_of(tmp_path)
        deadline_s = time.monotonic() + HAPPENS_WITHIN_S
        while ticks_of(tmp_path) < before + 100:
            assert time.monotonic() < deadline_s, "the core stands still with its screen"
        shown = len(terminal.drawn)
        terminal.send(signal.SIGCONT)
        terminal.see("ACTIVE", since=shown - 1)
        terminal.send(signal.SIGTERM)
        assert terminal.ends_within(ENDS_WITHIN_S) == 0


def test_a_killed_core_ends_the_screen_with_a_line_that_says_so(tmp_path: Path) -> None:
    with in_terminal(run_line(tmp_path)) as terminal:
        terminal.see("ACTIVE", "LONG")
        os.kill(core_of(tmp_path), signal.SIGKILL)
        assert terminal.ends_within(ENDS_WITHIN_S) == 1
        assert "the core ended by signal 9; positions and stops stay as they are" in terminal.drawn
        assert "Traceback" not in terminal.drawn
    assert broken_at_any_time(state_of(tmp_path)) == []


def test_a_second_desk_on_the_folder_is_refused_with_its_reason(tmp_path: Path) -> None:
    with in_terminal(run_line(tmp_path)) as first:
        first.see("ACTIVE")
        with in_terminal(run_line(tmp_path)) as second:
            assert second.ends_within(ENDS_WITHIN_S) == 4
            assert "stop it first" in second.drawn
            assert "Traceback" not in second.drawn
        assert first.process.poll() is None


def test_a_desk_without_a_control_socket_still_has_its_own_screen(tmp_path: Path) -> None:
    with in_terminal(run_line(tmp_path, "--set", "control.enabled=false")) as terminal:
        terminal.see("ACTIVE", "PAPER", "LONG")
        assert not state_of(tmp_path).control.exists()
        with pytest.raises(DeskUnreachable, match=r"control\.enabled is false"):
            core_of(tmp_path)
        terminal.send(signal.SIGTERM)
        assert terminal.ends_within(ENDS_WITHIN_S) == 0


def test_nothing_begins_where_the_screen_cannot_be_shown(tmp_path: Path) -> None:
    with in_terminal(run_line(tmp_path, "--set", "ui.theme=plaid")) as terminal:
        assert terminal.ends_within(ENDS_WITHIN_S) == 2
        assert "--set: ui.theme" in terminal.drawn
    assert not state_of(tmp_path).journal.exists()


def test_leaving_a_core_that_hangs_says_what_is_waited_for(tmp_path: Path) -> None:
    with waiting_for_a_core_that_hangs(tmp_path) as terminal:
        assert terminal.process.poll() is None
    assert broken_at_any_time(state_of(tmp_path)) == []
