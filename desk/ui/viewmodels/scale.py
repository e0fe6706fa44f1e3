"""Where a value stands on a picture: values become halves of cells, counted from the top."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

_PARTS = 2
_FLAT_FRACTION = Decimal("0.0005")
_FLAT_STEPS = 4


@dataclass(frozen=True, slots=True)
class Scale:
    """Map values from `low` to `high`, which differ, on `rows` cells."""

    low: Decimal
    high: Decimal
    rows: int

    def half(self, value: Decimal) -> int:
        """Return the half cell of a value, 0 at the top; values outside are put at the edge."""
        last = self.rows * _PARTS - 1
        if value >= self.high:
            return 0
        if value <= self.low:
            return last
        return round(float((self.high - value) / (self.high - self.low)) * last)

    def row(self, value: Decimal) -> int:
        """Return the cell of a value, 0 at the top."""
        return self.half(value) // _PARTS

    def holds(self, value: Decimal) -> bool:
        """Tell whether a value is inside."""
        return self.low <= value <= self.high


def range_of(values: Iterable[Decimal], step: Decimal | None) -> tuple[Decimal, Decimal]:
    """Return the lowest and the highest of at least one number, apart from each other.

    Values that do not move get room above and below: a few of the instrument's steps.
    """
    known = list(values)
    low, high = min(known), max(known)
    if low < high:
        return low, high
    room = max((step or Decimal(0)) * _FLAT_STEPS, abs(low) * _FLAT_FRACTION)
    room = room if low - room < low < low + room else Decimal(1)
    return low - room, low + room


def widened(
    span: tuple[Decimal, Decimal], wanted: Iterable[Decimal], most: Decimal
) -> tuple[Decimal, Decimal]:
    """Return `span` widened to hold those of `wanted` that do not make it more than `most` times as large."""
    low, high = span
    length = high - low
    for value in sorted(wanted, key=lambda one: max(low - one, one - high)):
        if value.is_finite() and max(high, value) - min(low, value) <= length * most:
            low, high = min(low, value), max(high, value)
    return low, high
