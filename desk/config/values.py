"""The value types of configuration fields: names, durations, time zones."""

import re
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from desk.config.cron import cron_fault
from desk.config.faults import fault

_DURATION = re.compile(r"([1-9]\d{0,8})(ms|s|m|h|d)")
_UNIT_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def duration_ms(text: str) -> int:
    """Read a duration such as `500ms`, `30s` or `4h` into milliseconds; raises ValueError."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no duration")
    return int(found.group(1)) * _UNIT_MS[found.group(2)]


def _duration(text: str) -> str:
    if _DURATION.fullmatch(text) is None:
        raise fault(f"{text!r} is no duration", "write a number and ms, s, m, h or d, such as 30s")
    return text


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError):
        # ZoneInfo answers an unknown name with KeyError's child, and a folder of the database with OSError.
        raise _unknown_zone(name) from None
    except KeyError:
        raise _unknown_zone(name) from None
    return name


def _unknown_zone(name: str) -> Exception:
    return fault(f"{name!r} is no time zone", "write an IANA name, such as UTC or Europe/Amsterdam")


def _cron(text: str) -> str:
    found = cron_fault(text)
    if found is not None:
        raise fault(*found)
    return text


Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,47}$")]
"""A name an operator gives: a letter, then letters, digits, `_` and `-`."""

Duration = Annotated[
    str, AfterValidator(_duration), Field(json_schema_extra={"pattern": f"^{_DURATION.pattern}$"})
]
"""A length of time as text: a number and a unit."""

TimeZone = Annotated[str, AfterValidator(_time_zone)]
"""An IANA time zone."""

Cron = Annotated[str, AfterValidator(_cron)]
"""Five cron fields: minute, hour, day of month, month, weekday by name."""

Milliseconds = Annotated[int, Field(ge=0)]
"""A length of time in milliseconds."""
