"""What may be added to a trade stays within worth and risk, and never averages down."""

from decimal import Decimal

import pytest

from desk.contracts.sides import PositionSide
from desk.testing.building import instrument, position
from desk.workers.pyramid import PyramidLimits, addition

LIMITS = PyramidLimits(Decimal(200_000), Decimal(50_000), require_breakeven=False)


@pytest.mark.parametrize("side", PositionSide)
def test_a_trade_that_is_not_ahead_is_not_added_to(side: PositionSide) -> None:
    trade, wanted = position(side), Decimal("0.25")
    stop = trade.stop_price
    assert stop is not None
    for offset in (0, -1000):
        assert (
            addition(trade, instrument(), wanted, 100_000 + side.sign * Decimal(offset), stop, LIMITS) is None
        )
    found = addition(trade, instrument(), wanted, 100_000 + side.sign * Decimal(1), stop, LIMITS)
    assert found is not None
    assert found.size_base == wanted
