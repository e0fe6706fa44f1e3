"""Code beside a blueprint is run only where none but its user can change it."""

import os
from pathlib import Path

import pytest

from desk.config.trusted_file import distrust


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    folder = tmp_path / "plugins"
    folder.mkdir()
    folder.chmod(0o755)
    path = folder / "quiet.py"
    path.write_text("", encoding="utf-8")
    path.chmod(0o644)
    return path


def test_a_file_of_ones_own_is_trusted(plugin: Path) -> None:
    assert distrust(plugin) is None


@pytest.mark.parametrize(("mode", "who"), [(0o664, "its group"), (0o646, "everybody"), (0o666, "everybody")])
def test_a_file_that_others_can_change_is_not(plugin: Path, mode: int, who: str) -> None:
    plugin.chmod(mode)
    found = distrust(plugin)
    assert found is not None
    assert f"the file {plugin} can be changed by {who} (mode {mode:o})" == found[0]
    assert found[1] == f"`chmod go-w {plugin}`"


@pytest.mark.parametrize("mode", [0o775, 0o757, 0o1777])
def test_a_file_in_a_folder_that_others_can_change_is_not(plugin: Path, mode: int) -> None:
    plugin.parent.chmod(mode)
    found = distrust(plugin)
    assert found is not None
    assert found[1] == f"`chmod go-w {plugin.parent}`"


def test_a_file_of_another_user_is_not(plugin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() == 0:
        os.chown(plugin, 12345, -1)
    else:
        another = os.getuid() + 1
        monkeypatch.setattr("os.geteuid", lambda: another)
    found = distrust(plugin)
    assert found is not None
    assert "belongs to another user" in found[0]


def test_a_link_is_as_good_as_what_it_leads_to(plugin: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    link = tmp_path / "link.py"
    link.symlink_to(tmp_path / "second.py")
    (tmp_path / "second.py").symlink_to(plugin)
    assert distrust(link) is None
    plugin.chmod(0o666)
    found = distrust(link)
    assert found is not None
    assert str(plugin) in found[0]


def test_a_link_that_others_can_turn_is_not_trusted(plugin: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    (shared / "link.py").symlink_to(plugin)
    found = distrust(shared / "link.py")
    assert found is not None
    assert found[1] == f"`chmod go-w {shared}`"


def test_links_without_end_are_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "a.py").symlink_to(tmp_path / "b.py")
    (tmp_path / "b.py").symlink_to(tmp_path / "a.py")
    found = distrust(tmp_path / "a.py")
    assert found is not None
    assert "without end" in found[0]
