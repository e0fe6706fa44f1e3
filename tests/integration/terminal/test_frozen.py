"""A screen that somebody stops and continues goes on as it was, and gives its terminal back whole."""

import os
import signal
import termios
from pathlib import Path

from tests.builders.processes import started
from tests.builders.terminal_desks import ENDS_WITHIN_S, attach_line, waiting_for_a_core_that_hangs
from tests.builders.terminals import Terminal, in_terminal


def stop(terminal: Terminal, by: signal.Signals = signal.SIGSTOP) -> None:
    """Stop the screen's process, as a debugger or another shell does, or as ctrl+z does."""
    terminal.send(by)
    os.waitid(os.P_PID, terminal.process.pid, os.WSTOPPED)


def test_a_stopped_screen_goes_on_with_every_key_and_gives_its_terminal_back(tmp_path: Path) -> None:
    with started(tmp_path), in_terminal(attach_line(tmp_path)) as terminal:
        before = termios.tcgetattr(terminal.master)
        shown = terminal.see("ACTIVE", "PAPER", "LONG")
        for by in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGSTOP):
            stop(terminal, by)
            assert by is signal.SIGSTOP or termios.tcgetattr(terminal.master) == before
            terminal.send(signal.SIGCONT)
            shown = terminal.see("Open positions", since=shown)
        for key, word in [("2", "Market watch"), ("4", "Equity"), ("1", "Open positions")]:
            terminal.press(key)
            shown = terminal.see(word, since=shown)
        terminal.press("q")
        assert terminal.ends_within(ENDS_WITHIN_S) == 0
        assert termios.tcgetattr(terminal.master) == before
        assert "Traceback" not in terminal.drawn


def test_a_stopped_screen_takes_its_terminal_from_whoever_had_it_meanwhile(tmp_path: Path) -> None:
    with started(tmp_path), in_terminal(attach_line(tmp_path)) as terminal:
        of_a_shell = termios.tcgetattr(terminal.master)
        shown = terminal.see("ACTIVE", "PAPER", "LONG")
        stop(terminal)
        termios.tcsetattr(terminal.master, termios.TCSANOW, of_a_shell)
        terminal.send(signal.SIGCONT)
        shown = terminal.see("Open positions", since=shown)
        terminal.press("2")
        terminal.see("Market watch", since=shown)
        terminal.press("q")
        assert terminal.ends_within(ENDS_WITHIN_S) == 0


def test_a_desk_that_is_stopped_while_it_ends_goes_on_ending(tmp_path: Path) -> None:
    with waiting_for_a_core_that_hangs(tmp_path) as terminal:
        stop(terminal)
        terminal.send(signal.SIGCONT)
    assert "Traceback" not in terminal.drawn
