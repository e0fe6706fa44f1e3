"""ccxt rounds in its own way, and leaves the desk's arithmetic in the same thread alone."""

from decimal import ROUND_HALF_EVEN, Decimal, Underflow, getcontext, localcontext

import pytest

from desk.contracts.orders import OutcomeKind
from tests.builders.untried_venues import untried_venue
from tests.builders.venue import BUY, request


@pytest.mark.parametrize("name", ["binance", "binanceusdm", "okx", "krakenfutures"])
async def test_an_order_leaves_the_rounding_of_the_desk_as_it_was(name: str) -> None:
    canned = untried_venue(name)
    with localcontext() as context:
        context.rounding = ROUND_HALF_EVEN
        outcome = await canned.orders.place(request("a1", BUY, 1, symbol=canned.rows[0]["symbol"], limit=90))
        assert outcome.kind is OutcomeKind.ACCEPTED, outcome.reason
        assert getcontext().rounding == ROUND_HALF_EVEN
        assert not getcontext().traps[Underflow]
        assert Decimal("2.5").quantize(Decimal(1)) == 2
