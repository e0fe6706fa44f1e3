"""The threats to one symbol that count now, over restarts too."""

from decimal import Decimal
from typing import Self

from desk.contracts.assets import is_affected
from desk.contracts.dto import Dto, Fraction
from desk.contracts.ids import ThreatId
from desk.contracts.market import ZERO
from desk.contracts.ports.plugin import WorkerMemory
from desk.contracts.signals import OPERATOR_EXIT, ThreatSignal

THREAT_KEY = "threat."


class KnownThreat(Dto):
    """Remember what counts of a threat: while the clock is before `until_ms`."""

    threat_id: ThreatId
    threat_type: str
    severity: Fraction
    until_ms: int

    @classmethod
    def of(cls, threat: ThreatSignal, memory_ms: int) -> Self:
        """Take a threat over: until its own end, or for `memory_ms` where it names none."""
        until_ms = threat.until_ms
        return cls(
            threat_id=threat.threat_id,
            threat_type=threat.threat_type,
            severity=threat.severity,
            until_ms=threat.detected_at_ms + memory_ms + 1 if until_ms is None else until_ms,
        )


class ThreatBook:
    """Keep the threats to one symbol for as long as they count."""

    def __init__(self, symbol: str, memory_ms: int, memory: WorkerMemory) -> None:
        self._symbol = symbol
        self._memory_ms = memory_ms
        self._memory = memory
        self._known: dict[ThreatId, KnownThreat] | None = None

    def take(self, threat: ThreatSignal, now_ms: int) -> None:
        """Keep a threat to the symbol.

        An exit by the operator is none: the latch holds trades back, until he takes it off.
        """
        known = self._standing(now_ms)
        is_exit = threat.threat_type == OPERATOR_EXIT
        if is_exit or not is_affected(self._symbol, threat.affected_asset):
            return
        kept = KnownThreat.of(threat, self._memory_ms)
        if kept.until_ms > now_ms:
            known[kept.threat_id] = kept
            self._memory.put(THREAT_KEY + kept.threat_id, kept.model_dump_json())

    def standing(self, now_ms: int) -> tuple[KnownThreat, ...]:
        """Return the threats that count now, oldest first."""
        return tuple(self._standing(now_ms).values())

    def _standing(self, now_ms: int) -> dict[ThreatId, KnownThreat]:
        """Restore what a restart left, and forget what is over."""
        if self._known is None:
            remembered = self._memory.items().items()
            texts = [text for key, text in remembered if key.startswith(THREAT_KEY)]
            restored = sorted(map(KnownThreat.model_validate_json, texts), key=lambda one: one.threat_id)
            self._known = {one.threat_id: one for one in restored}
        for threat_id in [one.threat_id for one in self._known.values() if one.until_ms <= now_ms]:
            del self._known[threat_id]
            self._memory.put(THREAT_KEY + threat_id, None)
        return self._known


def gravest(threats: tuple[KnownThreat, ...]) -> Decimal:
    """Return the greatest severity, zero where there is none."""
    return max((one.severity for one in threats), default=ZERO)
