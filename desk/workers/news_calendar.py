"""A calendar of news windows as CSV: a header, then one window a line, times in ISO with a zone."""

import csv
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from desk.contracts.dto import Dto, Fraction
from desk.contracts.problems import FileFault

_BY_END = ("start", "end")
_BY_LENGTH = ("time", "duration_minutes")
_REST = ("severity", "affects", "title")
_HEADERS = " or ".join(",".join((*times, *_REST)) for times in (_BY_END, _BY_LENGTH))

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS_PER_MINUTE = 60_000
_MOST_MINUTES = 1_000_000
_REMEDIES: Mapping[str, str] = {
    "severity": "write a number from 0 to 1",
    "affects": "write a symbol, such as BTC/USDT:USDT, an asset, such as BTC, or * for everything",
    "title": "say in at most 200 characters what the news is",
}

EVERYTHING = "*"
"""What a window affects that is about no symbol or asset alone."""

_Affected = Annotated[str, Field(pattern=r"^(\*|[A-Z0-9]{2,12}|[A-Z0-9]+/[A-Z0-9]+(:[A-Z0-9]+)?)$")]


class NewsWindow(Dto):
    """Hold a span of time, [start, end) in UTC milliseconds, in which news may move what it affects."""

    start_ms: int
    end_ms: int
    severity: Fraction
    affects: _Affected
    title: Annotated[str, Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if not self.start_ms < self.end_ms:
            message = "a window ends after it begins"
            raise ValueError(message)
        return self

    @property
    def asset(self) -> str | None:
        """What it affects as threats name it: None is everything."""
        return None if self.affects == EVERYTHING else self.affects

    @property
    def key(self) -> str:
        """What tells it from every other."""
        return f"{self.start_ms}|{self.end_ms}|{self.affects}|{self.title}"


def read_calendar(text: str) -> list[object]:
    """Read a calendar into windows as JSON has them, in order of time.

    Lines that are empty or begin with # say nothing. Raises FileFault at the first line that is no window.
    """
    lines = [
        (number, line)
        for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not lines:
        raise FileFault(None, "", "the calendar has no header", f"begin it with {_HEADERS}")
    (header_line, header), *rows = lines
    columns = tuple(name.strip() for name in next(csv.reader([header])))
    times = next((one for one in (_BY_END, _BY_LENGTH) if sorted(columns) == sorted((*one, *_REST))), None)
    if times is None:
        raise FileFault(header_line, "", f"the header is {header!r}", f"write {_HEADERS}")
    windows = [_window(number, _cells(number, line, columns), times) for number, line in rows]
    return [one.model_dump(mode="json") for one in sorted(windows, key=lambda one: one.start_ms)]


def _cells(number: int, line: str, columns: tuple[str, ...]) -> Mapping[str, str]:
    cells = next(csv.reader([line]))
    if len(cells) != len(columns):
        what = f"{len(cells)} values stand under {len(columns)} columns"
        raise FileFault(number, "", what, "quote a value that has a comma in it")
    return dict(zip(columns, (cell.strip() for cell in cells), strict=True))


def _window(number: int, row: Mapping[str, str], times: tuple[str, str]) -> NewsWindow:
    begin, end = times
    start_ms = _moment(number, begin, row[begin])
    if times is _BY_END:
        end_ms = _moment(number, end, row[end])
    else:
        end_ms = start_ms + int(_amount(number, end, row[end]) * _MS_PER_MINUTE)
    if not start_ms < end_ms:
        raise FileFault(number, end, "the window ends before it begins", "write a later end")
    severity = _amount(number, "severity", row["severity"])
    try:
        return NewsWindow(
            start_ms=start_ms, end_ms=end_ms, severity=severity, affects=row["affects"], title=row["title"]
        )
    except ValidationError as error:
        column = str(error.errors()[0]["loc"][0])
        raise FileFault(number, column, f"{row[column]!r} is none", _REMEDIES[column]) from None


def _moment(number: int, column: str, text: str) -> int:
    """Return a time in UTC milliseconds."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise FileFault(
            number, column, f"{text!r} is no time with a zone", "write it as 2022-01-12T13:30:00Z"
        )
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _amount(number: int, column: str, text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) > _MOST_MINUTES:
        raise FileFault(number, column, f"{text!r} is no such number", "write a plain number")
    return amount
