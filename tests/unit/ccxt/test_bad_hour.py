"""Orders amid random faults: none doubled, none lost, no outcome that the venue contradicts."""

import random

import pytest

from connectors.ccxt.settings import MarketChoice
from connectors.ccxt.streams.settings import StreamSettings
from desk.contracts.orders import OrderOutcome, OrderRequest, OutcomeKind, VenueEvent, VenueFill, VenueOrder
from desk.contracts.problems import ReadFailed
from tests.builders.ccxt import CcxtRig, opened
from tests.builders.sandbox import PERP, SPOT
from tests.builders.venue import BUY, SELL, amendment, request

FAULTS = [
    "reset_before", "reset_after", "error_before", "error_after", "truncated", "html_answer", "empty_answer",
    "missing_fields", "foreign_ids", "ambiguous_code", "rejected", "hang_before", "hang_after", "latency",
    "stale_reads", "stream_lost", "stream_duplicated", "stream_reordered", "stream_closed", "rejected_late",
]  # fmt: skip
PATIENCE = {"request_ms": 500, "streams": StreamSettings(account_check_ms=500, grace_ms=100)}
_NONE = frozenset((OutcomeKind.NOT_ACCEPTED, OutcomeKind.NOT_SENT))


def drawn(chance: random.Random, number: int, symbol: str) -> OrderRequest:
    side = chance.choice([BUY, SELL])
    limit = 99 if side is BUY else 101
    stop = 110 if side is BUY else 90
    limit_price, stop_price = chance.choice([(None, None), (limit, None), (None, stop)])
    return request(f"o{number}", side, 1, symbol=symbol, limit=limit_price, stop=stop_price)


async def shaken(rig: CcxtRig, chance: random.Random, number: int, symbol: str) -> OrderOutcome:
    """Place one order, and bother an older one, with a fault in the way."""
    rig.box.lift_faults()
    fault = chance.choice(FAULTS)
    settings = {"delay_ms": 30} if fault == "latency" else {}
    rig.box.fault(fault, times=None if fault == "stream_closed" else chance.randint(1, 3), **settings)
    outcome = await rig.connector.place_order(drawn(chance, number, symbol))
    older = f"o{chance.randint(0, number)}"
    if chance.random() < 0.5:
        await rig.connector.cancel_order(symbol, older)
    else:
        await rig.connector.amend_order(amendment(older, symbol=symbol, size="2"))
    rig.box.price(str(chance.choice([98, 100, 102])), symbol)
    return outcome


@pytest.mark.parametrize(("seed", "market"), [(1, MarketChoice.SWAP), (2, MarketChoice.SPOT)])
async def test_no_order_is_doubled_or_lost_whatever_the_network_does(seed: int, market: MarketChoice) -> None:
    chance, symbol = random.Random(seed), SPOT if market is MarketChoice.SPOT else PERP
    told: list[VenueEvent] = []
    async with opened(market, PATIENCE, balances={"USDT": "1000000", "BTC": "1000"}) as rig:
        rig.connector.subscribe(told.append)
        outcomes = {f"o{number}": await shaken(rig, chance, number, symbol) for number in range(40)}
        rig.box.lift_faults()
        assert {OutcomeKind.ACCEPTED, OutcomeKind.UNKNOWN} <= {one.kind for one in outcomes.values()}
        for name, outcome in outcomes.items():
            assert rig.box.attempts(name) <= 1
            found = await rig.connector.fetch_order(symbol, name)
            assert (found is not None) == (name in rig.box.accepted)
            if outcome.kind in _NONE:
                assert found is None
            if outcome.kind is OutcomeKind.ACCEPTED:
                assert found is not None

        async def is_all_told() -> bool:
            try:
                fills = await rig.connector.fetch_fills(rig.began_ms)
                resting = {one.client_order_id for one in await rig.connector.fetch_open_orders()}
            except ReadFailed:
                return False
            newest = {one.client_order_id: one for one in told if isinstance(one, VenueOrder)}
            heard = {one.venue_trade_id for one in told if isinstance(one, VenueFill)}
            is_over = all(
                newest[name].status.is_terminal is (name not in resting)
                for name in newest
                if name in outcomes
            )
            return {one.venue_trade_id for one in fills} == heard and is_over

        await rig.until(is_all_told)
        fills = [(one.symbol, one.venue_trade_id) for one in told if isinstance(one, VenueFill)]
        assert len(fills) == len(set(fills))
        assert sorted(rig.box.open_ids) == sorted(
            one.client_order_id for one in await rig.connector.fetch_open_orders()
        )
