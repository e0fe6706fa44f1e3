"""How much of an order one tick can fill."""

from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.market import ZERO, Instrument, Tick
from desk.contracts.ports.time import Rng

_CHANCE_BITS = 32


@dataclass(frozen=True, slots=True)
class Liquidity:
    """Limit fills per order and tick, in base.

    `fraction` of a tick's size, times a chance in (0, 1], is there for an order; zero switches that off.
    `max_fill_base` bounds each fill besides. What is left fills on later ticks.
    """

    rng: Rng
    fraction: Decimal = ZERO
    max_fill_base: Decimal | None = None

    def available(self, remaining_base: Decimal, tick: Tick, instrument: Instrument) -> Decimal:
        """Return what can fill now: whole lots, at most `remaining_base`; zero where nothing traded."""
        available = remaining_base
        if self.max_fill_base is not None:
            available = min(available, self.max_fill_base)
        if self.fraction > 0:
            available = min(available, self._share_of(tick))
        lots = available // instrument.size_step
        if not lots and tick.size_base > 0:
            lots = Decimal(1)
        return min(lots * instrument.size_step, remaining_base)

    def _share_of(self, tick: Tick) -> Decimal:
        # Exact: a power of two divides without rest.
        chance = Decimal(self.rng.getrandbits(_CHANCE_BITS) + 1) / (1 << _CHANCE_BITS)
        return tick.size_base * self.fraction * chance
