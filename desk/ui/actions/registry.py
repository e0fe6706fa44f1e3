"""All actions of the desk: keys, footer, help and palette are made from this and nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from desk.ui.actions import (
    alarms,
    exits,
    exports,
    market,
    orders,
    positions,
    schedules,
    trades,
    why,
    workers,
)
from desk.ui.actions.action import Action, Situation
from desk.ui.actions.keymap import check_keymap


class ActionRegistry:
    """Hold every action in the order it is offered; `keymap` gives an action other keys than its own.

    With `observe` what sends commands is left out. Raises InputRefused where the keymap names an unknown
    action or key, or gives one key to two actions.
    """

    def __init__(
        self, actions: Sequence[Action], keymap: Mapping[str, str], *, observe: bool = False
    ) -> None:
        check_keymap(actions, keymap)
        offered = [one for one in actions if not (observe and one.acts)]
        self._actions = {one.id: replace(one, keys=keymap.get(one.id, one.keys)) for one in offered}

    def __iter__(self) -> Iterator[Action]:
        """Give the actions in order."""
        return iter(self._actions.values())

    def __getitem__(self, action_id: str) -> Action:
        """Return one; raises KeyError where there is none of that id."""
        return self._actions[action_id]

    def applicable(self, situation: Situation) -> tuple[Action, ...]:
        """Return what can be done now, in order."""
        return tuple(one for one in self._actions.values() if one.applies(situation))


def all_actions(of_the_shell: Sequence[Action]) -> tuple[Action, ...]:
    """Return every action: what acts on the desk first, then those `of_the_shell`."""
    return (
        *exits.ACTIONS,
        *positions.ACTIONS,
        *orders.ACTIONS,
        *trades.ACTIONS,
        *workers.ACTIONS,
        *schedules.ACTIONS,
        *alarms.ACTIONS,
        *market.ACTIONS,
        *why.ACTIONS,
        *exports.ACTIONS,
        *of_the_shell,
    )
