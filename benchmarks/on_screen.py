"""A screen in a process of its own, as `desk run` has it: keys are pressed, and it tells what they took.

Run as `python -m benchmarks.on_screen WHAT SOCKET_FOLDER`; it writes `ready`, and at the end a line of JSON.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from textual.events import Key
from textual.pilot import Pilot

from desk.contracts.screen import ScreenSettings
from desk.control.connecting import reconnecting
from desk.control.place import SocketPlace
from desk.ui.app import DeskApp
from desk.ui.launch import writing_of
from desk.ui.parts import ScreenParts
from desk.ui.widgets.grid import Grid

BUSY_S = 12.0
_KEYS = 60
_QUIET_S = 10.0
_BURST_S = 20
_SIZE = (160, 45)
_MS = 1e6
_STDOUT = 1
"""The app takes `sys.stdout` for itself."""

Measurement = Callable[[DeskApp, Pilot[int]], Awaitable[dict[str, object]]]


class _NoMemory:
    """Remember nothing."""

    def load(self) -> Mapping[str, str]:
        return {"hints_seen": "yes"}

    def save(self, choices: Mapping[str, str]) -> None:
        return

    def export(self, name: str, text: str) -> str:
        return name


async def _keys(app: DeskApp, pilot: Pilot[int]) -> dict[str, object]:
    """Press keys for as long as the core was alone."""
    grid = app.query(Grid).first()
    grid.focus()
    await pilot.pause(1)
    _say("ready")
    answers_ms: list[float] = []
    for number in range(_KEYS):
        await asyncio.sleep(BUSY_S / _KEYS)
        answers_ms.append(await _answered_ms(app, grid, "down" if number < _KEYS // 2 else "up"))
    return {"answers_ms": answers_ms}


async def _answered_ms(app: DeskApp, grid: Grid, key: str) -> float:
    painted = asyncio.Event()
    before = grid.subject
    began_ns = time.perf_counter_ns()
    app.post_message(Key(key, None))
    while grid.subject == before:
        await asyncio.sleep(0)
    app.call_after_refresh(painted.set)
    await painted.wait()
    return (time.perf_counter_ns() - began_ns) / _MS


async def _leave(app: DeskApp, _: Pilot[int]) -> dict[str, object]:
    """Press the exit's key twice in a burst, and wait for the end."""
    _say("ready")
    await asyncio.sleep(_BURST_S)
    app.post_message(Key("X", "X"))
    await asyncio.sleep(0.5)
    second_key_ns = time.perf_counter_ns()
    app.post_message(Key("X", "X"))
    async with asyncio.timeout(60):
        while (
            (frame := app.board.newest) is None or frame.snapshot.exit is None or not frame.snapshot.exit.word
        ):
            await asyncio.sleep(0.1)
    end = frame.snapshot.exit
    return {"second_key_ns": second_key_ns, "word": end.word, "flat_s": end.elapsed_ms / 1000}


async def _rest(_: DeskApp, pilot: Pilot[int]) -> dict[str, object]:
    """Do nothing, and tell what that costs."""
    await pilot.pause(2)
    began_ns, cpu_ns = time.perf_counter_ns(), time.process_time_ns()
    await asyncio.sleep(_QUIET_S)
    return {"share": (time.process_time_ns() - cpu_ns) / (time.perf_counter_ns() - began_ns)}


MEASUREMENTS: Mapping[str, Measurement] = {"keys": _keys, "leave": _leave, "rest": _rest}


async def _measured(name: str, folder: Path) -> dict[str, object]:
    settings = ScreenSettings(time_zone="UTC")
    client = reconnecting(SocketPlace(folder))
    app = DeskApp(ScreenParts(client, settings, _NoMemory(), writing_of(settings)))
    async with app.run_test(size=_SIZE) as pilot:
        while not app.query(Grid) or not app.query(Grid).first().rows:
            await pilot.pause(0.05)
        return await MEASUREMENTS[name](app, pilot)


def _say(line: str) -> None:
    os.write(_STDOUT, f"{line}\n".encode())


if __name__ == "__main__":
    _say(json.dumps(asyncio.run(_measured(sys.argv[1], Path(sys.argv[2])))))
