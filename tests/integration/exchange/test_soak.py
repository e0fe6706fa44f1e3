"""A daemon that trades at an exchange for half an hour: its memory stands still, its streams live.

`DESK_SOAK_MINUTES` says for how long instead: one minute shows that everything plays together, but not what
the memory does.
"""

import os
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.builders.exchange_desk import ENVIRONMENT, WILD_MARKET, differences, exchange_platform
from tests.builders.processes import DeskProcess, answered, started
from tests.builders.sandbox import SandboxProcess, started_sandbox

MINUTES = float(os.environ.get("DESK_SOAK_MINUTES", "30"))
LOOK_EVERY_S = 5.0
STOPS_WITHIN_S = 30
AROUND_S = (MINUTES + 10) * 60

SETTLED_AFTER_MINUTES = 14
"""By then all is full that keeps the newest of something: a thousand flows, orders and fills, 256 trades, the
ids of 4,096 trades of each symbol; and a comparison has the ten minutes to read that it always reads."""

MOST_GROWN_MB = 6.0
"""In a quarter of an hour after that, in which the desk decides some 2,500 times.

What lives stands still, the allocator touches some 2 MB of new pages: 2 KB that each decision left behind
would show.
"""

MOST_MB = 250.0
"""At any time: ccxt with its markets is some 120 of it, all that is kept another 50."""

FEWEST_FLOWS_A_MINUTE = 10


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def resident_mb(pid: int) -> float:
    """Return what a process has in memory, as `ps` tells it on every system."""
    command = ["ps", "-o", "rss=", "-p", str(pid)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / 1024


def traded(desk: DeskProcess) -> list[float]:
    """Let the desk trade for its time; return its memory as it was every few seconds."""
    samples: list[float] = []
    ends_s = time.monotonic() + MINUTES * 60
    while time.monotonic() < ends_s:
        desk.lives_for(LOOK_EVERY_S)
        samples.append(resident_mb(desk.process.pid))
    return samples


def grown_mb(samples: list[float]) -> float:
    """Return what memory grew by from the middle to the end, a tenth of the time taken together at each."""
    tenth = max(1, len(samples) // 10)
    middle = len(samples) // 2
    return statistics.median(samples[-tenth:]) - statistics.median(samples[middle : middle + tenth])


def check_memory(samples: list[float]) -> None:
    told = f"MB in memory, every {LOOK_EVERY_S} s: {[round(one, 1) for one in samples]}"
    sys.stdout.write(f"{told}\n")  # shown with -rP
    assert max(samples) < MOST_MB, told
    if MINUTES / 2 >= SETTLED_AFTER_MINUTES:
        assert grown_mb(samples) < MOST_GROWN_MB, told


def check_alive(folder: Path, exchange: SandboxProcess, desk: DeskProcess) -> None:
    """The desk is at work, every stream tells, and nothing is open that cannot be explained."""
    code, seen = answered(folder, "status", platform=exchange_platform(folder, exchange))
    assert code == 0, seen
    assert seen["state"] == "ACTIVE", seen["state_reason"]
    streams = {one["name"]: one for one in seen["health"]["streams"]}
    assert {"orders", "fills"} < streams.keys()
    assert len(streams) > len({"orders", "fills"}), "no market stream"
    assert all(one["is_up"] and not one["is_stale"] for one in streams.values()), streams
    assert not any(one["is_stale"] for one in seen["feeds"]), seen["feeds"]
    told = desk.told()
    broken = [one["text"] for one in told if one["type"] == "alarm" and " failed" in one["text"]]
    assert broken == [], "parts of the platform failed"
    ends = [one for one in told if one["type"] == "termination"]
    assert len(ends) > FEWEST_FLOWS_A_MINUTE * MINUTES, "too little happened to show anything"


def leave(folder: Path, exchange: SandboxProcess, desk: DeskProcess) -> None:
    """Leave everything, and stop in order."""
    code, told = answered(folder, "emergency-exit", "--yes", platform=exchange_platform(folder, exchange))
    assert code == 0, told
    desk.process.send_signal(signal.SIGTERM)
    assert desk.ends_within(STOPS_WITHIN_S) == 0


@pytest.mark.soak
@pytest.mark.timeout(AROUND_S)
def test_a_desk_that_trades_for_half_an_hour_neither_grows_nor_loses_a_stream(tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(WILD_MARKET, encoding="utf-8")
    with started_sandbox(scenario=scenario) as exchange:
        with started(tmp_path, platform=exchange_platform(tmp_path, exchange)) as desk:
            samples = traded(desk)
            check_alive(tmp_path, exchange, desk)
            leave(tmp_path, exchange, desk)
        assert exchange.truth()["positions"] == []
        assert differences(tmp_path, exchange) == []
    code, report = answered(tmp_path, "journal verify")
    assert code == 0, report
    check_memory(samples)
