"""The model of `notifications`: who is told what, while nobody looks at a screen."""

from typing import Annotated

from pydantic import Field

from desk.config.secrets import SecretReference
from desk.contracts.dto import Dto
from desk.contracts.ports.notifier import NoticeKind
from desk.contracts.states import AlarmSeverity

_USUAL = (NoticeKind.ALARMS, NoticeKind.HALTS, NoticeKind.EXITS, NoticeKind.JOURNAL, NoticeKind.WORKERS)


class NotificationSettings(Dto):
    """Send word through apprise; without `urls` nothing is sent."""

    urls: tuple[SecretReference, ...] = Field(
        (), description="where word goes: references to apprise URLs, such as env:DESK_ALERTS"
    )
    events: tuple[NoticeKind, ...] = Field(
        _USUAL,
        description="what is told: alarms, halts, exits, journal (it cannot be written), workers (one was "
        "stopped), starts (of the desk, and its stops)",
    )
    least_severity: AlarmSeverity = Field(
        AlarmSeverity.CRITICAL, description="the least of the alarms that are told: warning or critical"
    )
    pause_s: Annotated[int, Field(ge=1, le=3600)] = Field(
        60,
        description="the least time between two messages, in seconds from 1 to 3600; what happens meanwhile "
        "is one message",
    )
    repeat_s: Annotated[int, Field(ge=1, le=86_400)] = Field(
        900, description="how long the same text is not told again, in seconds from 1 to 86400"
    )
