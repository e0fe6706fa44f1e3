"""What a worker returns: continue, publish any number of events, or stop."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Self

from desk.contracts.events import RESERVED_PREFIXES

_NAME = re.compile(r"[A-Z][A-Z0-9_]*[A-Z0-9]")
_LONGEST_NAME = 100
_SHORTEST_NAME = 3


class Disposition(StrEnum):
    """What the platform should do next."""

    CONTINUE = "CONTINUE"
    PUBLISH = "PUBLISH"
    STOP = "STOP"


@dataclass(frozen=True, slots=True)
class Publication:
    """Name one event to publish and carry its payload.

    Raises ValueError for a name that is malformed or reserved to the platform.
    """

    event_name: str
    event_payload: object

    def __post_init__(self) -> None:
        """Check the name."""
        if self.event_name.startswith(RESERVED_PREFIXES):
            message = f"event name {self.event_name!r} is reserved to the platform"
            raise ValueError(message)
        sized = _SHORTEST_NAME <= len(self.event_name) <= _LONGEST_NAME
        if not sized or not _NAME.fullmatch(self.event_name):
            message = f"event name {self.event_name!r} is not UPPER_SNAKE of 3 to 100 characters"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class DispositionEnvelope:
    """Carry a worker's answer; PUBLISH has at least one publication, the others have none."""

    disposition: Disposition
    publications: tuple[Publication, ...] = ()
    reason: str = ""

    CONTINUE: ClassVar["DispositionEnvelope"]

    def __post_init__(self) -> None:
        """Check that publications and disposition agree."""
        if (self.disposition is Disposition.PUBLISH) != bool(self.publications):
            message = f"{self.disposition} with {len(self.publications)} publications"
            raise ValueError(message)

    @classmethod
    def publish(cls, *events: tuple[str, object]) -> Self:
        """Answer with events, in order; without any, with CONTINUE."""
        if not events:
            return cls(Disposition.CONTINUE)
        return cls(Disposition.PUBLISH, tuple(Publication(name, payload) for name, payload in events))

    @classmethod
    def stop(cls, reason: str) -> Self:
        """Answer that the flow should end here, and why."""
        return cls(Disposition.STOP, reason=reason)


DispositionEnvelope.CONTINUE = DispositionEnvelope(Disposition.CONTINUE)
