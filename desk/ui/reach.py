"""How a part of the screen reaches the desk it shows."""

from typing import Protocol, runtime_checkable

from textual.widget import Widget

from desk.contracts.ports.client import DeskClient


@runtime_checkable
class ReachesDesk(Protocol):
    """An app that shows a desk."""

    @property
    def client(self) -> DeskClient:
        """The desk."""
        ...


def client_of(widget: Widget) -> DeskClient:
    """Return the desk that a widget's app shows; raises TypeError in an app that shows none."""
    app: object = widget.app
    if not isinstance(app, ReachesDesk):
        raise TypeError(f"expected an app with a desk client, was {type(app).__name__}")
    return app.client
