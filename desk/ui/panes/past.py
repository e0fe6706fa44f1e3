"""Ask the desk for its past, seldom: it changes with a trade, not with a tick."""

import asyncio
from typing import Protocol, runtime_checkable

from textual.widget import Widget

from desk.contracts.history import History
from desk.contracts.ports.client import DeskClient, DeskUnreachable

EVERY_MS = 2_000
_GIVE_UP_S = 10.0


@runtime_checkable
class Reaches(Protocol):
    """An app that reaches a desk."""

    @property
    def client(self) -> DeskClient:
        """The desk."""
        ...


class PastReader:
    """Keep a widget's newest history; `problem` says why there is none, or none newer."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._asked_at_ms: int | None = None
        self._is_asking = False
        self.history: History | None = None
        self.problem = ""

    def ask_if_due(self, now_ms: int) -> None:
        """Ask again two seconds after the last question, unless that is still open."""
        app = self._widget.app
        if self._is_asking or not isinstance(app, Reaches):
            return
        if self._asked_at_ms is not None and 0 <= now_ms - self._asked_at_ms < EVERY_MS:
            return
        self._asked_at_ms, self._is_asking = now_ms, True
        self._widget.run_worker(self._ask(app.client), name="history", exit_on_error=False)

    async def _ask(self, client: DeskClient) -> None:
        try:
            async with asyncio.timeout(_GIVE_UP_S):
                self.history = await client.history()
            self.problem = ""
        except DeskUnreachable as refusal:
            self.problem = str(refusal) or "the desk does not answer"
        except TimeoutError:
            self.problem = "the desk does not tell its past"
        finally:
            self._is_asking = False
