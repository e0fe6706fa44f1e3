"""A typed price shows what it would change, and which way it moves the risk, before anything is sent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.contracts.commands import AdoptTrade, MoveStop, SetPriceAlert, SetTarget
from desk.contracts.directives import Protection
from desk.contracts.positions import EXTERNAL_STRATEGY
from desk.contracts.sides import PositionSide
from desk.ui.viewmodels.proposal import Proposal
from desk.ui.viewmodels.repricing import (
    PRICE,
    adopt_proposal,
    move_stop_proposal,
    price_alert_proposal,
    set_target_proposal,
)
from tests.builders.frames import feed_row, frame, position, position_row, price_alert_row, snapshot, trade_id
from tests.builders.market import BTC

LONG = frame(snapshot(positions=(position_row(),)))
SHORT = frame(snapshot(positions=(position_row(position(side=PositionSide.SHORT, stop="105", target="90")),)))


def words(proposal: Proposal) -> str:
    return "\n".join(f"{one.label} {one.text}" for one in proposal.facts)


def test_a_stop_moved_nearer_lowers_the_risk() -> None:
    proposal = move_stop_proposal(LONG, trade_id(), "98")
    assert proposal.command == MoveStop(trade_id(), Decimal(98))
    assert not proposal.raises_risk
    assert proposal.button == "MOVE STOP of LONG 0.500 BTC/USDT from 95.00 to 98.00"
    assert "stop now 95.00 (-6.86%)  -2.50 USDT if met" in words(proposal)
    assert "then 98.00 (-3.92%)  -1.00 USDT if met" in words(proposal)


def test_a_stop_moved_away_raises_the_risk_and_says_by_how_much() -> None:
    proposal = move_stop_proposal(LONG, trade_id(), "90")
    assert proposal.raises_risk
    assert proposal.doubts == ("away from the market: -2.50 USDT more is lost where it is hit",)


@pytest.mark.parametrize(("text", "price"), [("0R", "100.00"), ("-0.5R", "97.50"), ("1%", "100.98")])
def test_a_stop_may_be_a_result_or_a_distance_from_here(text: str, price: str) -> None:
    proposal = move_stop_proposal(LONG, trade_id(), text)
    assert proposal.command == MoveStop(trade_id(), Decimal(price))


@pytest.mark.parametrize(
    ("seen", "text", "said"),
    [
        (LONG, "102", "write one below it"),
        (LONG, "103", "the price is 102.00"),
        (SHORT, "101", "write one above it"),
        (LONG, "95", "at 95.00 already"),
        (LONG, "abc", "write one such as"),
        (LONG, "-5", "above 0"),
    ],
)
def test_a_stop_that_cannot_be_says_what_to_write(seen: object, text: str, said: str) -> None:
    proposal = move_stop_proposal(seen, trade_id(), text)  # type: ignore[arg-type] # a frame
    assert proposal.command is None
    assert said in proposal.faults[PRICE]


def test_nothing_typed_is_no_fault() -> None:
    proposal = move_stop_proposal(LONG, trade_id(), " ")
    assert proposal.command is None
    assert not proposal.faults


def test_a_naked_position_shows_no_stop_and_any_stop_lowers_its_risk() -> None:
    naked = frame(snapshot(positions=(position_row(position(stop=None), naked_ms=9_000),)))
    proposal = move_stop_proposal(naked, trade_id(), "90")
    assert "stop now NO STOP" in words(proposal)
    assert not proposal.raises_risk


@given(st.sampled_from([LONG, SHORT]), st.decimals(min_value="1", max_value="300", places=2))
def test_what_is_offered_never_fires_at_once_and_tells_its_risk_rightly(seen: object, price: Decimal) -> None:
    proposal = move_stop_proposal(seen, trade_id(), str(price))  # type: ignore[arg-type] # a frame
    if proposal.command is None:
        assert proposal.faults
        return
    assert isinstance(proposal.command, MoveStop)
    stop = proposal.command.stop_price
    sign, now = (1, Decimal(95)) if seen is LONG else (-1, Decimal(105))
    assert (Decimal(102) - stop) * sign > 0
    assert proposal.raises_risk == ((stop - now) * sign < 0)


def test_a_target_is_set_by_price_distance_or_multiple() -> None:
    for text, price in (("112", "112"), ("10%", "112.2"), ("3R", "115")):
        proposal = set_target_proposal(LONG, trade_id(), text)
        assert proposal.command == SetTarget(trade_id(), Decimal(price)), text
        assert "from 110.00 to" in proposal.button


def test_a_target_on_the_wrong_side_says_so() -> None:
    assert "write one above it" in set_target_proposal(LONG, trade_id(), "101").faults[PRICE]
    assert "write one below it" in set_target_proposal(SHORT, trade_id(), "103").faults[PRICE]


def test_an_emptied_target_is_taken_away_with_one_key_more() -> None:
    proposal = set_target_proposal(LONG, trade_id(), "")
    assert proposal.command == SetTarget(trade_id(), None)
    assert proposal.raises_risk
    assert proposal.button == "TAKE AWAY the target 110.00 of LONG 0.500 BTC/USDT"


def test_without_a_target_there_is_none_to_take_away() -> None:
    bare = frame(snapshot(positions=(position_row(position(target=None)),)))
    assert set_target_proposal(bare, trade_id(), "").command is None


def test_an_external_position_is_adopted_with_its_stop() -> None:
    found = position(strategy_id=EXTERNAL_STRATEGY, stop=None, target=None, protection=Protection.NONE)
    seen = frame(snapshot(positions=(position_row(found),)))
    assert adopt_proposal(seen, trade_id(), "").command is None
    proposal = adopt_proposal(seen, trade_id(), "2%")
    assert proposal.command == AdoptTrade(trade_id(), Decimal("99.96"))
    assert proposal.button == "ADOPT LONG 0.500 BTC/USDT with a stop at 99.96"


@pytest.mark.parametrize(
    ("text", "price", "way"),
    [("+5%", "107.10", "rises to"), ("-5%", "96.90", "falls to"), ("110", "110", "rises")],
)
def test_a_price_alert_says_which_way_the_price_must_go(text: str, price: str, way: str) -> None:
    proposal = price_alert_proposal(frame(), BTC, text)
    assert proposal.command == SetPriceAlert(BTC, Decimal(price))
    assert way in proposal.button


def test_an_alert_at_the_price_of_now_is_none() -> None:
    assert "it has to reach" in price_alert_proposal(frame(), BTC, "102").faults[PRICE]


def test_alerts_that_wait_are_shown_beside_a_new_one() -> None:
    seen = frame(snapshot(price_alerts=(price_alert_row(),), feeds=(feed_row(BTC),)))
    assert "waits 120.00" in words(price_alert_proposal(seen, BTC, ""))
