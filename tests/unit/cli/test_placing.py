"""A fault of the screen's settings is named by where it was written."""

from pathlib import Path

import pytest

from desk.cli.placing import placed
from desk.config.platform_file import load_platform
from desk.contracts.problems import InputRefused, Problem
from desk.ui.actions.keymap import check_keymap
from desk.ui.themes import check_theme
from tests.builders.processes import platform_text

THEME = "ui: {theme: desk-drak}\n"


def told(tmp_path: Path, settings: list[str], environment: dict[str, str], text: str = "") -> str:
    file = tmp_path / "mine.yaml"
    file.write_text(platform_text(tmp_path) + text)
    loaded = load_platform(file, settings, environment)
    with pytest.raises(InputRefused) as refused, placed(loaded.document):
        check_theme(loaded.platform.ui.theme)
    return str(refused.value)


def test_a_theme_that_is_none_names_its_file_and_line_or_its_option(tmp_path: Path) -> None:
    line = len(platform_text(tmp_path).splitlines()) + 1
    assert told(tmp_path, [], {}, THEME).startswith(f"{tmp_path / 'mine.yaml'}:{line}: ui.theme: no theme")
    assert told(tmp_path, ["ui.theme=desk-drak"], {}).startswith("--set: ui.theme: no theme")
    variable = {"DESK__UI__THEME": "desk-drak"}
    assert told(tmp_path, [], variable).startswith("environment DESK__UI__THEME: ui.theme: no theme")


def test_a_key_is_found_though_its_action_has_a_dot(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(platform_text(tmp_path))
    loaded = load_platform(file, ["ui.keymap={view.dsek: x}"], {})
    with pytest.raises(InputRefused) as refused, placed(loaded.document):
        check_keymap((), loaded.platform.ui.keymap)
    assert str(refused.value).startswith("--set: ui.keymap.view.dsek: no action has this id")


def test_what_is_not_the_screen_s_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(platform_text(tmp_path))
    problem = Problem("journal", 7, "", "is torn", "restore it")
    with pytest.raises(InputRefused) as refused, placed(load_platform(file, [], {}).document):
        raise InputRefused(problem)
    assert refused.value.problems == (problem,)
