"""The states a desk can be in, and the modes it can trade in."""

from enum import StrEnum


class DeskState(StrEnum):
    """What the desk may do; latched durably and loosened only by the operator."""

    ACTIVE = "ACTIVE"
    REDUCING = "REDUCING"
    HALTED = "HALTED"
    EXITING = "EXITING"

    @property
    def strictness(self) -> int:
        """How little is allowed: a latch never goes down without the operator."""
        return ("ACTIVE", "REDUCING", "HALTED", "EXITING").index(self.value)


class TradingMode(StrEnum):
    """Whose money is at stake."""

    PAPER = "PAPER"
    SANDBOX = "SANDBOX"
    DEMO = "DEMO"
    LIVE = "LIVE"
    REPLAY = "REPLAY"


class WorkerStatus(StrEnum):
    """Whether a worker is being called."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    STOPPED = "STOPPED"


class AlarmSeverity(StrEnum):
    """How loudly the operator must be told."""

    WARNING = "warning"
    CRITICAL = "critical"
