"""A made-up price that moves as real ones do: returns in proportion, calm and wild spells, jumps.

The logarithm of the price is a random walk whose volatility is itself a mean-reverting walk in logarithms
(Taylor's stochastic volatility model), with normally distributed jumps at random times (Merton). Floats live
here alone: what leaves is rounded to an instrument's steps.
"""

import math
from dataclasses import dataclass
from typing import Final

from desk.contracts.ports.time import Rng

_MS_PER_YEAR: Final = 365 * 24 * 3_600_000
_CLUSTER_MS: Final = 20 * 60_000
"""How long a calm or wild spell lasts, on average."""
_CLUSTER_SPREAD: Final = 0.5
"""The standard deviation of the logarithm of volatility."""
_FARTHEST: Final = 20.0
"""Where the walk stops: a price half a billion times the first has left the realm of prices."""


@dataclass(frozen=True, slots=True)
class ProcessShape:
    """Shape a price: yearly volatility and jump size as fractions, jumps by their chance a millisecond."""

    annual_volatility: float
    jumps_per_ms: float
    jump_size: float
    market_share: float
    """The part, from 0 to 1, of each move's variance that comes from a draw all symbols have in common."""


class PriceProcess:
    """Walk the logarithm of one price, from zero."""

    __slots__ = ("_common", "_own", "_rng", "_shape", "_volatility_log", "_yearly", "log_price")

    def __init__(self, shape: ProcessShape, rng: Rng) -> None:
        self._shape = shape
        self._rng = rng
        self._common = math.sqrt(shape.market_share)
        self._own = math.sqrt(1.0 - shape.market_share)
        self._volatility_log = rng.gauss(0.0, _CLUSTER_SPREAD)
        self.log_price = 0.0

    def step(self, duration_ms: float, market: float) -> None:
        """Move on by `duration_ms`; `market` is the normally distributed draw that all symbols share."""
        shape, rng = self._shape, self._rng
        memory = math.exp(-duration_ms / _CLUSTER_MS)
        fresh = math.sqrt(1.0 - memory * memory) * _CLUSTER_SPREAD
        self._volatility_log = self._volatility_log * memory + fresh * rng.gauss(0.0, 1.0)
        # The mean of the squared factor is one: clustering leaves the yearly volatility as it is.
        factor = math.exp(self._volatility_log - _CLUSTER_SPREAD * _CLUSTER_SPREAD)
        draw = self._common * market + self._own * rng.gauss(0.0, 1.0)
        spread = shape.annual_volatility * math.sqrt(duration_ms / _MS_PER_YEAR)
        self.log_price += spread * factor * draw
        if shape.jumps_per_ms and rng.random() < shape.jumps_per_ms * duration_ms:
            self.log_price += rng.gauss(0.0, shape.jump_size)
        self.log_price = min(max(self.log_price, -_FARTHEST), _FARTHEST)
