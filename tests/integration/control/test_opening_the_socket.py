"""What a desk does where it cannot, or may not, open its control socket."""

from pathlib import Path

import pytest

from desk.cli.main import main
from desk.config.storage import StorageLayout
from tests.builders.config import PLATFORM, written


def run(folder: Path, state: Path, *more: str) -> int:
    platform = written(folder, "platform.yaml", PLATFORM)
    asked = ["daemon", "--platform", str(platform), "--duration", "100ms", "--set", f"storage.path={state}"]
    return main([*asked, *more])


def test_a_file_in_the_sockets_place_is_left_alone_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    storage = StorageLayout(tmp_path / "state")
    storage.control.mkdir(parents=True)
    in_the_way = written(storage.control, "desk.sock", "mine")
    assert run(tmp_path, storage.folder) == 4
    assert f"{in_the_way} is in the way and no socket; move it away" in capsys.readouterr().err
    assert in_the_way.read_text() == "mine"
    assert run(tmp_path, storage.folder, "--set", "control.enabled=false") == 0
    in_the_way.unlink()
    assert run(tmp_path, storage.folder) == 0
    assert list(storage.control.iterdir()) == []


def test_a_folder_too_deep_for_a_socket_is_no_obstacle(tmp_path: Path) -> None:
    assert run(tmp_path, tmp_path / ("x" * 100) / ("y" * 100)) == 0


def test_without_a_control_socket_there_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    storage = StorageLayout(tmp_path / "state")
    assert run(tmp_path, storage.folder, "--set", "control.enabled=false") == 0
    assert not storage.control.exists()
    capsys.readouterr()
    platform = str(tmp_path / "platform.yaml")
    assert main(["status", "--platform", platform, "--set", f"storage.path={storage.folder}"]) == 4
    assert "no desk runs here: there is no control socket" in capsys.readouterr().err
