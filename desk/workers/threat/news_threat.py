"""Warn of news that are announced: windows of a calendar."""

from bisect import bisect_right
from decimal import Decimal
from typing import Annotated

from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import THREAT_DETECTED, TIME_PASSED
from desk.contracts.manifests import Parameters, TextFile, WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import TimePassed
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.signals import ThreatSignal
from desk.workers.base import Worker
from desk.workers.news_calendar import NewsWindow, read_calendar
from desk.workers.prices import milliseconds, utc_minute

_THREAT_TYPE = "NEWS_WINDOW"
_KEY = "raised."


class NewsThreatParameters(Parameters):
    """Say which windows there are, and how long before one the warning comes."""

    calendar: Annotated[tuple[NewsWindow, ...], TextFile(read_calendar)] = parameter(
        ..., "CSV file", "The calendar: a file relative to the blueprint, one window a line."
    )
    lead_s: Decimal = parameter(
        Decimal(0), "s", "How long before a window begins its threat is raised.", ge=0, le=86_400
    )
    check_every_s: Decimal = parameter(Decimal(1), "s", "The pause between two looks.", ge=Decimal("0.1"))

    def wake_every_ms(self) -> int:
        """As often as it looks."""
        return milliseconds(self.check_every_s)

    def cautions(self) -> tuple[str, ...]:
        """Point out a calendar that says nothing."""
        return () if self.calendar else ("the calendar has no window: no news is ever a threat",)


class NewsThreat(Worker):
    """Publish THREAT_DETECTED once as a window begins, with its severity and its end; nothing after.

    A desk that is started inside a window is told at once; one that was away for the whole of it, never.
    """

    manifest = WorkerManifest(
        name="news_threat",
        category=WorkerCategory.THREAT,
        summary="Warns of announced news, by the windows of a calendar file.",
        handlers={TIME_PASSED: "on_time_passed"},
        publishes=frozenset({THREAT_DETECTED}),
        parameters=NewsThreatParameters,
        state={f"{_KEY}<start>|<affects>|<title>": "the end of a window that was raised and has not ended"},
        signals=frozenset({_THREAT_TYPE}),
    )

    def __init__(self, parameters: NewsThreatParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._lead_ms = milliseconds(parameters.lead_s)
        self._windows = sorted(parameters.calendar, key=lambda window: window.start_ms)
        self._begins = [window.start_ms - self._lead_ms for window in self._windows]
        self._next_ms = 0

    def on_time_passed(self, passed: TimePassed) -> DispositionEnvelope:
        """Raise what has begun; until the next window begins or a raised one ends there is nothing to do."""
        now_ms = passed.time_ms
        if now_ms < self._next_ms:
            return DispositionEnvelope.CONTINUE
        raised = self._raised(now_ms)
        begun = bisect_right(self._begins, now_ms)
        found: tuple[ThreatSignal, ...] = ()
        for window in self._windows[:begun]:
            if window.end_ms > now_ms and window.key not in raised:
                raised[window.key] = window.end_ms
                self.context.memory.put(_KEY + window.key, str(window.end_ms))
                found = (*found, self._threat(window))
        changes = [*self._begins[begun : begun + 1], *raised.values()]
        self._next_ms = min(changes, default=now_ms + milliseconds(Decimal(86_400)))
        return DispositionEnvelope.publish(*((THREAT_DETECTED, one) for one in found))

    def _raised(self, now_ms: int) -> dict[str, int]:
        """Return the ends of the windows that were raised, and forget those that are over."""
        raised: dict[str, int] = {}
        for key, end in tuple(self.context.memory.items().items()):
            if int(end) > now_ms:
                raised[key.removeprefix(_KEY)] = int(end)
            else:
                self.context.memory.put(key, None)
        return raised

    def _threat(self, window: NewsWindow) -> ThreatSignal:
        return self.new_threat(
            _THREAT_TYPE,
            window.asset,
            severity=window.severity,
            rationale=f"{window.title}, until {utc_minute(window.end_ms)} UTC",
            until_ms=window.end_ms,
        )
