"""The operator's own keys are checked before anything is shown."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from textual._xterm_parser import XTermParser
from textual.events import Key

from desk.contracts.commands import Halt
from desk.contracts.problems import InputRefused
from desk.contracts.screen import ScreenSettings
from desk.ui.actions.action import Action
from desk.ui.actions.registry import ActionRegistry, all_actions
from tests.builders.frames import busy_snapshot, snapshot
from tests.builders.screens import PictureDesk, desk_app, screen_over

PAGE = Path(__file__).parents[2] / "docs" / "terminal.md"


def refused(keymap: Mapping[str, str]) -> str:
    with pytest.raises(InputRefused) as refusal:
        desk_app(PictureDesk(snapshot()), settings=ScreenSettings(keymap=keymap))
    return str(refusal.value)


async def test_an_action_has_the_keys_the_operator_gave_it_and_no_longer_its_own() -> None:
    settings = ScreenSettings(time_zone="UTC", keymap={"view.zoom": "f6,ctrl+z"})
    async with screen_over(busy_snapshot(), settings=settings) as screen:
        zoomed = list[bool]()
        for key in ("z", "f6", "ctrl+z"):
            await screen.press(key)
            zoomed.append(screen.app.views.is_zoomed)
        assert zoomed == [False, True, False]


def test_an_unknown_action_is_refused_with_the_nearest_known() -> None:
    said = refused({"view.zom": "f6"})
    assert "ui.keymap.view.zom: no action has this id; did you mean view.zoom?" in said


def test_a_clash_is_refused_and_names_the_other_action() -> None:
    assert "t is the key of view.theme" in refused({"view.zoom": "t"})


def test_a_clash_between_two_of_the_operators_own_keys_is_told_once() -> None:
    said = refused({"view.zoom": "f6", "view.theme": "f6"})
    assert said.count("is the key of") == 1


def test_keys_that_move_or_leave_cannot_be_taken() -> None:
    assert "tab moves or leaves in every pane" in refused({"view.zoom": "tab"})


def test_the_emergency_exit_keeps_its_keys() -> None:
    assert "its keys are the same on every desk" in refused({"desk.exit": "z"})


def test_a_key_no_terminal_sends_is_refused() -> None:
    assert "no key is called 'strg+x'" in refused({"view.zoom": "strg+x"})


@pytest.mark.parametrize(
    ("key", "twin"),
    [
        ("ctrl+h", "backspace"),
        ("ctrl+H", "backspace"),
        ("ctrl+i", "tab"),
        ("ctrl+m", "enter"),
        ("ctrl+j", "enter"),
        ("ctrl+[", "escape"),
        ("ctrl+left_square_bracket", "escape"),
        ("ctrl+enter", "enter"),
        ("ctrl+space", "ctrl+@"),
        ("ctrl+1", "1"),
        ("ctrl+3", "escape"),
        ("ctrl+question_mark", "backspace"),
        ("ctrl+shift+x", "ctrl+x"),
        ("shift+x", "X"),
        ("shift+alt+x", "alt+X"),
    ],
)
def test_a_key_that_a_terminal_cannot_tell_from_another_is_refused(key: str, twin: str) -> None:
    said = refused({"desk.halt": key})
    assert f"ui.keymap.desk.halt: a terminal cannot tell {key} from {twin}; choose another key" in said


@pytest.mark.parametrize("key", ["ctrl+]", "ctrl+/", "ctrl+slash", "ctrl+é"])
def test_a_key_that_no_terminal_sends_by_this_name_is_refused(key: str) -> None:
    assert f"no key is called {key!r}" in refused({"desk.halt": key})


@pytest.mark.parametrize("keys", ["", ",", "f6,"])
def test_an_entry_without_a_key_is_refused(keys: str) -> None:
    assert f"ui.keymap.desk.halt: {keys!r} names no key" in refused({"desk.halt": keys})


@pytest.mark.parametrize(
    "key", ["ctrl+right_square_bracket", "ctrl+backslash", "ctrl+up", "ctrl+f6", "alt+x"]
)
def test_what_a_terminal_sends_may_be_a_key(key: str) -> None:
    desk_app(PictureDesk(snapshot()), settings=ScreenSettings(keymap={"desk.halt": key}))


@pytest.mark.parametrize("letter", "abcdefghijklmnopqrstuvwxyz")
def test_a_letter_with_ctrl_is_refused_or_comes_as_itself(letter: str) -> None:
    sent = chr(ord(letter.upper()) - ord("@"))
    heard = [one.key for one in XTermParser().feed(sent) if isinstance(one, Key)]
    if heard != [f"ctrl+{letter}"] or letter == "j":
        assert f"ctrl+{letter}" in refused({"desk.halt": f"ctrl+{letter}"})
    elif f"ctrl+{letter}" not in ("ctrl+c", "ctrl+o", "ctrl+p", "ctrl+q"):
        desk_app(PictureDesk(snapshot()), settings=ScreenSettings(keymap={"desk.halt": f"ctrl+{letter}"}))


async def test_the_page_s_own_key_halts_and_so_do_those_it_keeps() -> None:
    (example,) = re.findall(r"`keymap: (\{.*?\})`", PAGE.read_text(encoding="utf-8"))
    keymap = yaml.safe_load(example)
    (keys,) = keymap.values()
    settings = ScreenSettings(time_zone="UTC", keymap=keymap)
    desk = PictureDesk(busy_snapshot())
    async with screen_over(desk, settings=settings) as screen:
        await screen.press(*keys.split(","))
        await screen.until(lambda: len(desk.commands) == len(keys.split(",")))
    assert desk.commands == [Halt()] * 3


def test_two_actions_may_swap_their_keys() -> None:
    keymap = {"view.zoom": "t", "view.theme": "z"}
    registry = ActionRegistry(_shell_actions(), keymap)
    assert registry["view.zoom"].keys == "t"


def test_no_id_of_an_action_comes_twice() -> None:
    ids = [one.id for one in all_actions(_shell_actions())]
    assert len(ids) == len(set(ids))


def _shell_actions() -> tuple[Action, ...]:
    app = desk_app(PictureDesk(snapshot()))
    return tuple(one for one in app.registry if one.id.startswith("view."))
