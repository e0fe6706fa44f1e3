"""How much fills here: all of it, unless a fault says otherwise."""

from dataclasses import dataclass
from decimal import Decimal

from connectors.sandbox.fault_box import FaultBox
from connectors.venue.liquidity import Liquidity
from desk.contracts.market import ZERO, Instrument, Tick


@dataclass(frozen=True, slots=True)
class FaultyLiquidity(Liquidity):
    """Fill whole orders, a share of each, or nothing."""

    faults: FaultBox | None = None

    def available(self, remaining_base: Decimal, tick: Tick, instrument: Instrument) -> Decimal:
        """Return what can fill now: whole lots, at least one where anything fills."""
        if self.faults is None:
            return remaining_base
        if self.faults.in_force("no_liquidity", tick.symbol) is not None:
            return ZERO
        partial = self.faults.in_force("partial_fills", tick.symbol)
        if partial is None:
            return remaining_base
        share = instrument.floor_size(remaining_base * partial.share)
        return min(max(share, instrument.size_step), remaining_base)
