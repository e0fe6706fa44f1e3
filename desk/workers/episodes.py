"""When a danger that is measured again and again is worth a word: as it begins and as it grows."""

from decimal import Decimal
from typing import Self

from pydantic import model_validator

from desk.contracts.manifests import Parameters, parameter
from desk.contracts.market import ONE
from desk.workers.prices import milliseconds


class ThreatLevels(Parameters):
    """Say from which severity on a threat is raised, when again, and when it is over."""

    raise_severity: Decimal = parameter(
        Decimal("0.2"), "severity", "From here on a threat is raised.", gt=0, le=1
    )
    rearm_severity: Decimal = parameter(
        Decimal("0.15"),
        "severity",
        "Below this a raised threat is over, and the next is a new one.",
        ge=0,
        le=1,
    )
    escalation: Decimal = parameter(
        Decimal("0.2"), "severity", "A raised threat is raised again when it has grown by this.", gt=0, le=1
    )
    repeat_after_s: Decimal | None = parameter(
        None, "s", "A threat that goes on is raised again after this; unset: only when it has grown.", gt=0
    )

    @model_validator(mode="after")
    def _over_below_raised(self) -> Self:
        if not self.rearm_severity < self.raise_severity:
            message = (
                f"rearm_severity {self.rearm_severity} must be below raise_severity {self.raise_severity}"
            )
            raise ValueError(message)
        return self


class Episode:
    """Follow one danger from its beginning to its end; nothing of it survives a restart.

    Whoever weighs threats begins with none after a restart, so that a danger which goes on is told again.
    """

    def __init__(self, levels: ThreatLevels) -> None:
        self._levels = levels
        repeat_after_s = levels.repeat_after_s
        self._repeat_after_ms = None if repeat_after_s is None else milliseconds(repeat_after_s)
        self._raised: Decimal | None = None
        self._raised_at_ms = 0

    def is_due(self, severity: Decimal, now_ms: int) -> bool:
        """Tell whether a severity in [0, 1] is to be raised now; True counts as raised."""
        if self._raised is not None and severity < self._levels.rearm_severity:
            self._raised = None
        if severity < self._levels.raise_severity or not self._is_news(self._raised, severity, now_ms):
            return False
        self._raised = severity
        self._raised_at_ms = now_ms
        return True

    def _is_news(self, raised: Decimal | None, severity: Decimal, now_ms: int) -> bool:
        if raised is None or severity >= min(raised + self._levels.escalation, ONE) > raised:
            return True
        repeat_after_ms = self._repeat_after_ms
        return repeat_after_ms is not None and now_ms - self._raised_at_ms >= repeat_after_ms
