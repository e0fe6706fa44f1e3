"""The bus: synchronous, in order, with a cause for every event and an end to every loop."""

from desk.bus.adapter import EventAdapter
from desk.bus.context import WorkerContext
from desk.bus.event_bus import EventBus
from desk.bus.failures import EventLoopDetected, HandlerFailure
from desk.bus.limits import AdapterLimits, BusLimits

__all__ = [
    "AdapterLimits",
    "BusLimits",
    "EventAdapter",
    "EventBus",
    "EventLoopDetected",
    "HandlerFailure",
    "WorkerContext",
]
