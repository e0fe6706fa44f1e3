"""Every pane there is, by name; a module is read when its workspace is first shown, not before."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from desk.ui.panes.pane import Pane

_PLACES = {
    "positions": "PositionsPane",
    "directives": "DirectivesPane",
    "terminations": "TerminationsPane",
    "orders": "OrdersPane",
    "account": "AccountPane",
    "watch": "WatchPane",
    "chart": "ChartPane",
    "equity": "EquityPane",
    "closed_trades": "ClosedTradesPane",
    "results": "ResultsPane",
    "schedule": "SchedulePane",
    "workers": "WorkersPane",
    "alarms": "AlarmsPane",
    "health": "HealthPane",
    "log": "LogPane",
}
"""Pane names, which are those of their modules, and the classes in them."""


class PaneCatalog(Mapping[str, type[Pane]]):
    """Look panes up by name; raises KeyError where there is none of that name."""

    def __getitem__(self, name: str) -> type[Pane]:
        """Return the class, reading its module where that is not done yet."""
        kind = getattr(import_module(f"desk.ui.panes.{name}"), _PLACES[name])
        if not (isinstance(kind, type) and issubclass(kind, Pane)):
            raise KeyError(name)
        return kind

    def __iter__(self) -> Iterator[str]:
        """Give the names, in the order of the workspaces."""
        return iter(_PLACES)

    def __len__(self) -> int:
        """Count the panes."""
        return len(_PLACES)

    def __contains__(self, name: object) -> bool:
        """Tell whether there is one, without reading it."""
        return name in _PLACES


def panes() -> Mapping[str, type[Pane]]:
    """Return the panes by name."""
    return PaneCatalog()
