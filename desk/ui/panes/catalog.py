"""Every pane there is, by name, in the order help lists them."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from inspect import getmembers, isclass

from desk.ui.panes.pane import Pane

PANE_NAMES = (
    "positions",
    "directives",
    "terminations",
    "orders",
    "account",
    "watch",
    "chart",
    "equity",
    "closed_trades",
    "results",
    "schedule",
    "workers",
    "alarms",
    "health",
    "log",
)


def panes() -> Mapping[str, type[Pane]]:
    """Return the panes by name: `desk.ui.panes.NAME` holds the class whose `name_of_pane` is NAME."""
    found = dict[str, type[Pane]]()
    for name in PANE_NAMES:
        place = f"desk.ui.panes.{name}"
        if find_spec(place) is None:
            continue
        for _, member in getmembers(import_module(place), isclass):
            if issubclass(member, Pane) and getattr(member, "name_of_pane", None) == name:
                found[name] = member
    return found
