"""What a screen costs the core, and how soon it answers: both on a busy desk in this very run."""

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.busy_desk import BusyDesk, busy_configuration
from benchmarks.fixtures import ROOT
from benchmarks.measuring import Figure, p50_and_p99, percentile, tell
from benchmarks.on_screen import BUSY_S
from desk.bootstrap.collector import settle_collector

_POSITIONS = 200
_TICKS_PER_SECOND = 2_000
_BURST_TICKS_PER_SECOND = 5_000
_SIZE = (160, 45)
_MS = 1e6


def measure(folder: Path) -> list[Figure]:
    """Measure the terminal, headless but for the first paint, which takes a real one."""
    tell(f"{_POSITIONS} positions, 50 symbols, {_TICKS_PER_SECOND} ticks/s, with and without a screen")
    busy = _beside_a_screen(folder / "busy")
    tell(f"two keys in a burst of {_BURST_TICKS_PER_SECOND} ticks/s")
    burst = _way_out(folder / "burst")
    tell("a quiet market, and the first paint")
    return [*busy, burst, _idle(folder / "quiet"), _first_paint(folder / "paint")]


class _Screen:
    """A screen in a process of its own."""

    def __init__(self, measurement: str, desk: BusyDesk) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "benchmarks.on_screen", measurement, str(desk.socket_folder)],
            stdout=subprocess.PIPE, cwd=ROOT, text=True,
        )  # fmt: skip

    def wait_until_ready(self) -> None:
        """Wait until it shows the desk, and what follows counts."""
        if self._line() != "ready":
            raise RuntimeError("the screen did not open")

    def told(self) -> dict[str, Any]:
        """Wait for the end of its measurement, and return what it found."""
        found: dict[str, Any] = json.loads(self._line())
        self._process.wait()
        return found

    def _line(self) -> str:
        assert self._process.stdout is not None  # noqa: S101 - it is piped
        return self._process.stdout.readline().strip()


def _beside_a_screen(folder: Path) -> list[Figure]:
    with BusyDesk(busy_configuration(folder, _TICKS_PER_SECOND), _POSITIONS) as desk:
        settle_collector()  # as a running desk does
        desk.probe.microseconds.clear()
        threading.Event().wait(BUSY_S)
        alone = list(desk.probe.microseconds)
        screen = _Screen("keys", desk)
        screen.wait_until_ready()
        desk.probe.microseconds.clear()  # opening the screen is over; from here on it is open
        keys_ms = screen.told()["answers_ms"]
        beside = list(desk.probe.microseconds)
    ratio = percentile(beside, 0.99) / percentile(alone, 0.99)
    return [
        Figure("tick → order sent without a screen: p50 / p99", p50_and_p99(alone), "µs"),
        Figure("tick → order sent beside the screen: p50 / p99", p50_and_p99(beside), "µs"),
        Figure("p99 beside the screen against without", f"{ratio:.2f} times", "goal at most 1.5"),
        Figure(
            "key to its effect painted: p50 / p95",
            f"{percentile(keys_ms, 0.5):.0f} / {percentile(keys_ms, 0.95):.0f}",
            "ms; goal p95 at most 100",
        ),
    ]


def _way_out(folder: Path) -> Figure:
    with BusyDesk(busy_configuration(folder, _BURST_TICKS_PER_SECOND), 20) as desk:
        desk.probe.is_on = False
        screen = _Screen("leave", desk)
        screen.wait_until_ready()
        found = screen.told()
        pressed_ns = found["second_key_ns"]
        key_to_cancel_ms = (min(one for one in desk.probe.requests_ns if one > pressed_ns) - pressed_ns) / _MS
    return Figure(
        f"second exit key → first cancel, {_BURST_TICKS_PER_SECOND} ticks/s",
        f"{key_to_cancel_ms:.0f} ms",
        f"20 positions {found['word']} after {found['flat_s']:.1f} s; aim 200, 120 of it to tell a held key",
    )


def _idle(folder: Path) -> Figure:
    with BusyDesk(busy_configuration(folder, 50), 3) as desk:
        desk.probe.is_on = False
        share = _Screen("rest", desk).told()["share"]
    return Figure("screen alone, quiet market, 4 Hz", f"{share:.1%} of one core", "goal under 5 %")


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
