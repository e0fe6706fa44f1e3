"""Cells of a recorded row: text to exact numbers, or the fault that stands in the way."""

import re
from decimal import Decimal
from typing import Final

_PLAIN: Final = re.compile(r"\d{1,18}(?:\.\d+)?", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)
_WHOLE: Final = re.compile(r"[+-]?\d+", re.ASCII)
_MOST_CHARACTERS: Final = 24
"""What the longest binary fraction takes; sums and quarters of such numbers stay exact."""
_LARGEST: Final = Decimal("1e18")
_EARLIEST_MS: Final = 100_000_000_000
"""1973: below it a time is in seconds."""
_LATEST_MS: Final = 100_000_000_000_000
"""5138: above it a time is in microseconds."""
_LONGEST_SHOWN: Final = 40


class CellFault(Exception):
    """A cell cannot be read: its column, what is wrong and what to write instead."""

    def __init__(self, column: str, what: str, remedy: str) -> None:
        super().__init__(what)
        self.column = column
        self.what = what
        self.remedy = remedy


def shown(text: str) -> str:
    """Return a text as a message may show it: quoted, without control characters, not too long."""
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")


def number(column: str, text: str) -> Decimal:
    """Return the exact number a cell writes; raises CellFault."""
    if len(text) <= _MOST_CHARACTERS and _PLAIN.fullmatch(text) is not None:
        return Decimal(text)  # the usual case, at a third of the cost
    if _NUMBER.fullmatch(text) is None:
        what = "the cell is empty" if not text.strip() else f"{shown(text)} is not a number"
        raise CellFault(column, what, "write a plain number such as 46319.5, without quotes or spaces")
    value = Decimal(text)
    if not (len(text) <= _MOST_CHARACTERS and abs(value) < _LARGEST):
        what = f"{shown(text)} is too long or too large a number"
        raise CellFault(column, what, f"write at most {_MOST_CHARACTERS} characters, below {_LARGEST}")
    return value


def price(column: str, text: str) -> Decimal:
    """Return a price above zero; raises CellFault."""
    value = number(column, text)
    if not value > 0:
        raise CellFault(column, f"the price {text} is not above zero", "remove the row or write its price")
    return value


def volume(column: str, text: str) -> Decimal:
    """Return a volume of zero or more; raises CellFault."""
    value = number(column, text)
    if not value >= 0:
        raise CellFault(column, f"the volume {text} is below zero", "write 0 or more")
    return value


def size(column: str, text: str) -> Decimal:
    """Return a traded size above zero; raises CellFault."""
    value = number(column, text)
    if not value > 0:
        raise CellFault(column, f"the size {text} is not above zero", "remove the row or write its size")
    return value


def time_ms(column: str, text: str) -> int:
    """Return a time in milliseconds since 1970, UTC; raises CellFault."""
    if len(text) > _MOST_CHARACTERS or _WHOLE.fullmatch(text) is None:
        what = "the cell is empty" if not text.strip() else f"{shown(text)} is not a whole number"
        raise CellFault(column, what, "write milliseconds since 1970 in UTC, such as 1640991660000")
    value = int(text)
    if not value >= _EARLIEST_MS:
        raise CellFault(column, f"{text} is no time in milliseconds", "multiply seconds by 1000")
    if not value < _LATEST_MS:
        raise CellFault(column, f"{text} is no time in milliseconds", "divide microseconds by 1000")
    return value
