"""A ticket becomes an order only when all of it is understood, and names exactly what sending it does."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.contracts.commands import OpenTrade
from desk.contracts.sides import PositionSide
from desk.contracts.states import TradingMode
from desk.contracts.ticket import TradePreview
from desk.ui.viewmodels.proposal import Proposal
from desk.ui.viewmodels.ticket import (
    LIMIT,
    SIZE,
    STOP,
    SYMBOL,
    TARGET,
    Entry,
    Reading,
    SizeBy,
    TicketForm,
    matches,
    read_ticket,
    symbol_meant,
    symbol_note,
    ticket_proposal,
)
from tests.builders.frames import BTC_PERPETUAL, account_view, feed_row, frame, snapshot
from tests.builders.market import BTC, ETH

SEEN = frame(snapshot(feeds=(feed_row(BTC), feed_row(ETH), feed_row(BTC_PERPETUAL))))
"""Bid 101.99, ask 102.01."""
FILLED = TicketForm(symbol=BTC_PERPETUAL, size="120", stop="1%")
APPROVED = TradePreview(
    size_base=Decimal("0.012"),
    entry_price=Decimal("102.01"),
    stop_price=Decimal("100.9"),
    take_profit_price=Decimal(105),
    notional_quote=Decimal("1.22"),
    risk_quote=Decimal(120),
    risk_fraction=Decimal("0.0117"),
    reward_risk=Decimal(2),
    fees_quote=Decimal("0.01"),
    refused_by="",
    reason="",
)


def words(proposal: Proposal) -> str:
    return "\n".join(f"{one.label} {one.text}" for one in proposal.facts)


def test_a_filled_ticket_is_an_order_with_a_stop_from_the_price_it_would_pay() -> None:
    reading = read_ticket(FILLED, SEEN)
    assert reading.order == OpenTrade(
        BTC_PERPETUAL, PositionSide.LONG, risk_quote=Decimal(120), stop_price=Decimal("100.9")
    )
    assert reading.notes == {STOP: "= 100.9"}


def test_a_short_pays_the_bid_and_stops_above() -> None:
    reading = read_ticket(replace(FILLED, side=PositionSide.SHORT), SEEN)
    assert reading.order is not None
    assert reading.order.stop_price == Decimal("103.1")


def test_a_limit_is_what_distances_are_measured_from() -> None:
    form = replace(FILLED, entry=Entry.LIMIT, limit="100.04", stop="1%", target="2R")
    order = read_ticket(form, SEEN).order
    assert order is not None
    assert (order.limit_price, order.stop_price) == (Decimal("100.0"), Decimal("99.0"))
    assert order.take_profit_price == Decimal("102.0")


def test_a_notional_may_be_a_share_of_equity() -> None:
    reading = read_ticket(replace(FILLED, size_by=SizeBy.NOTIONAL, size="10%"), SEEN)
    assert reading.order is not None
    assert reading.order.notional_quote == Decimal("1023.45")
    assert reading.order.risk_quote is None
    assert reading.notes[SIZE] == "= 1,023.45"


def test_a_share_of_unknown_equity_asks_for_an_amount() -> None:
    poor = frame(snapshot(account=account_view(equity=None), feeds=(feed_row(BTC_PERPETUAL),)))
    reading = read_ticket(replace(FILLED, size="1%"), poor)
    assert "write an amount in USDT" in reading.faults[SIZE]


@pytest.mark.parametrize(
    ("form", "wanting"),
    [
        (replace(FILLED, symbol=""), "choose a symbol"),
        (replace(FILLED, size=""), "how much USDT may be lost"),
        (replace(FILLED, size="", size_by=SizeBy.NOTIONAL), "how much USDT it is worth"),
        (replace(FILLED, entry=Entry.LIMIT), "write the limit price"),
        (replace(FILLED, stop=""), "write a stop"),
    ],
)
def test_what_is_missing_is_asked_for_one_thing_at_a_time(form: TicketForm, wanting: str) -> None:
    reading = read_ticket(form, SEEN)
    assert reading.order is None
    assert wanting in reading.wanting
    assert not reading.faults


@pytest.mark.parametrize(
    ("form", "name", "said"),
    [
        (replace(FILLED, symbol="DOGE"), SYMBOL, "write one of"),
        (replace(FILLED, symbol="BTC/"), SYMBOL, "which one? BTC/USDT"),
        (replace(FILLED, size="-3"), SIZE, "more than 0"),
        (replace(FILLED, stop="103"), STOP, "below its entry 102.0"),
        (replace(FILLED, target="101"), TARGET, "above its entry"),
        (replace(FILLED, stop="2R"), STOP, "write a price or 1.5%"),
        (replace(FILLED, entry=Entry.LIMIT, limit="0.01"), LIMIT, "write at least 0.1"),
    ],
)
def test_bad_input_says_what_to_write_under_its_field(form: TicketForm, name: str, said: str) -> None:
    reading = read_ticket(form, SEEN)
    assert reading.order is None
    assert said in reading.faults[name]


def test_spot_may_go_without_a_stop_and_then_says_so_loudly() -> None:
    form = TicketForm(symbol=BTC, size_by=SizeBy.NOTIONAL, size="50")
    order = read_ticket(form, SEEN).order
    assert order is not None
    assert not order.wants_stop
    bare = replace(APPROVED, stop_price=None, take_profit_price=None, risk_quote=None)
    proposal = ticket_proposal(SEEN, Reading(order), bare)
    assert proposal.button == "BUY 0.012 BTC/USDT at market, NO STOP"
    assert "no limit to the loss" in words(proposal)


def test_a_size_by_risk_always_needs_a_stop() -> None:
    assert "write a stop" in read_ticket(TicketForm(symbol=BTC, size="50"), SEEN).wanting


def test_symbols_are_meant_in_any_case_and_by_the_only_one_that_fits() -> None:
    assert symbol_meant("btc/usdt", SEEN) == BTC
    assert symbol_meant("eth", SEEN) == ETH
    assert symbol_meant("btc", SEEN) is None
    assert matches("USDT:", SEEN) == (BTC_PERPETUAL,)
    assert symbol_note(FILLED, SEEN) == "bid 102.0  ask 102.0"


def test_the_button_names_the_exact_effect() -> None:
    order = read_ticket(FILLED, SEEN).order
    assert order is not None
    proposal = ticket_proposal(SEEN, Reading(order), APPROVED)
    assert proposal.command is order
    assert proposal.button == (
        "BUY 0.012 BTC/USDT:USDT at market, stop 100.9, target 105.0, risking 120.00 USDT"
    )
    shown = words(proposal)
    assert "risk 120.00 USDT, 1.17% of equity" in shown
    assert "reward +2.0R at the target, fees 0.01 USDT" in shown
    assert "gate would let it through" in shown


def test_what_the_gate_would_refuse_is_said_and_cannot_be_sent() -> None:
    order = read_ticket(FILLED, SEEN).order
    refused = replace(APPROVED, refused_by="risk", reason="above \x1b[1mmax_order_notional")
    proposal = ticket_proposal(SEEN, Reading(order), refused)
    assert proposal.command is None
    assert "gate would be refused by risk: above max_order_notional" in words(proposal)


def test_without_an_answer_of_the_desk_nothing_can_be_sent() -> None:
    order = read_ticket(FILLED, SEEN).order
    assert ticket_proposal(SEEN, Reading(order), None).command is None
    silent = ticket_proposal(SEEN, Reading(order), None, "the desk does not answer")
    assert (silent.command, silent.button) == (None, "the desk does not answer")


def test_with_real_money_the_safe_answer_comes_first() -> None:
    order = read_ticket(FILLED, SEEN).order
    live = frame(snapshot(mode=TradingMode.LIVE, feeds=SEEN.snapshot.feeds))
    assert ticket_proposal(live, Reading(order), APPROVED).raises_risk
    assert not ticket_proposal(SEEN, Reading(order), APPROVED).raises_risk


NUMBERS = st.one_of(
    st.text(max_size=12),
    st.decimals(min_value="-1000", max_value="1000", places=3).map(str),
    st.decimals(min_value="0", max_value="50", places=2).map(lambda one: f"{one}%"),
    st.decimals(min_value="0", max_value="9", places=1).map(lambda one: f"{one}R"),
)


@given(
    st.builds(
        TicketForm,
        symbol=st.sampled_from([BTC, ETH, BTC_PERPETUAL, "btc", "x\x1b"]),
        side=st.sampled_from(PositionSide),
        size_by=st.sampled_from(SizeBy),
        size=NUMBERS,
        entry=st.sampled_from(Entry),
        limit=NUMBERS,
        stop=NUMBERS,
        target=NUMBERS,
    )
)
def test_whatever_is_typed_either_makes_a_sound_order_or_says_why_not(form: TicketForm) -> None:
    reading = read_ticket(form, SEEN)
    order = reading.order
    if order is None:
        assert reading.wanting
        return
    assert (order.notional_quote is None) != (order.risk_quote is None)
    entry = order.limit_price or Decimal(102)
    sign = order.side.sign
    if order.stop_price is not None:
        assert (entry - order.stop_price) * sign > -Decimal("0.02")
    if order.take_profit_price is not None:
        assert (order.take_profit_price - entry) * sign > -Decimal("0.02")
    for value in (order.notional_quote, order.risk_quote, order.limit_price, order.stop_price):
        assert value is None or (value.is_finite() and value > 0)
