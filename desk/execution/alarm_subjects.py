"""What an alarm can be about, so that its end can be told."""

from dataclasses import dataclass
from enum import StrEnum

from desk.contracts.records import AlarmRaised


class Subject(StrEnum):
    """The kinds of things that begin and end."""

    STOP = "stop"
    TARGET = "target"
    TRADE = "trade"
    OUTCOME = "outcome"
    LATCH = "latch"
    BARS = "bars"
    BLOCK = "block"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class About:
    """Name what an alarm is about: a trade, an order, bars; `name` is empty where there is only one."""

    subject: Subject
    name: str = ""


LATCH = About(Subject.LATCH)
"""New risk that is not taken before a re-arm."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold an alarm that is not over."""

    about: About
    alarm: AlarmRaised
