"""Before a position is closed by hand, its question names everything that goes and what it brings."""

from dataclasses import replace
from decimal import Decimal

import pytest

from desk.contracts.commands import CloseTrade, CloseTrades
from desk.contracts.sides import PositionSide
from desk.ui.viewmodels.closing import HALF, close_proposal, close_strategy_proposal, close_symbol_proposal
from desk.ui.viewmodels.proposal import Proposal
from tests.builders.frames import (
    STRATEGY,
    feed_row,
    frame,
    order_row,
    position,
    position_row,
    snapshot,
    trade_id,
)
from tests.builders.market import BTC, ETH


def words(proposal: Proposal) -> str:
    return "\n".join(f"{one.label} {one.text}" for one in proposal.facts)


HELD = snapshot(
    positions=(position_row(),),
    orders=(
        order_row(client_order_id="s1", leg="stop", side="SELL", price="95"),
        order_row(client_order_id="t1", leg="target", side="SELL", price="110"),
    ),
)


def test_closing_names_size_price_result_fees_and_the_orders_that_go() -> None:
    proposal = close_proposal(frame(HELD), trade_id())
    assert proposal.button == "CLOSE LONG 0.500 BTC/USDT at the market"
    assert proposal.command == CloseTrade(trade_id(), Decimal(1))
    assert not proposal.raises_risk
    shown = words(proposal)
    assert "does SELL 0.500 at the market" in shown
    assert "price now 102.00" in shown
    assert "expected +1.00 USDT, fees about 0.03" in shown
    assert "goes stop 95.00 and target 110.00, cancelled" in shown
    assert "opened by trend" in shown


def test_closing_half_takes_whole_lots_and_keeps_the_stop_for_the_rest() -> None:
    odd = snapshot(positions=(position_row(position(size="0.333")),), orders=HELD.orders)
    proposal = close_proposal(frame(odd), trade_id(), HALF)
    assert proposal.button == "CLOSE 0.166 of LONG 0.333 BTC/USDT"
    assert proposal.command == CloseTrade(trade_id(), HALF)
    assert "stays stop 95.00 and target 110.00, for the 0.167 left" in words(proposal)


def test_a_half_that_the_venue_does_not_trade_is_not_offered() -> None:
    small = snapshot(positions=(position_row(position(size="0.06")),))
    proposal = close_proposal(frame(small), trade_id(), HALF)
    assert proposal.command is None
    assert "close all of it" in proposal.button


def test_closing_a_short_buys_back() -> None:
    short = position(side=PositionSide.SHORT, stop="105", target=None)
    proposal = close_proposal(frame(snapshot(positions=(position_row(short),))), trade_id())
    assert "does BUY 0.500 at the market" in words(proposal)
    assert "expected -1.00 USDT" in words(proposal)
    assert "no stop and no target rest" in words(proposal)


@pytest.mark.parametrize(
    ("hold_ms", "told"),
    [(14_400_000, "leaves by itself in 3h59m"), (1, "leaves now, its time is over"), (None, None)],
)
def test_closing_names_when_the_trade_would_leave_by_itself(hold_ms: int | None, told: str | None) -> None:
    held = replace(position_row(replace(position(), hold_for_ms=hold_ms)), age_ms=60_000)
    shown = words(close_proposal(frame(snapshot(positions=(held,))), trade_id()))
    assert (told in shown) if told else ("leaves" not in shown)


def test_a_position_that_is_gone_meanwhile_leaves_nothing_to_send() -> None:
    proposal = close_proposal(frame(snapshot()), trade_id())
    assert proposal.command is None
    assert "not open any more" in words(proposal)


def test_old_prices_are_said_to_be_old_and_do_not_stand_in_the_way() -> None:
    stale = snapshot(positions=(position_row(),), feeds=(feed_row(BTC, is_stale=True),))
    proposal = close_proposal(frame(stale), trade_id())
    assert "~102.00 STALE" in words(proposal)
    assert proposal.doubts == ("prices are STALE: BTC/USDT",)
    assert proposal.command is not None


def test_a_silent_desk_is_named_as_a_doubt() -> None:
    proposal = close_proposal(frame(HELD, unreachable="socket \x1b[2Jgone"), trade_id())
    assert proposal.doubts == ("the desk does not answer: socket gone",)


def test_closing_a_symbol_lists_its_positions_with_their_sum_and_leaves_the_others() -> None:
    several = snapshot(
        positions=(
            position_row(position(number=1)),
            position_row(position(number=2)),
            position_row(position(number=3, symbol=ETH)),
        ),
        orders=(*HELD.orders, order_row(client_order_id="e1", number=9)),
    )
    proposal = close_symbol_proposal(frame(several), BTC)
    assert proposal.button == "CLOSE 2 positions in BTC/USDT at the market"
    assert proposal.command == CloseTrades(symbol=BTC)
    shown = words(proposal)
    assert shown.count("BTC/USDT at 102.00") == 2
    assert "ETH" not in shown
    assert "expected +2.00 USDT before fees" in shown
    assert "goes 2 stop and target orders, 1 entries" in shown


def test_closing_a_strategy_takes_all_its_symbols() -> None:
    several = snapshot(
        positions=(position_row(position(number=1)), position_row(position(number=2, symbol=ETH)))
    )
    proposal = close_strategy_proposal(frame(several), STRATEGY)
    assert proposal.button == f"CLOSE 2 positions of {STRATEGY} at the market"
    assert proposal.command == CloseTrades(strategy_id=STRATEGY)


def test_a_long_list_is_cut_and_counted() -> None:
    many = snapshot(positions=tuple(position_row(position(number=one)) for one in range(1, 31)))
    proposal = close_symbol_proposal(frame(many), BTC)
    assert "and 18 more" in words(proposal)
    assert "CLOSE 30 positions" in proposal.button


def test_names_from_a_market_cannot_harm_the_screen() -> None:
    wicked = "BTC\x1b[31m[bold]/USDT\n"
    held = snapshot(positions=(position_row(position(symbol=wicked)),), instruments=(), feeds=())
    proposal = close_proposal(frame(held, ascii_only=True), trade_id())
    assert (proposal.button + words(proposal)).replace("\n", "").isprintable()
    assert "[bold]" in proposal.button
