"""What a slice of a parent order is, against numbers worked out by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from desk.contracts.ids import DirectiveId, ExecutionDirectiveId, TradeId
from desk.contracts.market import Instrument
from desk.contracts.parents import ParentOpened, ParentState
from desk.contracts.sides import OrderSide
from desk.execution.slicing import is_used, most_slices, slice_at, slice_begins_ms, slice_size
from desk.testing.building import START_MS, instrument

D = Decimal
LOT = replace(instrument(), size_step=D("0.001"), min_size_base=D("0.001"), min_notional_quote=D(0))


def parent(size: str = "1", slices: int = 10, seconds: int = 600, filled: str = "0") -> ParentState:
    plan = ParentOpened(
        parent_id="dparent",
        execution_directive_id=ExecutionDirectiveId.at(START_MS, 1),
        trade_id=TradeId.at(START_MS, 1),
        directive_id=DirectiveId.at(START_MS, 1),
        strategy_id="tiny",
        symbol="BTC/USDT",
        side=OrderSide.BUY,
        size_base=D(size),
        limit_price=D(50_000),
        slices=slices,
        begins_at_ms=START_MS,
        ends_at_ms=START_MS + seconds * 1000,
    )
    return ParentState(plan, filled_base=D(filled))


def undisturbed(size: str, slices: int, rules: Instrument = LOT) -> list[Decimal]:
    """Return what each slice sends where every one of them fills at once."""
    state, sent = parent(size, slices), []
    for number in range(slices):
        sent.append(slice_size(state, number, rules))
        state = replace(state, filled_base=state.filled_base + sent[-1])
    return sent


def test_ten_slices_of_ten_minutes_are_due_every_minute_the_first_at_once() -> None:
    plan = parent().plan
    assert [slice_at(plan, START_MS + 1000 * one) for one in (0, 59, 60, 300, 599, 600, 9999)] == [
        0, 0, 1, 5, 9, 10, 10,
    ]  # fmt: skip
    assert [slice_begins_ms(plan, one) - START_MS for one in (0, 1, 9, 10)] == [0, 60_000, 540_000, 600_000]


def test_a_clock_set_back_before_the_beginning_is_in_the_first_slice() -> None:
    assert slice_at(parent().plan, START_MS - 3_600_000) == 0


def test_a_time_that_is_no_multiple_of_the_slices_leaves_none_out() -> None:
    plan = parent(slices=7, seconds=1).plan
    begins = [slice_begins_ms(plan, number) for number in range(7)]
    assert [one - START_MS for one in begins] == [0, 143, 286, 429, 572, 715, 858]
    assert [slice_at(plan, one) for one in begins] == list(range(7))
    assert [slice_at(plan, one - 1) for one in begins[1:]] == list(range(6))


def test_an_even_size_is_sent_in_even_slices() -> None:
    assert undisturbed("1", 10) == [D("0.1")] * 10


def test_what_rounding_to_the_lot_leaves_goes_to_the_last_ones() -> None:
    assert undisturbed("0.010", 4) == [D("0.002"), D("0.002"), D("0.003"), D("0.003")]
    assert undisturbed("0.100", 3) == [D("0.033"), D("0.033"), D("0.034")]


def test_what_was_missed_is_spread_over_the_slices_to_come() -> None:
    """After two of ten filled and two were missed, 0.8 is left for six: 0.133 each."""
    state = parent(filled="0.2")
    assert slice_size(state, 4, LOT) == D("0.133")


def test_no_slice_grows_to_more_than_twice_its_planned_size() -> None:
    """A desk that was dead for eight of ten slices sends 0.2 in each of the last two, not 0.45."""
    state = parent(filled="0.1")
    assert slice_size(state, 8, LOT) == D("0.2")
    assert slice_size(replace(state, filled_base=D("0.3")), 9, LOT) == D("0.2")


def test_a_share_that_the_venue_does_not_take_is_left_to_the_later_ones() -> None:
    """Of 0.010 in four slices at most 0.004 may be missing: the venue takes nothing under 0.003."""
    coarse = replace(LOT, min_size_base=D("0.003"))
    state = parent("0.012", 4, filled="0.005")
    assert slice_size(state, 1, coarse) == 0, "0.007 for three slices is 0.002 each"
    assert slice_size(state, 2, coarse) == D("0.003")
    assert slice_size(replace(state, filled_base=D("0.008")), 3, coarse) == D("0.004")


def test_a_share_worth_too_little_is_left_to_the_later_ones_as_well() -> None:
    dear = replace(LOT, min_notional_quote=D(100))
    state = parent("0.012", 4, filled="0.009")
    assert slice_size(state, 1, dear) == 0, "0.001 at 50,000 is worth 50"
    assert slice_size(state, 3, dear) == D("0.003")


def test_no_slice_is_more_than_the_venue_takes_in_one_order() -> None:
    assert slice_size(parent(), 0, replace(LOT, max_size_base=D("0.05"))) == D("0.05")


@pytest.mark.parametrize(
    ("size", "minimum", "notional", "slices"),
    [
        ("1", "0.001", "0", 10),
        ("0.035", "0.01", "0", 3),
        ("0.01", "0.001", "75", 5),
        ("0.0005", "0.001", "0", 1),
        ("0.004", "0.0015", "0", 2),
    ],
    ids=["as many as asked", "the smallest size", "the smallest notional", "none at all", "whole lots"],
)
def test_too_small_slices_mean_fewer_slices(size: str, minimum: str, notional: str, slices: int) -> None:
    """75 quote at 50,000 are 0.0015, which is two lots: five slices of 0.002. 0.0015 are two lots too."""
    rules = replace(LOT, min_size_base=D(minimum), min_notional_quote=D(notional))
    assert most_slices(D(size), 10, rules, D(50_000)) == slices


def test_a_slice_is_used_once_an_order_was_sent_in_its_time() -> None:
    state = parent()
    assert not is_used(state, 0)
    sent = replace(state, last_sent_at_ms=START_MS + 61_000)
    assert is_used(sent, 0)
    assert is_used(sent, 1)
    assert not is_used(sent, 2)
