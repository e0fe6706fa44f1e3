"""Ledger and venue agree on every balance and net position to the last digit, whatever was traded."""

from decimal import Decimal

import hypothesis.strategies as st
from hypothesis import given, settings

from desk.contracts.ids import FillId
from desk.contracts.market import InstrumentKind
from desk.contracts.netting import MONEY
from desk.contracts.orders import VenueFill
from desk.contracts.records import EntryKind, FillBooked, JournalEntry
from desk.contracts.sides import OrderSide
from tests.builders import ledger as build
from tests.builders.examples import examples
from tests.builders.venue import PERP, SPOT, VenueRig

OPENING = {"USDT": "100000", "BTC": "3"}

actions = st.lists(
    st.tuples(
        st.sampled_from([SPOT, PERP]),
        st.sampled_from(OrderSide),
        st.integers(1, 999).map(lambda lots: Decimal(lots) / 1000),
        st.integers(900, 1100).map(lambda steps: Decimal(steps) / 10),
    ),
    min_size=1,
    max_size=20,
)


def booked(fill: VenueFill) -> JournalEntry:
    kind = InstrumentKind.PERPETUAL if ":" in fill.symbol else InstrumentKind.SPOT
    fill_id = FillId.at(fill.time_ms, int(fill.venue_trade_id))
    record = FillBooked(fill_id, fill, kind, "USDT", "BTC", None, None, None)
    return JournalEntry(EntryKind.FILL_BOOKED, fill_id, fill.time_ms, record)


@given(data=st.data(), traded=actions, fraction=st.sampled_from(["0", "0.6"]))
@settings(max_examples=examples(60))
def test_the_ledger_books_what_the_venue_books(
    data: st.DataObject, traded: list[tuple[str, OrderSide, Decimal, Decimal]], fraction: str
) -> None:
    venue = VenueRig(slippage="0.0007", fraction=fraction, USDT="100000", BTC="3")
    for number, (symbol, side, size, price) in enumerate(traded):
        venue.tick(str(price), symbol=symbol)
        venue.send(f"o{number}", side, str(size), symbol=symbol)
        venue.tick(str(price), symbol=symbol)
    told = data.draw(st.permutations(venue.fills))
    opening = [build.balance_adjusted(amount, currency) for currency, amount in OPENING.items()]
    ledger = build.fold(*opening, *(booked(fill) for fill in told))
    for currency in OPENING:
        assert str(ledger.balance(currency).normalize(MONEY)) == str(venue.total(currency).normalize(MONEY))
    assert ledger.net(PERP) == venue.state.account.net(PERP)
