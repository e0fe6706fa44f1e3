"""How much a period buys: value averaging and buying more the deeper the dip, as pure arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from desk.contracts.market import ONE, ZERO, Bar, is_positive


class BuyMode(StrEnum):
    """What a period buys for: always the same, what is lacking to a value, or more the lower the price."""

    FIXED = "fixed"
    VALUE_AVERAGING = "value_averaging"
    DIP_WEIGHTED = "dip_weighted"


class DipReference(StrEnum):
    """What a dip is measured from: the mean of the last closes, or the highest of the last highs."""

    MEAN = "mean"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Dip:
    """Say how a dip weighs: `lowest` times the amount at the reference, `highest` times `full` below it."""

    full: Decimal
    lowest: Decimal
    highest: Decimal


def target_value(contribution_quote: Decimal, growth: Decimal, periods: int) -> Decimal:
    """Return what is to be held after `periods` periods, in quote: c x n x (1 + g)^n.

    Source: M. Edleson, Value Averaging, 1991, the value path V(t) = C x t x (1 + r)^t.
    """
    return contribution_quote * periods * (ONE + growth) ** periods


def reference_price(bars: Sequence[Bar], reference: DipReference) -> Decimal | None:
    """Return the price a dip is measured from; None without bars, or with one that is no price."""
    if not bars:
        return None
    if reference is DipReference.MEAN:
        closes = [bar.close for bar in bars]
        return sum(closes, ZERO) / len(closes) if all(map(is_positive, closes)) else None
    highs = [bar.high for bar in bars]
    return max(highs) if all(map(is_positive, highs)) else None


def dip_of(price: Decimal, reference: Decimal) -> Decimal:
    """Return how far `price` is below `reference`, as a fraction of it; zero at or above it."""
    return max((reference - price) / reference, ZERO)


def dip_multiple(dip: Decimal, weights: Dip) -> Decimal:
    """Return how many times the amount is bought: lowest + (highest - lowest) x min(1, dip / full)."""
    return weights.lowest + (weights.highest - weights.lowest) * min(dip / weights.full, ONE)
