"""Prices by the time they hold at: the same seed gives the same price at a time, asked in any order."""

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from itertools import pairwise
from typing import Final, Protocol

_MS_PER_YEAR: Final = 365 * 24 * 3_600_000
_FINEST_MS: Final = 250
_COARSENING: Final = 4
_OCTAVES: Final = 12
"""The coarsest lattice is spaced a month: what moves slower than that, a rehearsal never sees."""
_MOST_REMEMBERED: Final = 4096
_UNIFORM_TO_UNIT: Final = math.sqrt(3)
"""A draw from [-1, 1] has a variance of a third."""
_STEEPNESS: Final = 0.6  # not money: a shape
"""What makes octaves add up to the yearly volatility, over spans from a second to a day."""


class PricePath(Protocol):
    """Say the price at any time."""

    def price_at(self, time_ms: int) -> Decimal:
        """Return the price in quote, on no step yet."""
        ...


class WalkPath:
    """A made-up price that wanders as real ones do, and passes `start_price` at `start_ms`.

    Value noise of twelve octaves stands in for a random walk, so that yesterday's candles can be told
    without having lived yesterday. Floats live here alone: what leaves is rounded to an instrument's step.
    """

    def __init__(self, seed: str, start_ms: int, start_price: Decimal, annual_volatility: Decimal) -> None:
        self._seed = seed
        self._start = float(start_price)  # not money: where the walk starts, rounded before it is a price
        self._lattice: dict[tuple[int, int], float] = {}
        per_root_ms = float(annual_volatility) / math.sqrt(_MS_PER_YEAR)  # not money: a rate of change
        spacings = [_FINEST_MS * _COARSENING**octave for octave in range(_OCTAVES)]
        self._octaves = [(one, per_root_ms * math.sqrt(one) * _STEEPNESS) for one in spacings]
        self._origin = self._height(start_ms)

    def price_at(self, time_ms: int) -> Decimal:
        """Return the price in quote, on no step yet."""
        return Decimal(self._start * math.exp(self._height(time_ms) - self._origin))

    def _height(self, time_ms: int) -> float:
        height = 0.0  # not money: a logarithm
        for octave, (spacing_ms, reach) in enumerate(self._octaves):
            place, past = divmod(time_ms, spacing_ms)
            left, right = self._draw(octave, place), self._draw(octave, place + 1)
            height += reach * (left + (right - left) * past / spacing_ms)
        return height

    def _draw(self, octave: int, place: int) -> float:
        known = self._lattice.get((octave, place))
        if known is not None:
            return known
        if len(self._lattice) >= _MOST_REMEMBERED:
            self._lattice.clear()
        digest = blake2b(f"{self._seed}|{octave}|{place}".encode(), digest_size=8).digest()
        draw = (int.from_bytes(digest, "big") / 2**63 - 1) * _UNIFORM_TO_UNIT
        self._lattice[octave, place] = draw
        return draw


@dataclass(frozen=True, slots=True)
class PathCandle:
    """Hold one recorded candle, prices in quote."""

    time_ms: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal

    def joined(self, later: "PathCandle") -> "PathCandle":
        """Return both as one, where they share their time."""
        high, low = max(self.high, later.high), min(self.low, later.low)
        return PathCandle(self.time_ms, self.open, high, low, later.close)


class RecordedPath:
    """Candles told again from `start_ms` on: open, the nearer extreme, the other one, close, and on.

    Before its first candle the first price stands, after its last one the last. Raises ValueError without
    a candle, or where their times do not rise.
    """

    def __init__(self, candles: Sequence[PathCandle], start_ms: int) -> None:
        if not candles or any(not one.time_ms < later.time_ms for one, later in pairwise(candles)):
            message = "a recorded path needs candles whose times rise"
            raise ValueError(message)
        self._times_ms: list[int] = []
        self._prices: list[Decimal] = []
        shift_ms = start_ms - candles[0].time_ms
        spans_ms = [later.time_ms - one.time_ms for one, later in pairwise(candles)]
        for candle, span_ms in zip(candles, [*spans_ms, min(spans_ms, default=60_000)], strict=True):
            self._tell(candle, candle.time_ms + shift_ms, span_ms)

    @property
    def end_ms(self) -> int:
        """When the last recorded price is reached."""
        return self._times_ms[-1]

    def price_at(self, time_ms: int) -> Decimal:
        """Return the price in quote that was the newest at that time."""
        place = bisect.bisect_right(self._times_ms, time_ms) - 1
        return self._prices[max(place, 0)]

    def _tell(self, candle: PathCandle, begin_ms: int, span_ms: int) -> None:
        low_first = candle.open - candle.low <= candle.high - candle.open
        near, far = (candle.low, candle.high) if low_first else (candle.high, candle.low)
        last_ms = max(span_ms - 1, 0)
        self._times_ms += [begin_ms, begin_ms + last_ms // 3, begin_ms + last_ms * 2 // 3, begin_ms + last_ms]
        self._prices += [candle.open, near, far, candle.close]
