"""Axes: round prices at an instrument's precision, round times in the operator's zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal

from desk.ui.viewmodels.frame import Writing
from desk.ui.viewmodels.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, moment

_ROUND = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
_MS = timedelta(milliseconds=1)
_TIME_STEPS_MS = (
    *(one * SECOND_MS for one in (1, 2, 5, 10, 15, 30)),
    *(one * MINUTE_MS for one in (1, 2, 5, 10, 15, 30)),
    *(one * HOUR_MS for one in (1, 2, 3, 4, 6, 12)),
    *(one * DAY_MS for one in (1, 2, 7, 14, 28, 91, 182, 364)),
)
_LABEL_GAP = 5


def round_step(span: Decimal, most: int, smallest: Decimal | None = None) -> Decimal:
    """Return the smallest of 1, 2, 5 times a power of ten that divides `span` into at most `most` parts.

    It is never below `smallest`, the step prices of the instrument move in.
    """
    wanted = max(span / max(most, 1), smallest or Decimal(0))
    if wanted <= 0:
        return Decimal(1)
    power = Decimal(1).scaleb(wanted.adjusted())
    return next(power * one for one in _ROUND if power * one >= wanted)


def round_values(
    low: Decimal, high: Decimal, most: int, smallest: Decimal | None = None
) -> tuple[Decimal, ...]:
    """Return at most `most` + 1 round values from `low` to `high`, rising; prices in quote."""
    if not high > low or most < 1:
        return ()
    step = round_step(high - low, most, smallest)
    first = (low / step).to_integral_value(ROUND_CEILING) * step
    if first + step == first:  # so far from zero that the step is lost in its digits
        return ()
    values = (first + step * number for number in range(most + 2))
    return tuple(one for one in values if low <= one <= high)


@dataclass(frozen=True, slots=True)
class TimeLabel:
    """Put a text below a column; `x` is where it begins."""

    x: int
    text: str


def time_labels(columns: Sequence[tuple[int, int]], width: int, writing: Writing) -> tuple[TimeLabel, ...]:
    """Label columns, each a place and its time (UTC ms, rising), at round local times without a clash.

    A label that begins a day says the day.
    """
    if not columns:
        return ()
    places = [(x, time_ms, _local_ms(time_ms, writing)) for x, time_ms in columns]
    apart_ms = (columns[-1][1] - columns[0][1]) // (len(columns) - 1) if len(columns) > 1 else MINUTE_MS
    for step_ms in _TIME_STEPS_MS:
        if step_ms < apart_ms:
            continue
        labels = _labels(places, step_ms, width, writing)
        if labels is not None:
            return labels
    return ()


def _labels(
    places: Sequence[tuple[int, int, int]], step_ms: int, width: int, writing: Writing
) -> tuple[TimeLabel, ...] | None:
    """Return the labels of one step, None where two of them would clash."""
    labels: list[TimeLabel] = []
    period_before: int | None = None
    free_from = 0
    for x, time_ms, local_ms in places:
        period, since_ms = divmod(local_ms, step_ms)
        is_new = period != period_before and (period_before is not None or since_ms == 0)
        period_before = period
        if not is_new:
            continue
        text = _label(time_ms - since_ms, local_ms - since_ms, step_ms, writing)
        start = x - len(text) // 2
        if start < free_from:
            if labels:
                return None
            continue
        if start + len(text) <= width:
            labels.append(TimeLabel(start, text))
            free_from = start + len(text) + _LABEL_GAP
    return tuple(labels)


def _local_ms(time_ms: int, writing: Writing) -> int:
    local = moment(time_ms, writing.time_zone)
    offset = None if local is None else local.utcoffset()
    return time_ms if offset is None else time_ms + offset // _MS


def _label(time_ms: int, local_ms: int, step_ms: int, writing: Writing) -> str:
    """Write when a period begins, its day where a day begins with it."""
    begun = moment(time_ms, writing.time_zone)
    if begun is None:
        return ""
    if local_ms % DAY_MS == 0:
        return f"{begun:%m-%d}"
    return f"{begun:%H:%M:%S}" if step_ms < MINUTE_MS else f"{begun:%H:%M}"
