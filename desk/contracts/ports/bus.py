"""The bus as its users see it: events out, events in, and why the one in hand happened."""

from collections.abc import Callable
from typing import Any, Protocol

from desk.contracts.causality import CausalityChain
from desk.contracts.market import ScheduledTick, Tick, TimePassed

EventHandler = Callable[[Any], object]
"""Takes the payload, whose type follows from the name of the event; its result is ignored."""

Cause = CausalityChain | Tick | ScheduledTick | TimePassed
"""Why an event is published; of a tick the chain is built only when something asks."""


class EventPort(Protocol):
    """Publish and hear events; all handlers have run when `publish` returns."""

    def publish(
        self, name: str, payload: object, *, strategy_id: str | None = None, cause: Cause | None = None
    ) -> bool:
        """Hand `payload` to the subscribers of `name`; False where a loop of events was cut here."""
        ...

    def subscribe(
        self,
        name: str,
        handler: EventHandler,
        *,
        subscriber: str,
        strategy_id: str | None = None,
        targets: frozenset[str] | None = None,
    ) -> None:
        """Call `handler` with the payload of every event of exactly this name."""
        ...

    def report(self, error: Exception) -> None:
        """Count and report that the handler in hand failed, as if it had raised `error`."""
        ...

    def cause(self) -> CausalityChain | None:
        """Return the chain of the event in hand, None outside of any."""
        ...
