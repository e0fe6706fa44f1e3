"""A real daemon under a service manager's eye: ready, alive, standing, stopping; its log, and its signals."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.builders.alert_server import AlertServer, alert_server
from tests.builders.processes import CALM, STARTS_WITHIN_S, DeskProcess, answered, command, started
from tests.builders.service_socket import ServiceSocket, service_socket

STOPS_WITHIN_S = 5
WATCHDOG_MS = 600
"""It beats every 300 ms."""

SILENT_FOR_S = 2


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServiceSocket]:
    with service_socket(tmp_path / "notify") as heard:
        monkeypatch.setenv("NOTIFY_SOCKET", heard.address)
        monkeypatch.setenv("WATCHDOG_USEC", str(WATCHDOG_MS * 1000))
        yield heard


@contextmanager
def stopped(desk: DeskProcess) -> Iterator[None]:
    desk.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        desk.process.send_signal(signal.SIGCONT)


def log_lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_it_says_when_it_is_ready_that_it_lives_how_it_stands_and_that_it_stops(
    tmp_path: Path, service: ServiceSocket
) -> None:
    with started(tmp_path, volatility=CALM) as desk:
        service.heard("READY=1")
        assert "ACTIVE on PAPER, 0 positions" in service.heard("STATUS=")
        service.heard("WATCHDOG=1")
        service.heard("WATCHDOG=1")
        assert answered(tmp_path, "halt", "--reason", "a test wants it")[0] == 0
        assert "HALTED (a test wants it)" in service.heard("STATUS=")

        with stopped(desk):
            service.falls_silent(SILENT_FOR_S)
        service.heard("WATCHDOG=1")

        log = tmp_path / "state" / "desk.log"
        log.rename(tmp_path / "moved.log")
        desk.process.send_signal(signal.SIGHUP)
        desk.lives_until(log.exists)
        service.drain()
        service.heard("WATCHDOG=1")
        assert log_lines(tmp_path / "moved.log")[0]["event"] == "started"

        desk.process.send_signal(signal.SIGTERM)
        service.heard("STOPPING=1")
        assert desk.ends_within(STOPS_WITHIN_S) == 0
    assert service.said.count("READY=1") == 1
    assert log.stat().st_mode & 0o777 == 0o600


BLUEPRINT = """\
name: blocks
symbols: [BTC/USDT:USDT]
workers:
  - use: blocks.py:Blocks
    name: blocks
planners:
  entry: [{use: market}]
  size: [{use: fixed_notional, parameters: {notional_quote: 100}}]
  exit: [{use: stop_and_target}]
  routing: [{use: immediate}]
"""

BLOCKS = """\
import threading
from pathlib import Path

from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import TICK_RECEIVED
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest
from desk.workers.base import Worker


class Nothing(Parameters):
    pass


class Blocks(Worker):
    manifest = WorkerManifest(
        name="blocks",
        category=WorkerCategory.DYNAMIC_MANAGEMENT,
        summary="Holds the core up while there is a file.",
        handlers={TICK_RECEIVED: "on_tick"},
        publishes=frozenset(),
        parameters=Nothing,
    )

    def on_tick(self, tick) -> DispositionEnvelope:
        while Path("FLAG").exists():
            threading.Event().wait(0.05)
        return DispositionEnvelope.CONTINUE
"""


def test_a_core_that_is_blocked_does_not_beat_and_the_operator_is_told(
    tmp_path: Path, service: ServiceSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag = tmp_path / "block"
    (tmp_path / "blocks.py").write_text(BLOCKS.replace("FLAG", str(flag)))
    blueprint = tmp_path / "blocks.yaml"
    blueprint.write_text(BLUEPRINT)
    told = ("--blueprint", str(blueprint), "--set", "notifications.urls=[env:ALERTS]")
    with alert_server() as alerts:
        monkeypatch.setenv("ALERTS", alerts.url)
        with started(tmp_path, *told, volatility=CALM) as desk:
            blocks_and_goes_on(desk, flag, service, alerts)
    [text] = [
        one["text"] for one in log_lines(tmp_path / "state" / "desk.log") if one["event"] == "core blocked"
    ]
    assert "blocks.py" in text, "it says where"


def blocks_and_goes_on(desk: DeskProcess, flag: Path, service: ServiceSocket, alerts: AlertServer) -> None:
    service.heard("WATCHDOG=1")
    flag.touch()
    service.falls_silent(SILENT_FOR_S)
    assert "the core has been blocked for" in alerts.next()["message"]
    assert service.next(SILENT_FOR_S) == []
    flag.unlink()
    service.heard("WATCHDOG=1")
    desk.lives_until(lambda: "REDUCING" in desk.words.read_text())


def test_a_desk_that_cannot_start_is_never_ready(tmp_path: Path, service: ServiceSocket) -> None:
    code, answer = answered(tmp_path, "daemon", "--set", "notifications.urls=[env:THERE_IS_NONE]")
    assert code == 2
    assert "env:THERE_IS_NONE" in answer["stderr"]
    service.drain()
    assert "READY=1" not in service.said


def test_an_abstract_address_is_one_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with service_socket(f"@desk-test-{os.getpid()}") as heard:
        monkeypatch.setenv("NOTIFY_SOCKET", heard.address)
        with started(tmp_path, volatility=CALM):
            heard.heard("READY=1")


def unit() -> dict[str, list[str]]:
    """Read the unit that is shipped: every value of each key."""
    lines = (Path(__file__).parents[3] / "deploy" / "desk.service").read_text().splitlines()
    found: dict[str, list[str]] = {}
    for key, sign, value in (line.partition("=") for line in lines if not line.startswith(("#", "["))):
        if sign:
            found.setdefault(key, []).append(value)
    return found


def test_the_unit_that_is_shipped_runs_a_daemon(tmp_path: Path, service: ServiceSocket) -> None:
    said = unit()
    assert said["Type"] == ["notify"]
    assert said["WatchdogSec"] == ["30"]
    [line] = said["ExecStart"]
    _, *given = line.split()
    ours = command(tmp_path, "daemon")
    paths = {"/etc/desk/platform.yaml": ours[5], "/etc/desk/blueprint.yaml": ours[7]}
    paths["storage.path=/var/lib/desk/state"] = f"storage.path={tmp_path / 'state'}"
    arguments = [*ours[:3], *(paths.get(one, one) for one in given), "--duration", "1s"]
    done = subprocess.run(arguments, capture_output=True, check=False, timeout=STARTS_WITHIN_S)
    assert done.returncode == 0, done.stderr
    service.heard("READY=1")
    service.heard("STOPPING=1")
