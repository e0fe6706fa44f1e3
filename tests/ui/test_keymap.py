"""The operator's own keys are checked before anything is shown."""

from collections.abc import Mapping

import pytest

from desk.contracts.problems import InputRefused
from desk.contracts.screen import ScreenSettings
from desk.ui.actions.action import Action
from desk.ui.actions.registry import ActionRegistry, all_actions
from tests.builders.frames import busy_snapshot, snapshot
from tests.builders.screens import PictureDesk, desk_app, screen_over


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
