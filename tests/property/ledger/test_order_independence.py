"""Whatever order facts are told in, and however often, they make one ledger, digit by digit."""

from decimal import Decimal

import hypothesis.strategies as st
from hypothesis import given, settings

from desk.contracts.ids import TradeId
from desk.contracts.netting import FLAT, MONEY, fill_order, fold
from desk.contracts.orders import Leg, OrderStatus, OutcomeKind
from desk.contracts.records import FillBooked, JournalEntry
from desk.contracts.sides import OrderSide
from desk.ledger import postings
from desk.ledger.netbook import NetBook
from desk.ledger.postings import Account
from tests.builders import ledger as build
from tests.builders.examples import examples

SIZES = st.decimals("0.001", "3", places=3).map(str)
PRICES = st.decimals("50", "150", places=2).map(str)
FEES = st.tuples(st.decimals("-0.1", "0.9", places=4).map(str), st.sampled_from(["USDT", "BTC", "BNB"]))


@st.composite
def fills(draw: st.DrawFn, symbol: str = build.PERP) -> list[JournalEntry]:
    """Draw fills of one symbol: on entry and stop of a trade, and foreign ones."""
    found = []
    for number in range(1, draw(st.integers(1, 9)) + 1):
        fee, fee_currency = draw(FEES)
        order = draw(st.sampled_from(["entry1", "stop1", None]))
        side = {"entry1": OrderSide.BUY, "stop1": OrderSide.SELL, None: draw(st.sampled_from(OrderSide))}[
            order
        ]
        size = draw(SIZES)
        fee = fee if fee_currency != "BTC" else str(Decimal(size) / 100)
        found.append(
            build.fill_booked(
                number,
                side,
                size,
                draw(PRICES),
                order=order,
                trade=None if order is None else build.TRADE,
                symbol=symbol,
                fee=fee,
                fee_currency=fee_currency,
                after_ms=draw(st.integers(0, 3)) * 1000,
            )
        )
    return found


BEGUN = (
    build.balance_adjusted("1000"),
    build.directive_issued(),
    build.trade_intended(),
    build.order_intended("entry1", size="3", reserved="300"),
    build.order_intended("stop1", Leg.STOP, OrderSide.SELL, size="3", stop="90"),
    build.order_intended("stop2", Leg.STOP, OrderSide.SELL, size="3", stop="94"),
)

TOLD = (
    build.order_sent(after_ms=1),
    build.order_answered(after_ms=2),
    build.order_answered(outcome=OutcomeKind.UNKNOWN, reason="timed out", after_ms=3),
    build.order_observed(status=OrderStatus.OPEN, size="3", after_ms=4),
    build.order_observed(status=OrderStatus.PARTIALLY_FILLED, size="3", filled="1", after_ms=5),
    build.order_observed(status=OrderStatus.CANCELED, size="3", filled="1", after_ms=6, reason="by us"),
    build.order_observed("stop1", OrderStatus.OPEN, "3", stop="90", side=OrderSide.SELL, after_ms=2),
    build.order_observed("stop1", OrderStatus.OPEN, "2", stop="93", side=OrderSide.SELL, after_ms=7),
    build.order_observed("stop1", OrderStatus.OPEN, "1.5", stop="95", side=OrderSide.SELL, after_ms=8),
    build.order_observed("stop2", OrderStatus.OPEN, "3", stop="94", side=OrderSide.SELL, after_ms=9),
)


@given(data=st.data(), booked=fills())
def test_any_order_and_repetition_of_fills_and_updates_gives_the_same_ledger(
    data: st.DataObject, booked: list[JournalEntry]
) -> None:
    told = [*data.draw(st.lists(st.sampled_from(TOLD), unique_by=lambda one: one.time_ms)), *booked]
    again = data.draw(st.lists(st.sampled_from(told), max_size=6))
    shuffled = data.draw(st.permutations([*told, *again]))
    assert build.folded_rows(*BEGUN, *shuffled) == build.folded_rows(*BEGUN, *told)


@given(data=st.data(), booked=fills(build.SPOT))
def test_any_order_of_spot_fills_gives_the_same_ledger(
    data: st.DataObject, booked: list[JournalEntry]
) -> None:
    begun = (build.balance_adjusted(), build.trade_intended(symbol=build.SPOT))
    shuffled = data.draw(st.permutations([*booked, *booked]))
    assert build.folded_rows(*begun, *shuffled) == build.folded_rows(*begun, *booked)


@given(booked=fills(), spot=fills(build.SPOT))
def test_postings_sum_to_zero_in_every_currency(booked: list[JournalEntry], spot: list[JournalEntry]) -> None:
    book = build.fold(build.balance_adjusted(), *booked, *spot)
    for currency in ("USDT", "BTC", "BNB"):
        total = Decimal(0)
        for account in Account:
            total = MONEY.add(total, book.posted(account, currency))
        assert total == 0


@given(booked=fills())
def test_each_fill_posts_amounts_that_sum_to_zero(booked: list[JournalEntry]) -> None:
    nets = NetBook()
    for entry in booked:
        assert isinstance(entry.record, FillBooked)
        totals: dict[str, Decimal] = {}
        for posting in postings.of_fill(entry.record, nets.book(entry.record)):
            totals[posting.currency] = MONEY.add(totals.get(posting.currency, Decimal(0)), posting.amount)
        assert not any(totals.values())


@given(booked=fills())
def test_the_balance_follows_the_net_position_as_a_venue_nets_it(booked: list[JournalEntry]) -> None:
    net, cash = FLAT, Decimal(1000)
    for record in sorted(
        (entry.record for entry in booked if isinstance(entry.record, FillBooked)),
        key=lambda one: fill_order(one.fill.time_ms, one.fill.venue_trade_id),
    ):
        fill = record.fill
        net, realized = fold(net, fill.side, fill.size_base, fill.price)
        paid = fill.fee if fill.fee_currency == "USDT" else Decimal(0)
        cash = MONEY.subtract(MONEY.add(cash, realized), paid)
    book = build.fold(build.balance_adjusted("1000"), *booked)
    assert book.balance("USDT") == cash
    assert book.net(build.PERP) == net


@given(booked=fills())
def test_the_ledgers_net_is_the_sum_of_all_signed_fills(booked: list[JournalEntry]) -> None:
    signed = Decimal(0)
    for entry in booked:
        assert isinstance(entry.record, FillBooked)
        signed += entry.record.fill.side.sign * entry.record.fill.size_base
    assert build.fold(*booked).net(build.PERP).size_base == signed


@given(told=st.permutations(TOLD), booked=fills())
@settings(max_examples=examples(60))
def test_a_status_never_goes_back_and_what_filled_never_shrinks(
    told: list[JournalEntry], booked: list[JournalEntry]
) -> None:
    book = build.fold(*BEGUN)
    filled, ended = Decimal(0), False
    for entry in [*told, *booked]:
        book.apply(entry)
        order = book.order("entry1")
        assert order is not None
        assert order.filled_base >= filled
        assert order.status.is_terminal or not ended
        filled, ended = order.filled_base, order.status.is_terminal
        if ended:
            assert order.reserved == 0


@given(parts=st.lists(st.tuples(st.booleans(), st.sampled_from(OrderSide), SIZES, PRICES), max_size=8))
def test_trades_that_share_a_symbol_realize_together_what_their_net_does(
    parts: list[tuple[bool, OrderSide, str, str]],
) -> None:
    other = TradeId.at(build.START_MS, 2)
    held = {build.TRADE: Decimal(0), other: Decimal(0)}
    told = [build.trade_intended(), build.trade_intended(other)]
    for number, (is_other, side, size, price) in enumerate(parts, start=1):
        trade = other if is_other else build.TRADE
        at_most = Decimal(size) if side is OrderSide.BUY else min(Decimal(size), held[trade])
        if at_most:
            held[trade] += side.sign * at_most
            told.append(build.fill_booked(number, side, str(at_most), price, trade=trade, order=None))
    for number, (trade, size_base) in enumerate(held.items(), start=90):
        if size_base:
            told.append(
                build.fill_booked(number, OrderSide.SELL, str(size_base), "77.7", trade=trade, order=None)
            )
    book = build.fold(*told)
    positions = [book.position(trade) for trade in held]
    realized = sum((one.realized_quote for one in positions if one is not None), Decimal(0))
    assert book.net(build.PERP) == FLAT
    assert realized == -book.posted(Account.PROFIT, "USDT")
    assert [one.realized_quote for one in book.results()] in ([realized], [])
