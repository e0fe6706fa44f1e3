"""A screen needs a terminal that can be drawn on and typed at."""

import io
import sys

import pytest

from desk.cli.in_terminal import has_terminal


class Tty(io.StringIO):
    """Be a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("term", "is_one"), [("xterm", True), ("screen", True), ("dumb", False)])
def test_a_dumb_terminal_cannot_be_drawn_on(
    monkeypatch: pytest.MonkeyPatch,
    term: str,
    is_one: bool,  # noqa: FBT001 - a table
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(sys, "stdin", Tty())
    monkeypatch.setattr(sys, "stdout", Tty())
    assert has_terminal() is is_one


@pytest.mark.parametrize("piped", ["stdin", "stdout"])
def test_a_pipe_is_no_terminal(monkeypatch: pytest.MonkeyPatch, piped: str) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdin", Tty())
    monkeypatch.setattr(sys, "stdout", Tty())
    monkeypatch.setattr(sys, piped, io.StringIO())
    assert not has_terminal()
