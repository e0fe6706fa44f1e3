"""`desk run` and the folder it keeps its state in."""

from pathlib import Path

import pytest

from desk.bootstrap.lock import desk_lock
from desk.cli.main import main
from desk.config.storage import StorageLayout
from tests.builders.config import BLUEPRINT, PLATFORM, rising_candles, written


def run(folder: Path, state: Path, *more: str) -> int:
    platform = written(folder, "platform.yaml", PLATFORM)
    asked = ["run", "--platform", str(platform), "--duration", "100ms", "--set", f"storage.path={state}"]
    return main([*asked, *more])


def test_a_folder_that_cannot_be_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_the_way = written(tmp_path, "taken", "a file")
    for state in (in_the_way, in_the_way / "below"):
        assert run(tmp_path, state) == 2
        [line] = capsys.readouterr().err.splitlines()
        assert line.startswith(f"{state}: storage.path: cannot be made a folder: ")
    assert in_the_way.read_text() == "a file"


def test_a_journal_is_kept_to_its_desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, tmp_path / "state") == 0
    capsys.readouterr()
    assert run(tmp_path, tmp_path / "state", "--set", "desk.id=another-desk") == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("platform.yaml: desk.id: another-desk is not the desk of ")
    assert "write test-desk, or another storage.path" in line
    assert run(tmp_path, tmp_path / "state") == 0


def test_a_desk_without_blueprints_says_that_nothing_decides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, tmp_path / "state") == 0
    assert "no blueprint: nothing decides on new trades" in capsys.readouterr().err


def replay(folder: Path, state: Path) -> int:
    platform = written(folder, "platform.yaml", PLATFORM)
    blueprint = written(folder, "trend.yaml", BLUEPRINT)
    data = written(folder, "spot.csv", rising_candles(5))
    asked = ["replay", "--data", f"BTC/USDT={data}", "--blueprint", str(blueprint)]
    return main([*asked, "--platform", str(platform), "--set", f"storage.path={state}"])


def test_a_replay_leaves_the_journal_of_one_that_runs_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    storage = StorageLayout(tmp_path).replay
    storage.create()
    storage.journal.write_text("being written")
    with desk_lock(storage):
        assert replay(tmp_path, tmp_path) == 4
    assert "another desk" in capsys.readouterr().err
    assert storage.journal.read_text() == "being written"
    assert replay(tmp_path, tmp_path) == 0


def test_a_replay_tells_of_symbols_without_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay(tmp_path, tmp_path / "state") == 0
    assert "trend: no --data brings BTC/USDT:USDT, so nothing happens there" in capsys.readouterr().err


def test_a_recording_at_a_pace_names_the_journal_it_keeps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = written(tmp_path, "spot.csv", rising_candles(5))
    settings = f"feed={{name: replay, replay: {{files: {{BTC/USDT: {data}}}, speed: 100}}}}"
    assert run(tmp_path, tmp_path / "state", "--set", settings) == 0
    named = Path(capsys.readouterr().err.splitlines()[0].partition("journal ")[2])
    assert named == tmp_path / "state" / "replay" / "journal.sqlite3"
    assert named.is_file()
