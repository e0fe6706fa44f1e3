"""Five-field cron lines, checked before anything starts.

Weekdays are written as names: cron counts them from Sunday, the scheduler from Monday, so that a number
would buy on another day than the one meant.
"""

from dataclasses import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    lowest: int
    highest: int
    words: tuple[str, ...] = ()
    only_words: bool = False

    def number(self, text: str) -> int | None:
        """Return the value a text stands for, None where it is none of this field's."""
        word = text.lower()
        if word in self.words:
            return self.words.index(word) + self.lowest
        if self.only_words or not text.isdecimal() or not self.lowest <= int(text) <= self.highest:
            return None
        return int(text)


_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""How many days a month ever has."""
_DAYS = "write a day that one of its months has, such as 28"

_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("weekday", 0, 6, _WEEKDAYS, only_words=True),
)


def cron_fault(text: str) -> tuple[str, str] | None:
    """Return what is wrong with a cron line and what to write instead, None where it is right."""
    parts = text.split()
    if len(parts) != len(_FIELDS):
        what = f"a cron line has 5 fields, {text!r} has {len(parts)}"
        return what, "write minute, hour, day of month, month and weekday, such as 0 9 * * mon"
    for field, part in zip(_FIELDS, parts, strict=True):
        for item in part.split(","):
            if not _is_item(item, field):
                return f"{item!r} is no {field.name} of a cron line", _remedy(field)
    return (
        None if _ever_fires(*parts[2:4]) else (f"{text!r} never fires: no such month has such a day", _DAYS)
    )


def _ever_fires(days: str, months: str) -> bool:
    """Tell whether one of the months ever has one of the days."""
    first_day = min(_values(days, _FIELDS[2]))
    return any(first_day <= _LONGEST[month - 1] for month in _values(months, _FIELDS[3]))


def _values(part: str, field: _Field) -> set[int]:
    """Return the values that a valid part of a cron line stands for."""
    found: set[int] = set()
    for item in part.split(","):
        span, _, step = item.partition("/")
        first, dash, last = span.partition("-")
        start = field.lowest if span == "*" else field.number(first)
        end = field.highest if span == "*" else field.number(last) if dash else start
        if start is not None and end is not None:
            found.update(range(start, end + 1, int(step or 1)))
    return found


def _remedy(field: _Field) -> str:
    if field.only_words:
        return "write * or names such as mon or mon-fri"
    return f"write *, */n, or numbers from {field.lowest} to {field.highest}"


def _is_item(item: str, field: _Field) -> bool:
    span, slash, step = item.partition("/")
    if slash and not (step.isdecimal() and 1 <= int(step) <= field.highest - field.lowest):
        return False
    if span == "*":
        return True
    first, dash, last = span.partition("-")
    start, end = field.number(first), field.number(last)
    if start is None:
        return False
    if not dash:
        return not slash
    return end is not None and start <= end
