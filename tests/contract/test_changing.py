"""What every connector does with amends and cancels."""

import pytest

from desk.contracts.orders import OrderStatus, OutcomeKind, VenueOrder
from tests.builders.venue import BUY, SELL, D, amendment
from tests.contract.subject import Subject, known, placed


async def test_a_cancelled_order_is_gone_and_told(subject: Subject) -> None:
    await placed(subject, "a1", BUY, 1, limit=95)
    outcome = await subject.run(subject.connector.cancel_order(subject.symbol, "a1"))
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert (await known(subject, "a1")).status is OrderStatus.CANCELED
    assert list(await subject.run(subject.connector.fetch_open_orders())) == []
    await subject.trade_at(subject.symbol, D(94))
    assert list(await subject.run(subject.connector.fetch_fills(subject.began_ms))) == []
    last = subject.told[-1]
    assert isinstance(last, VenueOrder)
    assert last.status is OrderStatus.CANCELED


async def test_nothing_to_cancel_is_proven(subject: Subject) -> None:
    never = await subject.run(subject.connector.cancel_order(subject.symbol, "never"))
    assert never.kind is OutcomeKind.NOT_ACCEPTED
    await placed(subject, "a1", BUY, 1)
    filled = await subject.run(subject.connector.cancel_order(subject.symbol, "a1"))
    assert filled.kind is OutcomeKind.NOT_ACCEPTED
    assert (await known(subject, "a1")).status is OrderStatus.FILLED


async def test_an_amend_changes_the_order_in_place(subject: Subject) -> None:
    if not subject.connector.capabilities.amends_in_place:
        pytest.skip("orders are replaced here")
    before = await placed(subject, "a1", SELL, 1, stop=90)
    asked = amendment("a1", symbol=subject.symbol, stop="95", size="0.5")
    outcome = await subject.run(subject.connector.amend_order(asked))
    assert outcome.kind is OutcomeKind.ACCEPTED
    after = await known(subject, "a1")
    assert (after.stop_price, after.size_base, after.status) == (D(95), D("0.5"), OrderStatus.OPEN)
    assert after.venue_order_id == before.venue_order_id
    await subject.trade_at(subject.symbol, D(94))
    assert (await known(subject, "a1")).filled_base == D("0.5")


async def test_a_stop_is_not_amended_through_the_market(subject: Subject) -> None:
    if not subject.connector.capabilities.amends_in_place:
        pytest.skip("orders are replaced here")
    before = await placed(subject, "a1", SELL, 1, stop=90)
    asked = amendment("a1", symbol=subject.symbol, stop="101")
    outcome = await subject.run(subject.connector.amend_order(asked))
    assert outcome.kind is OutcomeKind.NOT_ACCEPTED
    assert await known(subject, "a1") == before


async def test_what_ended_cannot_be_amended(subject: Subject) -> None:
    if not subject.connector.capabilities.amends_in_place:
        pytest.skip("orders are replaced here")
    await placed(subject, "a1", BUY, 1)
    asked = amendment("a1", symbol=subject.symbol, size="2")
    assert (await subject.run(subject.connector.amend_order(asked))).kind is OutcomeKind.NOT_ACCEPTED
