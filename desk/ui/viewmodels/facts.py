"""A fact: one figure under its name, with what it is measured by beside it."""

from dataclasses import dataclass
from decimal import Decimal

from desk.ui.viewmodels.table import Cell

METER_CELLS = 8


@dataclass(frozen=True, slots=True)
class Fact:
    """Hold one figure; `note` says what it is held against, such as a limit."""

    label: str
    cell: Cell
    note: str = ""


def meter(used: Decimal, *, ascii_only: bool) -> str:
    """Draw how much of a limit is used, in 8 cells; more than all of it is full."""
    full, empty = ("#", ".") if ascii_only else ("▰", "▱")
    count = min(max(int(used * METER_CELLS + Decimal("0.5")), 0), METER_CELLS) if used.is_finite() else 0
    return full * count + empty * (METER_CELLS - count)
