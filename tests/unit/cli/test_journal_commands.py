"""The journal's commands, asked of the journal of a small replay."""

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from desk.cli.main import main
from tests.builders.config import PLATFORM, QUICK_TREND, changed, rising_candles, written


@dataclass(frozen=True)
class Replayed:
    """Hold where a replay was run."""

    folder: Path

    @property
    def platform(self) -> str:
        return str(self.folder / "platform.yaml")

    @property
    def journal(self) -> Path:
        return self.folder / "state" / "replay" / "journal.sqlite3"


def replayed(folder: Path, platform: str) -> Replayed:
    """Replay a rise and a fall with a strategy that trades them."""
    text = changed(platform, "risk:\n", f"storage: {{path: {folder}/state}}\nrisk:\n")
    files = [
        written(folder, "platform.yaml", text),
        written(folder, "quick.yaml", QUICK_TREND),
        written(folder, "candles.csv", rising_candles(90)),
    ]
    platform_file, blueprint, data = (str(path) for path in files)
    assert main(["replay", "--platform", platform_file, "--blueprint", blueprint, "--data", data]) == 0
    return Replayed(folder)


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    return replayed(tmp_path_factory.mktemp("traded"), PLATFORM)


@pytest.fixture(scope="module")
def forbidden(tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    """Replay with a limit that no order keeps."""
    platform = changed(PLATFORM, "max_order_notional: 50000", "max_order_notional: 10")
    return replayed(tmp_path_factory.mktemp("forbidden"), platform)


@pytest.fixture
def locked(traded: Replayed) -> Iterator[None]:
    """Hold the lock that a living desk holds."""
    path = traded.journal.with_name("desk.lock")
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield
    os.close(descriptor)
    path.unlink()


def exported(replay: Replayed, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main(["journal", "export", "--journal", str(replay.journal)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_journal_is_exported_as_json_lines(traded: Replayed, capsys: pytest.CaptureFixture[str]) -> None:
    kinds = {entry["kind"] for entry in exported(traded, capsys)}
    assert {"RUN_STARTED", "DIRECTIVE_ISSUED", "FILL_BOOKED", "FLOW_ENDED"} <= kinds


def test_every_fill_says_why(traded: Replayed, capsys: pytest.CaptureFixture[str]) -> None:
    fills = [entry["id"] for entry in exported(traded, capsys) if entry["kind"] == "FILL_BOOKED"]
    assert fills
    for fill in fills:
        assert main(["why", fill, "--journal", str(traded.journal), "--json"]) == 0
        answer = json.loads(capsys.readouterr().out)
        assert answer["is_unbroken"] is True
        assert answer["nodes"][0]["id"].startswith("TCK_")


def test_why_is_told_in_lines_too(traded: Replayed, capsys: pytest.CaptureFixture[str]) -> None:
    fill = next(entry["id"] for entry in exported(traded, capsys) if entry["kind"] == "FILL_BOOKED")
    assert main(["why", fill, "--journal", str(traded.journal)]) == 0
    shown = capsys.readouterr().out
    assert f"{fill}  <== asked" in shown
    assert "directive NEW_TRADE" in shown
    assert "broken" not in shown


def test_a_whole_journal_is_verified(traded: Replayed, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["journal", "verify", "--journal", str(traded.journal)]) == 0
    assert "whole" in capsys.readouterr().out
    assert main(["journal", "verify", "--journal", str(traded.journal), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["ok"], answer["fault"]) == (True, None)
    assert answer["fills"] == answer["fills_unbroken"] > 0


def test_a_journal_that_was_touched_fails(
    traded: Replayed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "journal.sqlite3"
    with sqlite3.connect(traded.journal) as source, sqlite3.connect(copy) as target:
        source.backup(target)
        target.execute("UPDATE entry SET data = replace(data, '40', '41') WHERE kind = 'FILL_BOOKED'")
    source.close()
    target.commit()
    target.close()
    capsys.readouterr()
    assert main(["journal", "verify", "--journal", str(copy), "--json"]) == 1
    answer = capsys.readouterr()
    assert json.loads(answer.out)["ok"] is False
    assert "does not match its hash" in answer.err


def test_why_not_tells_who_refused_and_why(forbidden: Replayed, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["why-not", "--journal", str(forbidden.journal), "--json"]) == 0
    refusals = json.loads(capsys.readouterr().out)["refusals"]
    assert refusals
    assert all("over the limit of 10" in one["reason"] for one in refusals)
    assert main(["why-not", refusals[0]["flow_id"], "--journal", str(forbidden.journal)]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert refusals[0]["reason"] in line


def test_where_nothing_was_refused_that_is_said(traded: Replayed, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["why-not", "--journal", str(traded.journal)]) == 0
    assert capsys.readouterr().out == "nothing was refused\n"
    assert main(["why-not", "no_such_worker", "--journal", str(traded.journal)]) == 0
    assert capsys.readouterr().out == "nothing about no_such_worker was refused\n"


def test_an_id_that_nobody_has_is_a_mistake(traded: Replayed, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["why", "FIL_nobody", "--journal", str(traded.journal)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.usefixtures("locked")
@pytest.mark.parametrize("command", ["why X", "why-not", "journal verify", "journal export"])
def test_the_journal_of_a_living_desk_is_left_alone(
    traded: Replayed, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    capsys.readouterr()
    assert main([*command.split(), "--journal", str(traded.journal)]) == 4
    answer = capsys.readouterr()
    assert answer.out == ""
    assert "a desk is running" in answer.err


def test_the_desks_own_journal_is_found_by_its_platform(
    traded: Replayed, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["journal", "verify", "--platform", traded.platform]) == 2
    own = traded.folder / "state" / "journal.sqlite3"
    assert capsys.readouterr().err.startswith(f"{own}: there is no journal")
    setting = f"storage.path={traded.journal.parent}"
    assert main(["journal", "verify", "--platform", traded.platform, "--set", setting]) == 0


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "text.sqlite3", "this is text\n" * 1000)
    assert main(["journal", "verify", "--journal", str(path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
