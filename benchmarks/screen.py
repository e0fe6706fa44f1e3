"""What a screen costs the core, and how soon it answers: both on a busy desk in this very run."""

import asyncio
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from textual.events import Key

from benchmarks.busy_desk import BusyDesk, busy_configuration
from benchmarks.fixtures import ROOT
from benchmarks.measuring import Figure, percentile, tell
from desk.bootstrap.collector import settle_collector
from desk.contracts.screen import ScreenSettings
from desk.ui.app import DeskApp
from desk.ui.launch import writing_of
from desk.ui.parts import ScreenParts
from desk.ui.widgets.grid import Grid

_POSITIONS = 200
_TICKS_PER_SECOND = 2_000
_BURST_TICKS_PER_SECOND = 5_000
_SIDE_S = 12.0
_KEYS = 60
_QUIET_S = 10.0
_SIZE = (160, 45)
_MS = 1e6


class _NoMemory:
    """Remember nothing."""

    def load(self) -> Mapping[str, str]:
        return {"hints_seen": "yes"}

    def save(self, choices: Mapping[str, str]) -> None:
        return

    def export(self, name: str, text: str) -> str:
        return name


def measure(folder: Path) -> list[Figure]:
    """Measure the terminal, headless but for the first paint, which takes a real one."""
    tell(f"{_POSITIONS} positions, 50 symbols, {_TICKS_PER_SECOND} ticks/s, with and without a screen")
    busy = _beside_a_screen(folder / "busy")
    tell(f"two keys in a burst of {_BURST_TICKS_PER_SECOND} ticks/s")
    burst = _way_out(folder / "burst")
    tell("a quiet market, and the first paint")
    return [*busy, burst, _idle(folder / "quiet"), _first_paint(folder / "paint")]


def _app(desk: BusyDesk) -> DeskApp:
    settings = ScreenSettings(time_zone="UTC")
    return DeskApp(ScreenParts(desk.client, settings, _NoMemory(), writing_of(settings)))


def _beside_a_screen(folder: Path) -> list[Figure]:
    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)  # as `desk run` does
    with BusyDesk(busy_configuration(folder, _TICKS_PER_SECOND), _POSITIONS) as desk:
        settle_collector()  # as a running desk does
        desk.probe.microseconds.clear()
        threading.Event().wait(_SIDE_S)
        alone = list(desk.probe.microseconds)
        keys_ms = asyncio.run(_with_keys(desk))
        beside = list(desk.probe.microseconds)
    sys.setswitchinterval(interval_s)
    ratio = percentile(beside, 0.99) / percentile(alone, 0.99)
    return [
        Figure("tick → order sent without a screen: p50 / p99", _pair(alone), "µs"),
        Figure("tick → order sent beside the screen: p50 / p99", _pair(beside), "µs"),
        Figure("p99 beside the screen against without", f"{ratio:.2f} times", "goal at most 1.5"),
        Figure(
            "key to its effect painted: p50 / p95",
            f"{percentile(keys_ms, 0.5):.0f} / {percentile(keys_ms, 0.95):.0f}",
            "ms; goal p95 at most 100",
        ),
    ]


async def _with_keys(desk: BusyDesk) -> list[float]:
    """Open the screen for as long as the core was alone, and press keys meanwhile."""
    app = _app(desk)
    answers_ms: list[float] = []
    async with app.run_test(size=_SIZE) as pilot:
        while not app.query(Grid) or not app.query(Grid).first().rows:
            await pilot.pause(0.05)
        grid = app.query(Grid).first()
        grid.focus()
        await pilot.pause(1)
        settle_collector()
        desk.probe.microseconds.clear()  # opening the screen is over; from here on it is open
        for number in range(_KEYS):
            await asyncio.sleep(_SIDE_S / _KEYS)
            answers_ms.append(await _answered_ms(app, grid, "down" if number < _KEYS // 2 else "up"))
    return answers_ms


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


def _way_out(folder: Path) -> Figure:
    with BusyDesk(busy_configuration(folder, _BURST_TICKS_PER_SECOND), 20) as desk:
        desk.probe.is_on = False
        key_to_cancel_ms, word, flat_s = asyncio.run(_leave(desk))
    return Figure(
        f"second exit key → first cancel, {_BURST_TICKS_PER_SECOND} ticks/s",
        f"{key_to_cancel_ms:.0f} ms",
        f"20 positions {word} after {flat_s:.1f} s; aim 200 ms, 120 of them to tell a held key",
    )


async def _leave(desk: BusyDesk) -> tuple[float, str, float]:
    app = _app(desk)
    async with app.run_test(size=_SIZE) as pilot:
        while app.board.newest is None:
            await pilot.pause(0.05)
        await asyncio.sleep(20)
        app.post_message(Key("X", "X"))
        await asyncio.sleep(0.5)
        sent = len(desk.probe.requests_ns)
        began_ns = time.perf_counter_ns()
        app.post_message(Key("X", "X"))
        while len(desk.probe.requests_ns) == sent:
            await asyncio.sleep(0.001)
        first_ms = (desk.probe.requests_ns[sent] - began_ns) / _MS
        async with asyncio.timeout(60):
            while (end := (await desk.client.snapshot()).exit) is None or not end.is_over:
                await asyncio.sleep(0.1)
    return first_ms, end.word, end.elapsed_ms / 1000


def _idle(folder: Path) -> Figure:
    with BusyDesk(busy_configuration(folder, 50), 3) as desk:
        desk.probe.is_on = False
        share = asyncio.run(_share_of_a_core(desk))
    return Figure("screen alone, quiet market, 4 Hz", f"{share:.1%} of one core", "goal under 5 %")


async def _share_of_a_core(desk: BusyDesk) -> float:
    app = _app(desk)
    async with app.run_test(size=_SIZE) as pilot:
        await pilot.pause(2)
        began_ns, cpu_ns = time.perf_counter_ns(), time.thread_time_ns()
        await asyncio.sleep(_QUIET_S)
        return (time.thread_time_ns() - cpu_ns) / (time.perf_counter_ns() - began_ns)


def _first_paint(folder: Path) -> Figure:
    """Start `desk run` in a terminal of its own, thrice; the first start also warms the disk."""
    seconds = [_paint_s(folder / str(number)) for number in range(4)][1:]
    return Figure(
        "`desk run` → first paint", f"{min(seconds):.2f} s", "goal under 1; best of three warm starts"
    )


def _paint_s(folder: Path) -> float:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", _SIZE[1], _SIZE[0], 0, 0))
    began_ns = time.perf_counter_ns()
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "desk.cli.main", "run", "--blueprint", "blueprints/demo.yaml",
         "--set", f"storage.path={folder}", "--duration", "3s"],
        stdin=slave, stdout=slave, stderr=subprocess.DEVNULL, cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(slave)
    seen, took_s = b"", 0.0
    while select.select([master], [], [], 20)[0]:
        try:
            seen += os.read(master, 65536)
        except OSError:
            break
        if not took_s and (b"waiting" in seen or b"ACTIVE" in seen):
            took_s = (time.perf_counter_ns() - began_ns) / 1e9
    process.wait()
    os.close(master)
    return took_s


def _pair(values: list[float]) -> str:
    return f"{percentile(values, 0.5):,.0f} / {percentile(values, 0.99):,.0f}"
