"""All actions of the desk: keys, footer, help and palette are made from this and nothing else.

Each module named here has `ACTIONS`, a tuple of actions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec

from desk.ui.actions.action import Action, Situation

MODULES = ("exits", "positions", "orders", "trades", "workers", "schedules", "alarms", "market", "why", "exports")


class ActionRegistry:
    """Hold every action in the order it is offered; `keymap` gives an action other keys than its own."""

    def __init__(self, actions: Sequence[Action], keymap: Mapping[str, str]) -> None:
        self._actions = {one.id: one for one in actions}
        for action_id, keys in keymap.items():
            self._actions[action_id] = replace(self._actions[action_id], keys=keys)

    def __iter__(self) -> Iterator[Action]:
        """Give the actions in order."""
        return iter(self._actions.values())

    def __getitem__(self, action_id: str) -> Action:
        """Return one; raises KeyError where there is none of that id."""
        return self._actions[action_id]

    def applicable(self, situation: Situation) -> tuple[Action, ...]:
        """Return what can be done now, in order."""
        return tuple(one for one in self._actions.values() if one.applies(situation))


def offered_actions(*, observe: bool) -> tuple[Action, ...]:
    """Return the actions of every module; with `observe` those that send commands are left out."""
    found = list[Action]()
    for name in MODULES:
        place = f"desk.ui.actions.{name}"
        if find_spec(place) is not None:
            found.extend(import_module(place).ACTIONS)
    return tuple(one for one in found if not (observe and one.acts))
