"""How the way to the venue is: what it still allows, its clock, and each stream."""

from collections.abc import Iterator
from decimal import Decimal

from desk.contracts.connection import StreamCondition
from desk.contracts.snapshot import Health
from desk.ui.viewmodels.connection import running_clock
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.health_line import OK, Verdict, below, health_line
from desk.ui.viewmodels.numbers import NOTHING
from desk.ui.viewmodels.table import Row
from desk.ui.viewmodels.text import clean
from desk.ui.viewmodels.times import SECOND_MS, short_age
from desk.ui.viewmodels.tones import Tone

_SKEW_MS = SECOND_MS
_RESERVE = Decimal("0.2")
"""The share of a venue's request budget that is kept for cancels and exits."""


def way_lines(health: Health, frame: Frame) -> Iterator[Row]:
    """Return the venue's clock always; the rest where the connector knows of it."""
    skew_ms, limit_ms = health.clock_skew_ms, health.clock_skew_limit_ms or _SKEW_MS
    yield health_line(
        "clock skew",
        NOTHING if skew_ms is None else f"{skew_ms:+}ms",
        below(None if skew_ms is None else abs(skew_ms), limit_ms, "OFF"),
        "venue clock against ours",
    )
    if health.budget_left is not None:
        yield _budget(health.budget_left)
    banned_for_ms = (health.banned_for_ms or 0) - frame.unheard_ms
    if banned_for_ms > 0:
        verdict = ("BANNED", Tone.ALARM)
        yield health_line(
            "venue ban", running_clock(banned_for_ms), verdict, "until the venue takes a request"
        )
    yield from (_stream(one, frame) for one in health.streams)


def _budget(left: Decimal) -> Row:
    verdict: Verdict = OK
    if not left > _RESERVE:
        verdict = ("TIGHT", Tone.WARN) if left > 0 else ("SPENT", Tone.ALARM)
    return health_line(
        "venue budget", f"{int(left * 100)}% free", verdict, "requests that the venue still allows"
    )


def _stream(stream: StreamCondition, frame: Frame) -> Row:
    silent_ms = None if stream.silent_ms is None else stream.silent_ms + frame.unheard_ms
    verdict: Verdict = ("STALE", Tone.STALE) if stream.is_stale else OK
    if not stream.is_up:
        verdict = ("DOWN", Tone.ALARM)
    gaps = f"; {stream.gaps} gap{'' if stream.gaps == 1 else 's'} read again" if stream.gaps else ""
    meaning = "no data yet" if silent_ms is None else "since its last data"
    return health_line(f"stream {clean(stream.name)}", short_age(silent_ms), verdict, f"{meaning}{gaps}")
