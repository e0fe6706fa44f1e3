"""A real daemon, asked and told by real commands from outside."""

import asyncio
import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from desk.cli.main import main
from desk.config.storage import StorageLayout
from desk.contracts.snapshot import Snapshot
from desk.control.connecting import connected
from tests.builders import processes
from tests.builders.processes import DeskProcess, answered, command, started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("living")


@pytest.fixture(scope="module")
def daemon(folder: Path) -> Iterator[DeskProcess]:
    """Start a desk that trades, and wait for its first fill."""
    with started(folder) as desk:
        desk.lives_until_told(lambda lines: any(one["type"] == "fill" for one in lines))
        yield desk


@dataclass(frozen=True)
class Told:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.out)
        return answer


class Operator:
    """Somebody who types commands beside a desk; they run in this process, which starts none for them."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def types(self, folder: Path, line: str, *, then: str = "") -> Told:
        """Type a command, and `then` at what it asks back."""
        self._capsys.readouterr()
        self._monkeypatch.setattr("sys.stdin", io.StringIO(then))
        code = main([*line.split(), "--platform", str(folder / "platform.yaml")])
        said = self._capsys.readouterr()
        return Told(code, said.out, said.err)


@pytest.fixture
def operator(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Operator:
    return Operator(capsys, monkeypatch)


@pytest.mark.usefixtures("daemon")
def test_workers_tells_which_of_them_run(folder: Path, operator: Operator) -> None:
    running = operator.types(folder, "workers --json").json["running"]
    assert {one["status"] for one in running} == {"RUNNING"}
    assert len({one["name"] for one in running}) > 1
    assert "RUNNING" in operator.types(folder, "workers").out


def test_status_shows_the_desk_whole(folder: Path, daemon: DeskProcess, operator: Operator) -> None:
    seen = operator.types(folder, "status --json").json
    assert (seen["desk_id"], seen["mode"], seen["pid"]) == ("test-desk", "PAPER", daemon.process.pid)
    assert {one["symbol"] for one in seen["feeds"]} == {"BTC/USDT:USDT", "ETH/USDT:USDT"}
    assert isinstance(seen["account"]["equity"]["value"], str)
    told = operator.types(folder, "status")
    assert told.code == 0
    assert told.out.startswith("test-desk on PAPER is ACTIVE")
    assert "BTC/USDT:USDT" in told.out


@pytest.mark.usefixtures("daemon")
def test_a_halted_desk_is_rearmed_by_the_word_alone(folder: Path, operator: Operator) -> None:
    assert operator.types(folder, "halt --reason lunch --json").json["state"] == "HALTED"
    assert operator.types(folder, "status --json").json["state_reason"] == "lunch"
    mistyped = operator.types(folder, "rearm", then="rearm\n")
    assert mistyped.code == 4
    assert "the word is REARM" in mistyped.err
    assert operator.types(folder, "status --json").json["state"] == "HALTED"
    assert operator.types(folder, "rearm", then="REARM\n").code == 0
    assert operator.types(folder, "status --json").json["state"] == "ACTIVE"
    assert operator.types(folder, "halt").code == 0
    assert operator.types(folder, "rearm --yes --json").json["state"] == "ACTIVE"


@pytest.mark.usefixtures("daemon")
def test_the_journal_of_a_living_desk_is_asked_over_its_socket(folder: Path, operator: Operator) -> None:
    exported = operator.types(folder, "journal export")
    assert exported.code == 0
    entries: list[dict[str, Any]] = [json.loads(line) for line in exported.out.splitlines()]
    assert [one["sequence"] for one in entries] == list(range(1, len(entries) + 1))
    assert all(now["previous_hash"] == before["hash"] for before, now in pairwise(entries))
    fill = next(one["id"] for one in entries if one["kind"] == "FILL_BOOKED")
    tree = operator.types(folder, f"why {fill} --json").json
    assert tree["is_unbroken"] is True
    assert tree["nodes"][0]["id"].startswith("TCK_")
    report = operator.types(folder, "journal verify --json").json
    assert (report["ok"], report["fault"]) == (True, None)
    assert report["entries"] >= len(entries)
    assert report["fills"] == report["fills_unbroken"] > 0
    assert operator.types(folder, "why-not").code == 0
    unknown = operator.types(folder, "why FIL_nobody")
    assert unknown.code == 2
    assert "the journal has no 'FIL_nobody'" in unknown.err


@pytest.mark.usefixtures("daemon")
async def test_ten_screens_look_at_once(folder: Path) -> None:
    async def watches() -> list[Snapshot]:
        async with connected(StorageLayout(folder / "state")) as client:
            return [await client.snapshot() for _ in range(10)]

    async with asyncio.TaskGroup() as group:
        watching = [group.create_task(watches()) for _ in range(10)]
    for one in watching:
        times = [seen.time_ms for seen in one.result()]
        assert times == sorted(times)


HALF_A_COMMAND = """
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(b'{"desk_control":1}\\n{"id":1,"ask":"snapshot","with":null}\\n{"id":2,"ask":"execute","with":{"comm')
print("sent", flush=True)
sys.stdin.read()
"""


def test_a_client_killed_amid_a_request_changes_nothing(
    folder: Path, daemon: DeskProcess, operator: Operator
) -> None:
    line = [sys.executable, "-S", "-c", HALF_A_COMMAND, str(folder / "state" / "control" / "desk.sock")]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == b"sent\n"
        client.kill()
    assert operator.types(folder, "status --json").json["state"] == "ACTIVE"
    assert not [one for one in daemon.told() if one["type"] == "alarm" and " failed: " in one["text"]]


def test_flatten_is_refused_while_the_desk_lives(folder: Path, daemon: DeskProcess) -> None:
    code, answer = answered(folder, "flatten", "--yes")
    assert code == 4
    assert f"a desk (process {daemon.process.pid}) lives in " in answer["stderr"]
    assert "`desk emergency-exit` leaves by it" in answer["stderr"]
    assert not (folder / "state" / "flattened.json").exists()


def test_an_emergency_exit_from_outside_ends_flat(
    folder: Path, daemon: DeskProcess, operator: Operator
) -> None:
    refused = operator.types(folder, "emergency-exit", then="n\n")
    assert refused.code == 4
    assert refused.err.startswith("test-desk on PAPER (paper), ACTIVE:")
    code, verdict = answered(folder, "emergency-exit", "--yes", "--reason", "a test wants it")
    assert (code, verdict["by"], verdict["word"]) == (0, "desk", "FLAT")
    seen = operator.types(folder, "status --json").json
    assert (seen["state"], seen["positions"], seen["orders"]) == ("HALTED", [], [])
    assert verdict["flow_id"] == seen["exit"]["flow_id"]
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.ends_within(processes.STARTS_WITHIN_S) == 0
    assert not (folder / "state" / "control" / "desk.sock").exists()
    assert operator.types(folder, "status").code == 4


def test_a_desk_that_hangs_and_one_that_dies_are_both_left(tmp_path: Path, operator: Operator) -> None:
    with started(tmp_path) as desk:
        until_it(tmp_path, desk, lambda seen: bool(seen.positions))
        desk.process.send_signal(signal.SIGSTOP)
        told = leaves_while_it_hangs(tmp_path, desk)
        assert "starting desk flatten" in told
        assert f"`kill -9 {desk.process.pid}` and flatten again" in told
        assert operator.types(tmp_path, "rearm --yes").code == 0
        until_it(tmp_path, desk, lambda seen: bool(seen.positions))
        desk.kill()
    for line in ("status", "halt", "rearm --yes"):
        refused = operator.types(tmp_path, line)
        assert refused.code == 4
        assert "the socket was left by one that died" in refused.err
    code, verdict = answered(tmp_path, "emergency-exit", "--yes")
    assert (code, verdict["by"], verdict["word"]) == (0, "flatten", "FLAT")
    with started(tmp_path) as desk:
        assert " is HALTED (flattened by desk flatten (process " in desk.greeting
        until_it(tmp_path, desk, lambda seen: not seen.orders)  # what was never sent is proven so first
        seen = operator.types(tmp_path, "status --json").json
        assert (seen["state"], seen["positions"], seen["orders"]) == ("HALTED", [], [])
        assert operator.types(tmp_path, "rearm --yes --json").json["state"] == "ACTIVE"
        assert not (tmp_path / "state" / "flattened.json").exists()
        until_it(tmp_path, desk, lambda seen: bool(seen.positions))
        desk.kill()
    assert operator.types(tmp_path, "journal verify --json").json["ok"] is True


def leaves_while_it_hangs(folder: Path, desk: DeskProcess) -> str:
    """Ask a stopped desk for its exit, wake it once nothing else can be done, and see it end flat."""
    line = [one for one in command(folder, "emergency-exit", "--yes") if one != "--json"]
    words = folder / "exit.txt"
    with words.open("wb") as said, subprocess.Popen(line, stdout=said, stderr=said) as asking:
        desk.lives_until(lambda: "so the desk is asked once more, with patience" in words.read_text())
        desk.process.send_signal(signal.SIGCONT)
        assert asking.wait(processes.STARTS_WITHIN_S) == 0
    assert "FLAT after " in words.read_text()
    return words.read_text()


def until_it(folder: Path, desk: DeskProcess, is_so: Callable[[Snapshot], bool]) -> None:
    """Wait until the desk's picture shows something."""

    async def look() -> Snapshot:
        async with connected(StorageLayout(folder / "state")) as client:
            return await client.snapshot()

    desk.lives_until(lambda: is_so(asyncio.run(look())))
