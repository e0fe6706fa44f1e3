"""How a command reaches a desk that runs in another process, and how it asks the operator back."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from desk.bootstrap.lock import is_held
from desk.cli.options import DeskOptions
from desk.cli.output import ExitCode, complain, say, say_json
from desk.config.platform_file import load_platform
from desk.config.storage import StorageLayout, living_storage
from desk.contracts.commands import Command, CommandOutcome
from desk.contracts.ports.client import DeskUnreachable
from desk.control.connecting import connected
from desk.control.socket_client import SocketClient

Answer = TypeVar("Answer")


def storage_of(options: DeskOptions) -> StorageLayout:
    """Return where the desk that the options describe keeps its state; raises InputRefused."""
    return living_storage(load_platform(options.platform, options.settings, os.environ).platform)


def ask(storage: StorageLayout, question: Callable[[SocketClient], Awaitable[Answer]]) -> Answer:
    """Connect, ask and disconnect; raises DeskUnreachable where no desk answers there."""

    async def asked() -> Answer:
        async with connected(storage) as client:
            return await question(client)

    try:
        return asyncio.run(asked())
    except DeskUnreachable as error:
        if not is_held(storage):
            raise
        remedy = "a desk holds that folder: it starts, it hangs, or its control.enabled is false"
        raise DeskUnreachable(f"{error}; {remedy}") from error


def order(options: DeskOptions, command: Command) -> int:
    """Carry one command to the desk and print what became of it; exit 4 where the desk refused."""
    outcome = ask(storage_of(options), lambda client: client.execute(command))
    if options.json:
        say_json(outcome_fields(outcome))
    elif outcome.accepted:
        say(f"{outcome.message} (the desk is {outcome.state})")
    if outcome.accepted:
        return ExitCode.DONE
    complain(f"desk: {outcome.message}")
    return ExitCode.REFUSED


def outcome_fields(outcome: CommandOutcome) -> dict[str, object]:
    """Return an outcome as JSON has it."""
    return {
        "accepted": outcome.accepted,
        "message": outcome.message,
        "state": outcome.state,
        "manual_id": outcome.manual_id,
        "flow_id": outcome.flow_id,
    }


def typed(question: str) -> str:
    """Ask the operator on stderr, and return the line that is typed; empty where nobody is there."""
    sys.stderr.write(f"{question} ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()
