"""Whose a trade is, and what the others may do to it."""

import dataclasses
from collections.abc import Callable

import pytest

from desk.contracts.positions import EXTERNAL_STRATEGY
from desk.execution.ownership import trespass
from desk.execution.precedence import Author, Wish
from desk.testing.building import position
from tests.builders.wishes import (
    BALANCER,
    LIMITER,
    OPERATOR,
    PARTIALS,
    PLANNER,
    PROTECTION,
    SAVER,
    STRANGE_LIMITER,
    STRANGER,
    TRAIL,
    Wishes,
)

HELD = Wishes("1")
WISHES: dict[str, Callable[[Author], Wish]] = {
    "close": HELD.close,
    "tighten": lambda author: HELD.stop(author, "99"),
    "reduce": lambda author: HELD.size(author, "0.5"),
    "add": lambda author: HELD.size(author, "1.5"),
    "resize unseen": lambda author: HELD.size(author, None),
}
ALL = frozenset(WISHES)
LESS = frozenset({"close", "tighten", "reduce"})
LEAVE = frozenset({"close", "tighten"})
NOTHING = frozenset[str]()

ADOPTED, FOUND = Author("platform.operator", "operator"), Author(EXTERNAL_STRATEGY, EXTERNAL_STRATEGY)


@pytest.mark.parametrize(
    ("author", "owner", "may"),
    [
        (TRAIL, PLANNER, ALL),
        (PARTIALS, Author("swing", "direct"), ALL),
        (PLANNER, PLANNER, ALL),
        (STRANGER, PLANNER, NOTHING),
        (LIMITER, PLANNER, LESS),
        (STRANGE_LIMITER, PLANNER, LESS),
        (STRANGE_LIMITER, SAVER, LESS),
        (SAVER, SAVER, ALL),
        (TRAIL, SAVER, LEAVE),
        (PLANNER, SAVER, LEAVE),
        (BALANCER, SAVER, frozenset({"tighten"})),
        (BALANCER, PLANNER, frozenset({"tighten"})),
        (TRAIL, ADOPTED, NOTHING),
        (LIMITER, ADOPTED, LESS),
        (TRAIL, FOUND, NOTHING),
        (OPERATOR, SAVER, ALL),
        (OPERATOR, FOUND, ALL),
        (PROTECTION, PLANNER, ALL),
    ],
)
def test_each_may_do_this_and_no_more(author: Author, owner: Author, may: frozenset[str]) -> None:
    trade = position(strategy_id=owner.strategy_id, worker=owner.worker, size="1")
    asked: dict[str, Wish] = {name: make(author) for name, make in WISHES.items()}
    reasons = {name: trespass(wish, trade, owner) for name, wish in asked.items()}
    assert {name for name, reason in reasons.items() if reason is None} == may


def test_a_refusal_says_whose_the_trade_is() -> None:
    trade = dataclasses.replace(position(size="1"), strategy_id="swing", worker="saver")
    assert trespass(HELD.size(TRAIL, "2"), trade, SAVER) == (
        f"the size of {trade.trade_id} belongs to saver of swing: "
        "trail of swing may tighten its stop or close it"
    )
    assert trespass(HELD.close(STRANGER), trade, SAVER) == (
        f"{trade.trade_id} belongs to saver of swing: trail of other may not touch it"
    )
    assert trespass(HELD.size(LIMITER, "2"), trade, SAVER) == (
        f"limiter of swing wants 2 of {trade.trade_id}, 1 held: RISK_CONTROL only reduces"
    )
