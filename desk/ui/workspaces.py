"""The five workspaces: which panes stand together, and on which key."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Workspace:
    """Name one set of panes; its number is its place."""

    name: str
    title: str
    panes: tuple[str, ...]


WORKSPACES = (
    Workspace("desk", "Desk", ("positions", "directives", "terminations")),
    Workspace("market", "Market", ("watch", "chart")),
    Workspace("orders", "Orders", ("orders", "closed_trades")),
    Workspace("account", "Account", ("account", "equity", "results")),
    Workspace("health", "Health", ("health", "alarms", "schedule", "workers", "log")),
)
