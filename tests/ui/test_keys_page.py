"""The page on the screen lists every action there is, by its keys, and shows every picture that is drawn."""

import re
from pathlib import Path

from desk.ui.actions.action import Group
from desk.ui.actions.key_names import shown_keys
from desk.ui.pictures import SIGHTS
from tests.builders.frames import snapshot
from tests.builders.screens import PictureDesk, desk_app

PAGE = Path(__file__).parents[2] / "docs" / "terminal.md"


def test_the_page_lists_every_action_with_its_keys() -> None:
    registry = desk_app(PictureDesk(snapshot())).registry
    expected = [
        f"| `{shown_keys(one.keys) if one.keys else 'palette'}` | {one.title} "
        f"| {one.tooltip[0].upper()}{one.tooltip[1:]} | `{one.id}` |"
        for group in Group
        for one in registry
        if one.group is group
    ]
    shown = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    listed = [line for line in shown if line.count("|") > 4]
    assert listed == expected


def test_the_page_shows_every_picture_that_is_drawn_of_the_screen() -> None:
    shown = re.findall(r"^!\[.+\]\(pictures/(.+)\.svg\)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(shown) == sorted(one.name for one in SIGHTS)
    assert all((PAGE.parent / "pictures" / f"{name}.svg").is_file() for name in shown)
