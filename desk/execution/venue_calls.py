"""Calls that change something at the venue: bounded in time, their outcome never guessed."""

import asyncio
from collections.abc import Awaitable

from desk.contracts.orders import OrderOutcome, OutcomeKind
from desk.contracts.ports.time import Clock
from desk.contracts.states import AlarmSeverity
from desk.execution.alarms import Alarms
from desk.execution.settings import ExecutionSettings

_SLOW_TOLD_EVERY_MS = 60_000


class VenueCalls:
    """Wait for the venue's answers; `latency_ms` is how long the newest took, None before the first."""

    def __init__(self, settings: ExecutionSettings, clock: Clock, alarms: Alarms) -> None:
        self._settings = settings
        self._clock = clock
        self._alarms = alarms
        self.latency_ms: int | None = None
        self._slow_told_ms: dict[str, int] = {}

    async def answer(self, call: Awaitable[OrderOutcome], what: str) -> OrderOutcome:
        """Wait for the venue at most the configured time; after that nothing is known."""
        began_ms = self._clock.monotonic_ms()
        try:
            async with asyncio.timeout(self._settings.timeout_ms / 1000):
                outcome = await call
        except TimeoutError:
            waited = self._settings.timeout_ms
            outcome = OrderOutcome(OutcomeKind.UNKNOWN, reason=f"no answer within {waited} ms")
        except Exception as fault:  # noqa: BLE001 - whatever broke, the order may be at the venue
            outcome = OrderOutcome(OutcomeKind.UNKNOWN, reason=f"{type(fault).__name__}: {fault}")
        self.latency_ms = self._clock.monotonic_ms() - began_ms
        if self.latency_ms > self._settings.slow_execution_ms:
            self._tell_slow(self.latency_ms, what)
        return outcome

    def _tell_slow(self, took_ms: int, what: str) -> None:
        """Tell of each kind once a minute: when everything is left at once, everything waits for its turn."""
        now_ms = self._clock.monotonic_ms()
        told_ms = self._slow_told_ms.get(what)
        if told_ms is None or now_ms - told_ms >= _SLOW_TOLD_EVERY_MS:
            self._slow_told_ms[what] = now_ms
            text = f"slow execution: the venue took {took_ms} ms for a {what}"
            self._alarms.raise_alarm(AlarmSeverity.WARNING, text)
