"""A due schedule, written down and handed to the workers."""

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.market import ScheduledTick
from desk.contracts.ports.store import Recorder
from desk.runtime.births import Births


class ScheduleFires:
    """Publish SCHEDULED_TICK, after its entry in the journal."""

    def __init__(self, recorder: Recorder, births: Births, bus: EventBus) -> None:
        self._recorder = recorder
        self._births = births
        self._bus = bus

    def on_schedule(self, scheduled: ScheduledTick) -> None:
        """Take one scheduled tick."""
        self._recorder.record(self._births.note(scheduled))
        self._bus.publish(events.SCHEDULED_TICK, scheduled, cause=scheduled)
