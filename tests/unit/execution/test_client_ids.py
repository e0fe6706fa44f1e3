"""Client order ids: who made an order can be told from its id alone."""

import re

from hypothesis import given
from hypothesis import strategies as st

from desk.contracts.ids import ExecutionDirectiveId, TradeId
from desk.contracts.orders import Leg
from desk.execution.client_ids import client_order_id, desk_prefix

numbers = st.integers(min_value=0, max_value=2**32 - 1)


@given(st.text(), numbers, numbers, st.sampled_from(Leg), st.integers(min_value=1, max_value=10**6))
def test_an_id_fits_every_venue_and_is_the_same_each_time(
    desk_id: str, directive: int, trade: int, leg: Leg, attempt: int
) -> None:
    of = (ExecutionDirectiveId.at(0, directive), TradeId.at(0, trade), leg, attempt)
    name = client_order_id(desk_id, *of)
    assert re.fullmatch(r"[a-s][0-9a-z]{17}", name)
    assert name == client_order_id(desk_id, *of)
    assert name.startswith(desk_prefix(desk_id))


@given(numbers, st.integers(min_value=1, max_value=1000))
def test_every_leg_and_attempt_has_an_id_of_its_own(directive: int, attempt: int) -> None:
    execution, trade = ExecutionDirectiveId.at(0, directive), TradeId.at(0, 1)
    names = {client_order_id("desk", execution, trade, leg, n) for leg in Leg for n in (attempt, attempt + 1)}
    names.add(client_order_id("other", execution, trade, Leg.ENTRY, attempt))
    names.add(client_order_id("desk", execution, TradeId.at(0, 2), Leg.ENTRY, attempt))
    assert len(names) == 2 * len(Leg) + 2
