"""Tell that time goes on: with the prices, and by the clock where none come."""

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.market import TimePassed
from desk.contracts.ports.time import Clock


class TimeBeat:
    """Publish TIME_PASSED at most every `every_ms`, right after a price, or alone after `silence_ms` of none.

    In a rehearsal the silence may be longer than the pause: between two recorded prices nothing changes, and
    a month must not be lived through second by second.
    """

    def __init__(self, clock: Clock, bus: EventBus, every_ms: int, silence_ms: int = 0) -> None:
        self._clock = clock
        self._bus = bus
        self._every_ms = every_ms
        self._silence_ms = max(every_ms, silence_ms)
        self._beats = 0
        self._told_at_ms = clock.now_ms()

    def on_tick(self) -> None:
        """Tell it with a price, where the pause is over."""
        if self._clock.now_ms() - self._told_at_ms >= self._every_ms:
            self._beat()

    async def run(self) -> None:
        """Tell it where no price did, until cancelled."""
        while True:
            silent_ms = self._clock.now_ms() - self._told_at_ms
            if silent_ms >= self._silence_ms or silent_ms < 0:  # a clock that was set back starts anew
                self._beat()
                silent_ms = 0
            await self._clock.sleep_ms(self._silence_ms - silent_ms)

    def _beat(self) -> None:
        self._beats += 1
        self._told_at_ms = self._clock.now_ms()
        passed = TimePassed(self._told_at_ms, self._beats)
        self._bus.publish(events.TIME_PASSED, passed, cause=passed)
