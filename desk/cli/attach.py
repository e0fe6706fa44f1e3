"""`desk attach`: the screen of a desk that runs in another process, and goes on when the screen is left."""

import asyncio
import os

from desk.cli.in_terminal import has_terminal
from desk.cli.options import RunOptions, ScreenOptions
from desk.cli.output import ExitCode, complain
from desk.config.platform_file import load_platform
from desk.config.storage import StorageLayout, storage_of
from desk.contracts.ports.client import DeskUnreachable
from desk.control.last_resort import FlattenProcess
from desk.control.place import SocketPlace
from desk.control.screen_memory import FileMemory
from desk.control.socket_client import SocketClient
from desk.runtime.tasks import TaskSupervisor

_END_WITHIN_MS = 1_000


def command(options: RunOptions, screen: ScreenOptions) -> int:
    """Show the desk that lives in the platform's folder; what is wrong with reaching it is said first."""
    platform = load_platform(options.platform, options.settings, os.environ).platform
    storage = storage_of(platform)
    if not has_terminal():
        complain("desk: attach needs a terminal; `desk status` tells how the desk stands without one")
        return ExitCode.REFUSED
    try:
        asyncio.run(_greeted(storage))
    except DeskUnreachable as refusal:
        complain(f"desk: {refusal}")
        return ExitCode.REFUSED
    from desk.ui.launch import run_screen

    return run_screen(
        SocketClient(SocketPlace(storage.control), TaskSupervisor(_unseen)),
        platform.ui.settings(ascii_only=screen.ascii_only, observe=screen.observe),
        FileMemory(storage.folder),
        quit_question=None,
        last_resort=FlattenProcess(options.place_arguments()),
    )


async def _greeted(storage: StorageLayout) -> None:
    """Shake hands once, so that a socket that is gone, foreign or of another version is told plainly."""
    supervisor = TaskSupervisor(_unseen)
    client = SocketClient(SocketPlace(storage.control), supervisor)
    try:
        await client.open()
    finally:
        await client.close()
        await supervisor.stop(_END_WITHIN_MS)


def _unseen(name: str, error: BaseException) -> None:
    """Let a lost connection pass: the next question meets it, and the screen says so."""
