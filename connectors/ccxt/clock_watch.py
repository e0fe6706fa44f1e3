"""The venue's clock, measured while the connector is open, and corrected in every client's requests."""

from typing import Any

from connectors.ccxt.clock_skew import ClockSkew, SkewSample
from connectors.ccxt.reads import Reads
from desk.contracts.ports.time import Clock
from desk.contracts.problems import ReadFailed

_EVERY_MS = 60_000
_LOOK_EVERY_MS = 250
_FIRST_SAMPLES = 3


class ClockWatch:
    """Measure at the opening, every minute, and at once when the venue refused a request's time."""

    def __init__(self, reads: Reads, clients: list[Any], clock: Clock) -> None:
        self._reads = reads
        self._clients = clients
        self._clock = clock
        self._skew = ClockSkew()
        self._is_wanted = False

    @property
    def skew_ms(self) -> int | None:
        """The venue's clock minus ours; None where the venue does not tell its time."""
        return self._skew.skew_ms

    def want(self) -> None:
        """Measure soon: the venue did not like a request's time."""
        self._is_wanted = True

    async def measure(self, samples: int = 1) -> None:
        """Ask for the time and correct every client; raises ReadFailed where the venue does not answer."""
        if not self._clients[0].has.get("fetchTime"):
            return
        for _ in range(samples):
            sent_ms = self._clock.now_ms()
            venue_ms = await self._reads.call("fetch_time")
            if venue_ms is None:
                raise ReadFailed("the venue's time is missing in its answer")
            self._skew.add(SkewSample(sent_ms, self._clock.now_ms(), int(venue_ms)))
        for one in self._clients:
            one.options["timeDifference"] = -(self._skew.skew_ms or 0)

    async def open(self) -> None:
        """Measure for the first time."""
        await self.measure(_FIRST_SAMPLES)

    async def run(self) -> None:
        """Measure on and on; a measurement that fails leaves the last one."""
        measured_ms = self._clock.monotonic_ms()
        while True:
            await self._clock.sleep_ms(_LOOK_EVERY_MS)
            if not self._is_wanted and self._clock.monotonic_ms() - measured_ms < _EVERY_MS:
                continue
            self._is_wanted = False
            measured_ms = self._clock.monotonic_ms()
            try:
                await self.measure()
            except ReadFailed:
                continue
