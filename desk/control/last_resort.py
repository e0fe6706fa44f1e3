"""`desk flatten` as a process of its own: the way out when the core does not answer."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Callable, Sequence


class FlattenProcess:
    """Start `desk flatten` with the arguments that describe this desk; implements `LastResort`."""

    def __init__(self, arguments: Sequence[str]) -> None:
        """`arguments` name the platform file and its settings, as on the command line."""
        self._arguments = tuple(arguments)

    async def flatten(self, told: Callable[[str], None]) -> int:
        """Run it, tell each line it says, return its exit code; raises OSError where it cannot start.

        It lives in a session of its own: leaving the screen, or losing the terminal, does not end it.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "desk.cli.main",
            "flatten",
            "--yes",
            *self._arguments,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            start_new_session=True,
        )
        if process.stdout is not None:
            async for line in process.stdout:
                told(line.decode(errors="replace").rstrip())
        return await process.wait()
