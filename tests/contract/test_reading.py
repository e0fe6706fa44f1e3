"""What every connector answers when it is read, and before and after it is open."""

import pytest

from desk.contracts.market import InstrumentKind
from desk.contracts.orders import OrderType, OutcomeKind
from desk.contracts.problems import ReadFailed
from tests.builders.venue import BUY, D, request
from tests.contract.subject import Subject, instrument_of, placed, spot_of


async def test_a_fresh_account_holds_its_balances_and_nothing_else(subject: Subject) -> None:
    balances = {one.currency: one for one in await subject.run(subject.connector.fetch_balances())}
    assert (balances["USDT"].total, balances["BTC"].free) == (D(10000), D(10))
    assert list(await subject.run(subject.connector.fetch_positions())) == []
    assert list(await subject.run(subject.connector.fetch_open_orders())) == []
    assert list(await subject.run(subject.connector.fetch_fills(subject.began_ms))) == []


async def test_the_filters_of_both_symbols_can_be_read(subject: Subject) -> None:
    kinds = {subject.spot: InstrumentKind.SPOT, subject.perpetual: InstrumentKind.PERPETUAL}
    for symbol in filter(None, kinds):
        found = await instrument_of(subject, symbol)
        assert found.kind is kinds[symbol]
        assert found.price_step > 0
        assert found.size_step > 0


async def test_an_order_that_never_was_is_not_known(subject: Subject) -> None:
    assert await subject.run(subject.connector.fetch_order(subject.symbol, "never")) is None


async def test_an_order_is_known_by_its_own_symbol_alone(subject: Subject) -> None:
    if subject.spot is None or subject.perpetual is None:
        pytest.skip("one kind of market is traded here")
    await placed(subject, "a1", BUY, 1)
    assert await subject.run(subject.connector.fetch_order(subject.spot, "a1")) is None


async def test_fills_are_read_from_a_time_on_oldest_first(subject: Subject) -> None:
    for number in range(3):
        await placed(subject, f"a{number}", BUY, 1)
        await subject.trade_at(subject.symbol, D(100 + number))
    fills = list(await subject.run(subject.connector.fetch_fills(subject.began_ms)))
    assert [one.client_order_id for one in fills] == ["a0", "a1", "a2"]
    assert [one.time_ms for one in fills] == sorted(one.time_ms for one in fills)
    since = list(await subject.run(subject.connector.fetch_fills(fills[1].time_ms)))
    assert since == fills[1:]


async def test_a_resting_buy_locks_and_a_cancel_frees(subject: Subject) -> None:
    await placed(subject, "a1", BUY, 1, symbol=spot_of(subject), limit=95)
    (locked,) = [
        one for one in await subject.run(subject.connector.fetch_balances()) if one.currency == "USDT"
    ]
    assert locked.total == 10000
    assert locked.free <= 10000 - 95
    await subject.run(subject.connector.cancel_order(spot_of(subject), "a1"))
    (freed,) = [
        one for one in await subject.run(subject.connector.fetch_balances()) if one.currency == "USDT"
    ]
    assert freed.free == 10000


async def test_the_least_a_desk_needs_is_there(subject: Subject) -> None:
    capabilities = subject.connector.capabilities
    assert capabilities.market_kinds
    assert {OrderType.MARKET, OrderType.LIMIT, OrderType.STOP} <= capabilities.order_types
    assert capabilities.absence_proof_ms is None or capabilities.absence_proof_ms > 0
    assert subject.connector.name


async def test_opening_twice_is_opening_once(subject: Subject) -> None:
    await placed(subject, "a1", BUY, 1)
    await subject.run(subject.connector.open())
    assert len(await subject.run(subject.connector.fetch_fills(subject.began_ms))) == 1


async def test_what_is_closed_sends_nothing_and_reads_nothing(unopened: Subject) -> None:
    outcome = await unopened.run(unopened.connector.place_order(request("a1", BUY, 1)))
    assert outcome.kind is OutcomeKind.NOT_SENT
    with pytest.raises(ReadFailed):
        await unopened.run(unopened.connector.fetch_positions())
    await unopened.run(unopened.connector.open())
    await unopened.run(unopened.connector.close())
    with pytest.raises(ReadFailed):
        await unopened.run(unopened.connector.fetch_balances())
    await unopened.run(unopened.connector.close())
