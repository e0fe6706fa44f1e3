"""Warn of news that are announced: windows of a calendar."""

from collections import deque
from decimal import Decimal
from typing import Annotated
from zlib import crc32

from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import THREAT_DETECTED, TIME_PASSED
from desk.contracts.ids import ThreatId
from desk.contracts.manifests import Parameters, TextFile, WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import TimePassed
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.signals import ThreatSignal
from desk.workers.base import Worker
from desk.workers.news_calendar import NewsWindow, read_calendar
from desk.workers.prices import milliseconds, utc_minute

_THREAT_TYPE = "NEWS_WINDOW"


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
    Nothing is remembered: a window is told again after a restart, under the same id, so that nobody who acted
    on it acts twice and nobody who died before he heard of it misses it.
    """

    manifest = WorkerManifest(
        name="news_threat",
        category=WorkerCategory.THREAT,
        summary="Warns of announced news, by the windows of a calendar file.",
        handlers={TIME_PASSED: "on_time_passed"},
        publishes=frozenset({THREAT_DETECTED}),
        parameters=NewsThreatParameters,
        signals=frozenset({_THREAT_TYPE}),
    )

    def __init__(self, parameters: NewsThreatParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        lead_ms = milliseconds(parameters.lead_s)
        waiting = sorted(parameters.calendar, key=lambda window: window.start_ms)
        self._waiting = deque((window.start_ms - lead_ms, window) for window in waiting)

    def on_time_passed(self, passed: TimePassed) -> DispositionEnvelope:
        """Raise what has begun; until the next window begins there is nothing to do."""
        waiting, now_ms = self._waiting, passed.time_ms
        found: tuple[ThreatSignal, ...] = ()
        while waiting and waiting[0][0] <= now_ms:
            window = waiting.popleft()[1]
            if window.end_ms > now_ms:
                found = (*found, self._threat(window))
        if not found:
            return DispositionEnvelope.CONTINUE
        return DispositionEnvelope.publish(*((THREAT_DETECTED, one) for one in found))

    def _threat(self, window: NewsWindow) -> ThreatSignal:
        return self.new_threat(
            _THREAT_TYPE,
            window.asset,
            severity=window.severity,
            rationale=f"{window.title}, until {utc_minute(window.end_ms)} UTC",
            until_ms=window.end_ms,
            threat_id=ThreatId.at(window.start_ms, crc32(window.key.encode())),
        )
