"""Whatever becomes of its slices, a parent order never sends more than it is, nor earlier than planned."""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.contracts.commands import CancelEntries
from desk.contracts.ids import DirectiveId, ExecutionDirectiveId, TradeId
from desk.contracts.market import Instrument
from desk.contracts.parents import ParentOpened, ParentState
from desk.contracts.sides import OrderSide
from desk.execution.slicing import (
    MOST_OF_A_SLICE,
    is_used,
    most_slices,
    slice_at,
    slice_begins_ms,
    slice_size,
)
from desk.testing.building import START_MS, instrument
from tests.builders.desk import Life
from tests.builders.examples import examples
from tests.builders.living_desk import LivingDesk
from tests.builders.sliced import D, sliced_house, slices_of, stand

LOT = D("0.001")


@dataclass(frozen=True)
class Slot:
    """What becomes of one slice: whether the desk can send it, and which share of it fills."""

    is_sent: bool
    filled: Fraction


SLOTS = st.builds(
    Slot, st.booleans(), st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(1)])
)


def opened(lots: int, slices: int, smallest_lots: int) -> tuple[ParentState, Instrument]:
    rules = replace(instrument(), size_step=LOT, min_size_base=smallest_lots * LOT, min_notional_quote=D(0))
    plan = ParentOpened(
        parent_id="dparent",
        execution_directive_id=ExecutionDirectiveId.at(START_MS, 1),
        trade_id=TradeId.at(START_MS, 1),
        directive_id=DirectiveId.at(START_MS, 1),
        strategy_id="tiny",
        symbol="BTC/USDT",
        side=OrderSide.BUY,
        size_base=lots * LOT,
        limit_price=D(50_000),
        slices=most_slices(lots * LOT, slices, rules, D(50_000)),
        begins_at_ms=START_MS,
        ends_at_ms=START_MS + 600_007,
    )
    return ParentState(plan), rules


def sent(parent: ParentState, rules: Instrument, slots: list[Slot]) -> tuple[ParentState, list[Decimal]]:
    """Send slice after slice; return the parent order at its end and what each of them was."""
    sizes = []
    for number in range(parent.plan.slices):
        slot = slots[number % len(slots)]
        size = slice_size(parent, number, rules) if slot.is_sent else D(0)
        sizes.append(size)
        filled = size * slot.filled.numerator / slot.filled.denominator
        parent = replace(parent, filled_base=parent.filled_base + rules.floor_size(filled))
        planned = Fraction(parent.plan.size_base) * (number + 1) / parent.plan.slices
        assert Fraction(parent.filled_base) <= planned, f"slice {number} is ahead of its plan"
    return parent, sizes


@given(
    lots=st.integers(1, 5_000),
    slices=st.integers(2, 60),
    smallest_lots=st.integers(1, 30),
    slots=st.lists(SLOTS, min_size=1, max_size=60),
)
def test_no_slice_is_more_than_is_left_or_more_than_twice_its_plan(
    lots: int, slices: int, smallest_lots: int, slots: list[Slot]
) -> None:
    parent, rules = opened(max(lots, smallest_lots), slices, smallest_lots)
    ended, sizes = sent(parent, rules, slots)
    most = Fraction(parent.plan.size_base) * MOST_OF_A_SLICE / parent.plan.slices
    assert all(size % LOT == 0 and (size == 0 or size >= rules.min_size_base) for size in sizes)
    assert all(Fraction(size) <= most for size in sizes)
    assert ended.filled_base <= parent.plan.size_base


@given(lots=st.integers(1, 5_000), slices=st.integers(2, 60), smallest_lots=st.integers(1, 30))
def test_undisturbed_all_of_it_is_sent_in_slices_that_never_shrink(
    lots: int, slices: int, smallest_lots: int
) -> None:
    parent, rules = opened(max(lots, smallest_lots), slices, smallest_lots)
    ended, sizes = sent(parent, rules, [Slot(is_sent=True, filled=Fraction(1))])
    assert ended.left_base == 0
    assert sizes == sorted(sizes)
    assert max(sizes) - min(sizes) <= LOT


@given(
    slices=st.integers(1, 1_000), whole_ms=st.integers(1_000, 10_000_000), at=st.integers(-100, 10_100_000)
)
def test_every_moment_belongs_to_the_slice_that_has_begun(slices: int, whole_ms: int, at: int) -> None:
    parent, _ = opened(5_000, 2, 1)
    plan = replace(parent.plan, slices=min(slices, whole_ms), ends_at_ms=START_MS + whole_ms)
    number = slice_at(plan, START_MS + at)
    assert 0 <= number <= plan.slices
    if 0 <= at < whole_ms:
        assert slice_begins_ms(plan, number) <= START_MS + at < slice_begins_ms(plan, number + 1)
        used = replace(parent, plan=plan, last_sent_at_ms=START_MS + at)
        assert is_used(used, number)
        assert not is_used(used, number + 1)


def lived(side: OrderSide, cancelled_at_ms: int, killed_at_ms: int) -> tuple[Life, Life]:
    """Enter by slices, cancel, and live on; the desk is away for a moment before the cancel, or after it."""
    first, second = sorted((cancelled_at_ms, killed_at_ms))

    async def cancels(desk: LivingDesk) -> None:
        await desk.desk.commands.execute(CancelEntries(None, "enough"))

    async def begins(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.issue(desk.new_trade(side))
        await stand(desk, "50000", first, every_ms=50)
        if cancelled_at_ms == first:
            await cancels(desk)
            await stand(desk, "50000", second - first, every_ms=50)

    async def goes_on(desk: LivingDesk) -> None:
        if cancelled_at_ms != first:
            await stand(desk, "50000", second - first, every_ms=50)
            await cancels(desk)
        count = len(slices_of(desk.entries))
        await stand(desk, "50000", 12_000)
        assert len(slices_of(desk.entries)) == count, "a slice was sent after the cancel"
        assert desk.ledger.parents() == ()

    with TemporaryDirectory() as folder:
        house = sliced_house(Path(folder))
        return house.live(begins, down_ms=100), house.live(goes_on)


MOMENTS = st.integers(1, 200).map(lambda number: 50 * number)
"""A cancel in the very moment of the decision is of what came before it: the entry is not yet under way."""


@settings(max_examples=examples(6))
@given(cancelled_at_ms=MOMENTS, killed_at_ms=MOMENTS)
def test_cancelled_at_any_moment_it_sends_nothing_more_long_and_short_alike(
    cancelled_at_ms: int, killed_at_ms: int
) -> None:
    long, short = (lived(side, cancelled_at_ms, killed_at_ms) for side in OrderSide)
    for one, other in zip(long, short, strict=True):
        assert one.complaints == other.complaints == []
        assert slices_of(one.entries) == slices_of(other.entries)
    sizes = [size for life in long for _, size in slices_of(life.entries)]
    assert sum(sizes) <= D("0.1")
