"""`desk sandbox`: the local exchange, and the lines that connect a desk to it."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from desk.cli.options import DataFile
from desk.cli.output import ExitCode, complain, say
from desk.contracts.problems import InputRefused, Problem, RefusedByState

if TYPE_CHECKING:
    from desk.bootstrap.sandbox import SandboxAddress, SandboxPlan

_KEY, _SECRET = "DESK_SANDBOX_KEY", "DESK_SANDBOX_SECRET"
_HIGHEST_PORT = 65_535


def command(port: int, scenario: Path | None, data: Sequence[DataFile], speed: str | None) -> int:
    """Serve until SIGTERM or SIGINT; port 0 takes a free one."""
    if not 0 <= port <= _HIGHEST_PORT:
        problem = Problem("--port", None, "", f"{port} is no port", "write a number from 1 to 65535")
        raise InputRefused(problem)
    if find_spec("aiohttp") is None:
        raise RefusedByState("the local exchange needs aiohttp; install the desk with its extra `exchanges`")
    from desk.bootstrap.sandbox import plan_sandbox, speed_of

    factor = None if speed is None else speed_of(speed)
    plan = plan_sandbox(scenario, [(one.symbol, one.path) for one in data], factor)
    asyncio.run(_serve(plan, port))
    return ExitCode.DONE


async def _serve(plan: "SandboxPlan", port: int) -> None:
    from desk.bootstrap.sandbox import run_sandbox

    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run_sandbox(plan, port, stop, _tell, partial(_complain, stop))


def _complain(stop: asyncio.Event, trouble: str) -> None:
    if not stop.is_set():
        complain(f"desk: {trouble}")


def _tell(address: "SandboxAddress") -> None:
    """Print what a desk needs to trade here."""
    is_spot = all(":" not in symbol for symbol in address.symbols)
    say(f"""\
# The local exchange listens at {address.base_url} until Ctrl-C. Nobody's money.
# Symbols: {", ".join(address.symbols)}
# Faults and truth: {address.base_url}/admin/faults, {address.base_url}/admin/truth

# In the shell that starts the desk:
export {_KEY}='{address.key}'
export {_SECRET}='{address.secret}'

# In platform.yaml, in place of the connector and the feed that stand there:
connector:
  name: ccxt
  ccxt:
    exchange: bybit
    market: {"spot" if is_spot else "swap"}
    mode: sandbox
    base_url: {address.base_url}
    api_key: env:{_KEY}
    secret: env:{_SECRET}
feed:
  name: connector""")
    sys.stdout.flush()  # whoever starts it in a pipe waits for these lines
