"""See a feed that has fallen silent, and a venue that is hard to reach."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from desk.contracts.dto import Symbol
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import THREAT_DETECTED, TIME_PASSED
from desk.contracts.manifests import WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import TimePassed
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.signals import ThreatSignal
from desk.workers.base import Worker
from desk.workers.episodes import Episode, ThreatLevels
from desk.workers.indicators import within_unit
from desk.workers.prices import milliseconds

_STALE_FEED = "STALE_FEED"
_CONNECTION_LOST = "CONNECTION_LOST"


class ConnectionThreatParameters(ThreatLevels):
    """Say whose prices must come, how long a silence is usual, and how grave a long one is."""

    symbols: Annotated[tuple[Symbol, ...], Field(min_length=1)] = parameter(
        ..., "symbols", "The symbols whose prices must come."
    )
    calm_s: Decimal = parameter(
        Decimal(10),
        "s",
        "A silence of this length rates as severity 0; above the usual pause of ticks.",
        ge=0,
    )
    panic_s: Decimal = parameter(
        Decimal(120), "s", "From this length on a silence rates as worst_severity; above calm_s.", gt=0
    )
    worst_severity: Decimal = parameter(
        Decimal("0.8"),
        "severity",
        "The severity of the longest silence; from 0.9 on it is an emergency exit.",
        gt=0,
        le=1,
    )
    trouble_severity: Decimal = parameter(
        Decimal("0.5"),
        "severity",
        "The severity of a trouble with the connection as it begins; not above worst_severity.",
        gt=0,
        le=1,
    )
    check_every_s: Decimal = parameter(Decimal(1), "s", "The pause between two looks.", ge=Decimal("0.1"))

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.calm_s < self.panic_s:
            message = f"calm_s {self.calm_s} must be below panic_s {self.panic_s}"
            raise ValueError(message)
        for lower in ("raise_severity", "trouble_severity"):
            if not getattr(self, lower) <= self.worst_severity:
                message = (
                    f"{lower} {getattr(self, lower)} must not be above worst_severity {self.worst_severity}"
                )
                raise ValueError(message)
        return self

    def wake_every_ms(self) -> int:
        """As often as it looks."""
        return milliseconds(self.check_every_s)


class ConnectionThreat(Worker):
    """Publish THREAT_DETECTED once per silence of a symbol or trouble with the connection, and as it grows.

    A price that is no market, or never came, is silence since the first look. Nothing is remembered: after a
    restart a silence that goes on is raised again.
    """

    manifest = WorkerManifest(
        name="connection_threat",
        category=WorkerCategory.THREAT,
        summary="Sees a feed that has fallen silent, and trouble with the venue's connection.",
        handlers={TIME_PASSED: "on_time_passed"},
        publishes=frozenset({THREAT_DETECTED}),
        parameters=ConnectionThreatParameters,
        signals=frozenset({_STALE_FEED, _CONNECTION_LOST}),
    )

    def __init__(self, parameters: ConnectionThreatParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._parameters = parameters
        self._every_ms = milliseconds(parameters.check_every_s)
        self._calm_ms = milliseconds(parameters.calm_s)
        self._panic_ms = milliseconds(parameters.panic_s)
        self._next_ms = 0
        self._heard_ms: dict[str, int] = {}
        self._silences = {symbol: Episode(parameters) for symbol in parameters.symbols}
        self._trouble = Episode(parameters)
        self._trouble_since_ms: int | None = None

    def on_time_passed(self, passed: TimePassed) -> DispositionEnvelope:
        """Look at each symbol's last price and at the connection; nothing is said while both are well."""
        now_ms = passed.time_ms
        if now_ms < self._next_ms:
            return DispositionEnvelope.CONTINUE
        self._next_ms = now_ms - now_ms % self._every_ms + self._every_ms
        found: tuple[ThreatSignal, ...] = ()
        for symbol in self._parameters.symbols:
            silent_ms = self._silent_ms(symbol, now_ms)
            severity = within_unit(self._parameters.worst_severity * self._part(silent_ms - self._calm_ms))
            if self._silences[symbol].is_due(severity, now_ms):
                found = (*found, self._stale(symbol, silent_ms, severity))
        trouble = self._troubled(now_ms)
        if trouble is not None:
            found = (*found, trouble)
        if not found:
            return DispositionEnvelope.CONTINUE
        return DispositionEnvelope.publish(*((THREAT_DETECTED, one) for one in found))

    def _silent_ms(self, symbol: str, now_ms: int) -> int:
        """Return the age of the last sound price."""
        quote, heard_ms = self.view.quote(symbol), self._heard_ms.get(symbol)
        if quote is not None and quote.is_sound:
            heard_ms = quote.time_ms if heard_ms is None else max(heard_ms, quote.time_ms)
        elif heard_ms is None:
            heard_ms = now_ms
        self._heard_ms[symbol] = heard_ms
        return max(now_ms - heard_ms, 0)

    def _troubled(self, now_ms: int) -> ThreatSignal | None:
        """Return the threat of a trouble with the connection, where it is due."""
        text, parameters = self.view.connection_trouble(), self._parameters
        if text is None:
            self._trouble_since_ms = None
            self._trouble.is_due(Decimal(0), now_ms)
            return None
        if self._trouble_since_ms is None:
            self._trouble_since_ms = now_ms
        least, worst = parameters.trouble_severity, parameters.worst_severity
        severity = within_unit(least + (worst - least) * self._part(now_ms - self._trouble_since_ms))
        if not self._trouble.is_due(severity, now_ms):
            return None
        return self.new_threat(_CONNECTION_LOST, None, severity=severity, rationale=text)

    def _part(self, beyond_ms: int) -> Decimal:
        """Return how far a time is on the way from calm to panic, in [0, 1]."""
        return within_unit(Decimal(beyond_ms) / (self._panic_ms - self._calm_ms))

    def _stale(self, symbol: str, silent_ms: int, severity: Decimal) -> ThreatSignal:
        rationale = f"no price of {symbol} for {silent_ms // 1000} s"
        return self.new_threat(_STALE_FEED, symbol, severity=severity, rationale=rationale)
