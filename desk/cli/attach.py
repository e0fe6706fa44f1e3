"""`desk attach`: the screen of a desk that runs in another process, and goes on when the screen is left."""

import os

from desk.bootstrap.collector import begin_collecting
from desk.cli.in_terminal import has_terminal
from desk.cli.options import RunOptions, ScreenOptions
from desk.cli.output import ExitCode, complain
from desk.cli.placing import placed
from desk.cli.reaching import ask
from desk.config.platform_file import load_platform
from desk.config.storage import living_storage
from desk.control.connecting import reconnecting
from desk.control.last_resort import FlattenProcess
from desk.control.place import SocketPlace
from desk.control.screen_memory import FileMemory
from desk.control.socket_client import SocketClient


def command(options: RunOptions, screen: ScreenOptions) -> int:
    """Show the desk that lives in the platform's folder; raises DeskUnreachable before anything is shown."""
    file = load_platform(options.platform, options.settings, os.environ)
    platform = file.platform
    storage = living_storage(platform)
    if not has_terminal():
        complain("desk: attach needs a terminal; `desk status` tells how the desk stands without one")
        return ExitCode.REFUSED
    ask(storage, SocketClient.open)
    from desk.ui.launch import run_screen

    with placed(file.document):
        return run_screen(
            reconnecting(SocketPlace(storage.control)),
            platform.ui.settings(ascii_only=screen.ascii_only, observe=screen.observe),
            FileMemory(storage.folder),
            quit_question=None,
            when_shown=begin_collecting,
            last_resort=FlattenProcess(options.place_arguments()),
        )
