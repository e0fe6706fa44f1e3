"""The operator's own keys: read before anything is shown, and refused where they would surprise."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from desk.contracts.problems import InputRefused, Problem
from desk.ui.actions.action import Action
from desk.ui.actions.key_names import is_key, keys_of, shown_keys, twin_of

RESERVED = ("ctrl+q", "ctrl+c", "tab", "shift+tab", "enter", "up", "down", "left", "right")
"""Keys that move, open or leave in every pane."""

FIXED = ("desk.exit",)
"""Actions whose keys are the same on every desk: hands learn them once."""


def check_keymap(actions: Sequence[Action], keymap: Mapping[str, str]) -> None:
    """Raise InputRefused with every unknown action, unknown key and clash of `keymap`."""
    known = {one.id: one for one in actions}
    problems = list[Problem]()
    for action_id, keys in keymap.items():
        if action_id not in known:
            problems.append(_unknown_action(action_id, known))
        elif action_id in FIXED:
            problems.append(_problem(action_id, "its keys are the same on every desk", "leave it out"))
        else:
            problems.extend(_unusable(action_id, keys))
    problems.extend(_clashes(actions, keymap))
    if problems:
        raise InputRefused(*problems)


def _unknown_action(action_id: str, known: Mapping[str, Action]) -> Problem:
    near = get_close_matches(action_id, known, 1, cutoff=0.4)
    remedy = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"
    return _problem(action_id, "no action has this id", remedy)


def _unusable(action_id: str, keys: str) -> Iterator[Problem]:
    if not keys_of(keys):
        yield _problem(action_id, f"{keys!r} names no key", "write keys with commas between, or leave it out")
    for key in keys_of(keys):
        if key in RESERVED:
            yield _problem(action_id, f"{key} moves or leaves in every pane", "choose another key")
        elif (twin := twin_of(key)) is not None:
            what = f"a terminal cannot tell {key} from {twin}"
            yield _problem(action_id, what, "choose another key, such as f6 or ctrl+g")
        elif not is_key(key):
            yield _problem(action_id, f"no key is called {key!r}", "write it as in: x, X, ctrl+x, f5, alt+up")


def _clashes(actions: Sequence[Action], keymap: Mapping[str, str]) -> Iterator[Problem]:
    """Two actions may share a key only where they do so of themselves, each in its own pane."""
    held = {one.id: keys_of(keymap.get(one.id, one.keys)) for one in actions}
    own = {one.id: keys_of(one.keys) for one in actions}
    for first in keymap:
        for key in held.get(first, ()):
            for other in (one.id for one in actions if one.id != first and key in held[one.id]):
                is_told_twice = other in keymap and other < first
                if not is_told_twice and not (key in own[first] and key in own[other]):
                    yield _problem(
                        first, f"{shown_keys(key)} is the key of {other}", "choose another for one of them"
                    )


def _problem(action_id: str, what: str, remedy: str) -> Problem:
    return Problem("platform.yaml", None, f"ui.keymap.{action_id}", what, remedy)
