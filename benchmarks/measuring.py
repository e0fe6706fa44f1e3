"""How figures are taken: medians and percentiles of repeats, written as a table."""

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """Hold one figure: what was measured, the value as text, and what it is beside."""

    what: str
    value: str
    beside: str = ""


def tell(text: str) -> None:
    """Show progress on stderr."""
    sys.stderr.write(f"bench: {text}\n")
    sys.stderr.flush()


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def p50_and_p99(values: Sequence[float]) -> str:
    """Write p50 and p99."""
    return f"{percentile(values, 0.5):,.0f} / {percentile(values, 0.99):,.0f}"


def table(figures: Sequence[Figure]) -> str:
    """Lay figures out as a Markdown table."""
    rows = [f"| {one.what} | {one.value} | {one.beside} |" for one in figures]
    return "\n".join(["| measured | value | beside |", "|---|---|---|", *rows])
