"""The screen in a real terminal: one that is left, one that is stuck, and one where the screen fails."""

import shlex
import signal
import subprocess
import sys
import termios
import tty
from pathlib import Path

import pytest

from tests.builders.screen_host import SECRET
from tests.builders.terminals import Terminal, in_terminal

ENDS_WITHIN_S = 30.0
STUCK_FOR_S = 5
END_OF_FILE = "\x04"


def line(kind: str) -> list[str]:
    return [sys.executable, "-m", "tests.builders.screen_host", kind]


def test_a_termination_gives_the_terminal_back() -> None:
    with in_terminal(line("still")) as terminal:
        terminal.see("ACTIVE", "Open positions")
        terminal.send(signal.SIGTERM)
        assert terminal.ends_within(ENDS_WITHIN_S) == 0
        assert b"\x1b[?1049l" in terminal.raw
        assert terminal.drawn.rstrip().endswith("code 0")


def test_a_terminal_that_is_gone_ends_the_screen_though_nobody_tells_it() -> None:
    with in_terminal(["sh", "-c", f"trap '' HUP; {shlex.join(line('busy'))}; true"]) as terminal:
        terminal.see("ACTIVE", "Open positions")
        terminal.hang_up()
        terminal.process.wait(ENDS_WITHIN_S)


def test_an_end_of_file_that_another_typed_for_is_no_lost_terminal() -> None:
    with in_terminal(line("still")) as terminal:
        shown = terminal.see("ACTIVE", "Open positions")
        modes = termios.tcgetattr(terminal.master)
        modes[tty.LFLAG] |= termios.ICANON
        termios.tcsetattr(terminal.master, termios.TCSANOW, modes)
        terminal.press(END_OF_FILE, END_OF_FILE)
        modes[tty.LFLAG] &= ~termios.ICANON
        termios.tcsetattr(terminal.master, termios.TCSANOW, modes)
        terminal.press("2")
        terminal.see("Market watch", since=shown)
        terminal.send(signal.SIGTERM)
        assert terminal.ends_within(ENDS_WITHIN_S) == 0


def test_errors_that_go_into_a_file_leave_the_screen_on_the_terminal(tmp_path: Path) -> None:
    errors = tmp_path / "errors"
    with in_terminal(["sh", "-c", f"exec {shlex.join(line('still'))} 2>{errors}"]) as terminal:
        terminal.see("ACTIVE", "Open positions")
        terminal.send(signal.SIGTERM)
        assert terminal.ends_within(ENDS_WITHIN_S) == 0
    assert errors.read_text() == ""


def test_a_terminal_that_reads_no_more_holds_nothing_up_and_is_drawn_anew_when_it_reads_again() -> None:
    with in_terminal(line("busy"), size=(250, 60)) as terminal:
        terminal.see("ACTIVE", "Open positions")
        stuck = stay_stuck(terminal)
        terminal.see("Open positions", "Directives", since=stuck)
        stay_stuck(terminal)
        terminal.send(signal.SIGTERM)
        terminal.process.wait(ENDS_WITHIN_S)


def stay_stuck(terminal: Terminal) -> int:
    """Read nothing for a while; return the place up to which was read."""
    with pytest.raises(subprocess.TimeoutExpired):
        terminal.process.wait(STUCK_FOR_S)
    return len(terminal.drawn)


def test_a_screen_that_fails_says_one_line_and_no_values() -> None:
    with in_terminal(line("failing")) as terminal:
        assert terminal.ends_within(ENDS_WITHIN_S) == 1
        assert b"\x1b[?1049l" in terminal.raw
        left = terminal.drawn
        assert "the screen failed: ValueError at screen_host.py" in left
        assert SECRET not in left
        assert "Traceback" not in left
        assert left.rstrip().endswith("code 1")
