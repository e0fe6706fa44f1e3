"""Tell those who must act where no price comes that time goes on."""

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.market import TimePassed
from desk.contracts.ports.time import Clock


class TimeBeat:
    """Publish TIME_PASSED at every multiple of `every_ms` of the desk's clock."""

    def __init__(self, clock: Clock, bus: EventBus, every_ms: int) -> None:
        self._clock = clock
        self._bus = bus
        self._every_ms = every_ms
        self._beats = 0

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            await self._clock.sleep_ms(self._every_ms - self._clock.now_ms() % self._every_ms)
            self.beat()

    def beat(self) -> None:
        """Tell it once, now."""
        self._beats += 1
        passed = TimePassed(self._clock.now_ms(), self._beats)
        self._bus.publish(events.TIME_PASSED, passed, cause=passed)
