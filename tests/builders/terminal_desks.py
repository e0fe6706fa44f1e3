"""A whole desk in a terminal of its own: how it is started, where its state is, which process is its core."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desk.cli.reaching import ask
from desk.config.storage import StorageLayout
from desk.control.socket_client import SocketClient
from tests.builders.processes import command
from tests.builders.terminals import Terminal, in_terminal

ENDS_WITHIN_S = 30.0


def state_of(folder: Path) -> StorageLayout:
    return StorageLayout(folder / "state")


def run_line(folder: Path, *settings: str) -> list[str]:
    """Return the command line of `desk run` on the busy blueprint, with a screen."""
    line = [one for one in command(folder, "run", *settings) if one != "--json"]
    return [*line, "--blueprint", str(folder / "busy.yaml")]


def attach_line(folder: Path) -> list[str]:
    return [one for one in command(folder, "attach") if one != "--json"]


def core_of(folder: Path) -> int:
    """Return the process that holds the desk."""
    return ask(state_of(folder), SocketClient.open).pid


@contextmanager
def waiting_for_a_core_that_hangs(folder: Path) -> Iterator[Terminal]:
    """Leave a desk whose core stands still; at the end the core goes on, and the screen must end well."""
    with in_terminal(run_line(folder)) as terminal:
        terminal.see("ACTIVE")
        core = core_of(folder)
        os.kill(core, signal.SIGSTOP)
        terminal.send(signal.SIGTERM)
        terminal.see("waiting for the desk to stop")
        yield terminal
        os.kill(core, signal.SIGCONT)
        assert terminal.ends_within(ENDS_WITHIN_S) == 0
