"""Times and ages in words, in the zone the operator chose."""

from datetime import UTC, datetime, tzinfo

from desk.ui.viewmodels.frame import Writing
from desk.ui.viewmodels.numbers import NOTHING

SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


def moment(time_ms: int, zone: tzinfo | None) -> datetime | None:
    """Return a time in a zone, None being this machine's; None for a time no calendar has."""
    try:
        return datetime.fromtimestamp(time_ms / SECOND_MS, UTC).astimezone(zone)
    except (OverflowError, ValueError, OSError):
        return None


def clock(time_ms: int | None, writing: Writing, now_ms: int) -> str:
    """Write when something was: the time of today, or day and time of another day."""
    then = None if time_ms is None else moment(time_ms, writing.time_zone)
    if then is None:
        return NOTHING
    now = moment(now_ms, writing.time_zone)
    if now is not None and then.date() == now.date():
        return f"{then:%H:%M:%S}"
    return f"{then:%m-%d %H:%M}"


def full_time(time_ms: int | None, writing: Writing) -> str:
    """Write date, time and zone: for files and details."""
    then = None if time_ms is None else moment(time_ms, writing.time_zone)
    return NOTHING if then is None else then.isoformat(sep=" ", timespec="seconds")


def age(age_ms: int | None) -> str:
    """Write how long something has lasted, in its two largest units."""
    if age_ms is None:
        return NOTHING
    lasted = max(age_ms, 0)
    if lasted < MINUTE_MS:
        return f"{lasted // SECOND_MS}s"
    if lasted < HOUR_MS:
        return f"{lasted // MINUTE_MS}m{lasted % MINUTE_MS // SECOND_MS:02d}s"
    if lasted < DAY_MS:
        return f"{lasted // HOUR_MS}h{lasted % HOUR_MS // MINUTE_MS:02d}m"
    return f"{lasted // DAY_MS}d{lasted % DAY_MS // HOUR_MS:02d}h"


def rough_age(age_ms: int) -> str:
    """Write how long something has lasted in one unit, in at most three cells."""
    for unit_ms, name in ((DAY_MS, "d"), (HOUR_MS, "h"), (MINUTE_MS, "m")):
        if age_ms >= unit_ms:
            return f"{min(age_ms // unit_ms, 99)}{name}"
    return f"{max(age_ms, 0) // SECOND_MS}s"


def short_age(age_ms: int | None) -> str:
    """Write an age where milliseconds matter, as of a feed or an answer."""
    if age_ms is None or age_ms >= 10 * SECOND_MS:
        return age(age_ms)
    if age_ms >= SECOND_MS:
        return f"{age_ms / SECOND_MS:.1f}s"
    return f"{max(age_ms, 0)}ms"
