"""Word to an operator who looks at no screen: what is worth it, and the port it goes through."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from desk.contracts.states import AlarmSeverity


class NoticeKind(StrEnum):
    """What a notice is about, as `notifications.events` names it."""

    ALARMS = "alarms"
    HALTS = "halts"
    EXITS = "exits"
    JOURNAL = "journal"
    WORKERS = "workers"
    STARTS = "starts"


@dataclass(frozen=True, slots=True)
class Notice:
    """Tell one thing in one line; the same text is the same trouble."""

    kind: NoticeKind
    severity: AlarmSeverity
    text: str


class Notifier(Protocol):
    """Take word for the operator, wherever he is."""

    def notify(self, notice: Notice) -> None:
        """Take a notice and return at once: no service, however slow or broken, holds the caller up."""
        ...
