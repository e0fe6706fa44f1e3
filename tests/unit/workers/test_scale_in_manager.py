"""A winning trade is added to in steps, within its limits, and the stop of the whole moves with it."""

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

import pytest
from pydantic import ValidationError

from desk.contracts.directives import DirectiveScope, SizeDirective
from desk.contracts.manifests import BarsNeeded
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide
from desk.contracts.states import DeskState
from desk.testing.bench import Bench, only_directive, stop_of
from desk.testing.building import SPOT, bars, position
from desk.workers.dynamic_management.scale_in_manager import ScaleInManager, ScaleInParameters

LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
TRADE = position().trade_id


def holding(side: PositionSide = LONG, *, held: Position | None = None, **parameters: object) -> Bench:
    """Hold 0.5 from 100,000 with the stop 2,000 away: R is 2,000; half of the original is added per R."""
    limits = {"max_position_quote": "200000", "max_open_risk_quote": "5000", "cooldown_s": 0}
    bench = Bench(ScaleInManager, limits | parameters)
    bench.desk.hold(held or position(side))
    return bench


def size_of(payloads: Sequence[object]) -> Decimal:
    size = only_directive(payloads).size_directive
    assert size is not None
    assert size.target_size_base is not None
    return size.target_size_base


def fill(bench: Bench, payloads: Sequence[object], price: str) -> None:
    """Let the venue move the stop and fill the addition at a price."""
    held, size = bench.desk.trades[TRADE], size_of(payloads)
    entry = (held.entry_price * held.size_base + Decimal(price) * (size - held.size_base)) / size
    leave = only_directive(payloads).exit_directive
    stop = held.stop_price if leave is None else leave.stop_loss_price
    bench.desk.hold(
        dataclasses.replace(
            held, size_base=size, max_size_base=size, entry_price=entry, stop_price=stop, stop_size_base=size
        )
    )


def test_a_long_is_added_to_at_one_r_and_its_stop_goes_to_the_entry() -> None:
    bench = holding()
    assert bench.ticks("100500", "101999.9") == []
    directive = only_directive(bench.tick("102000"))
    assert directive.scope is DirectiveScope.MODIFY_EXISTING
    assert directive.target_trade_ids == (TRADE,)
    assert size_of([directive]) == Decimal("0.75"), "0.5 and half of it"
    assert stop_of([directive]) == Decimal(100_000), "1R behind 102,000"
    assert directive.rationale == ("add 0.25 to 0.5: 1R over 100,000, addition 1 of 2; stop 98,000 → 100,000")


def test_a_short_is_added_to_at_one_r() -> None:
    bench = holding(SHORT)
    assert bench.ticks("99500", "98000.1") == []
    directive = only_directive(bench.tick("98000"))
    assert size_of([directive]) == Decimal("0.75")
    assert stop_of([directive]) == Decimal(100_000)
    assert directive.rationale.startswith("add 0.25 to 0.5: 1R under 100,000")


@pytest.mark.parametrize("side", [LONG, SHORT])
def test_the_next_step_counts_from_the_price_the_last_addition_filled_at(side: PositionSide) -> None:
    bench = holding(side)
    fill(bench, bench.tick(Decimal(100_000 + side.sign * 2000)), str(100_000 + side.sign * 2100))
    assert bench.tick(Decimal(100_000 + side.sign * 4099)) == []
    directive = only_directive(bench.tick(Decimal(100_000 + side.sign * 4101)))
    assert size_of([directive]) == Decimal("1.00"), "half of the original size again"
    assert stop_of([directive]) == Decimal(100_000 + side.sign * 2101), "the first R behind the price"


def test_it_adds_no_more_often_than_it_may() -> None:
    bench = holding(max_adds=1)
    fill(bench, bench.tick("102000"), "102000")
    assert bench.ticks("104000", "106000", "120000") == []


def test_a_falling_price_never_adds() -> None:
    assert holding().ticks("99000", "98001", "90000") == []
    assert holding(SHORT).ticks("101000", "110000") == []


def test_an_addition_is_cut_to_what_the_trade_may_be_worth() -> None:
    bench = holding(max_position_quote="61200")
    assert size_of(bench.tick("102000")) == Decimal("0.6"), "61,200 / 102,000"
    assert holding(max_position_quote="51000").tick("102000") == []


def test_an_addition_over_the_risk_is_not_made() -> None:
    # 0.25 x (102,000 - 100,000) = 500 is at risk; what is held loses nothing at 100,000.
    assert holding(max_open_risk_quote="499.9").tick("102000") == []
    assert len(holding(max_open_risk_quote="500").tick("102000")) == 1


def test_what_is_held_counts_at_its_own_risk() -> None:
    # The stop goes to 99,000: 0.5 x 1,000 and 0.25 x 3,000 are at risk.
    def wide(limit: str) -> Bench:
        return holding(stop_distance="1.5", require_breakeven=False, max_open_risk_quote=limit)

    assert wide("1249.9").tick("102000") == []
    assert len(wide("1250").tick("102000")) == 1


def test_nothing_is_added_where_what_is_held_could_still_lose() -> None:
    assert holding(stop_distance="1.5").tick("102000") == []


def test_a_better_stop_is_left_where_it_is() -> None:
    bench = holding()
    bench.desk.move_stop(TRADE, Decimal(101_000))
    directive = only_directive(bench.tick("102000"))
    assert directive.exit_directive is None
    assert directive.rationale == "add 0.25 to 0.5: 1R over 100,000, addition 1 of 2"


def test_a_trade_without_a_stop_or_with_a_part_sold_is_left_alone() -> None:
    naked = dataclasses.replace(position(), stop_price=None)
    assert holding(held=naked).tick("102000") == []
    sold = dataclasses.replace(position(), size_base=Decimal("0.25"))
    assert holding(held=sold).tick("102000") == []


def test_a_step_is_not_taken_again_after_a_restart() -> None:
    bench = holding()
    directives = bench.tick("102000")
    bench.restart()
    fill(bench, directives, "102000")
    bench.restart()
    assert bench.ticks("102000", "103999") == []
    assert len(bench.tick("104000")) == 1


def test_an_addition_that_filled_in_part_counts() -> None:
    bench = holding()
    directive = only_directive(bench.tick("102000"))
    part = directive.model_copy(update={"size_directive": SizeDirective(target_size_base=Decimal("0.6"))})
    fill(bench, [part], "102000")
    assert bench.ticks("102000", "103999.9") == []


def test_a_refused_addition_is_asked_for_again_after_the_pause() -> None:
    bench = holding(cooldown_s=60)
    first = only_directive(bench.tick("102000"))
    assert bench.tick("102000", later_ms=59_000) == []
    assert only_directive(bench.tick("102000", later_ms=1000)).size_directive == first.size_directive


@pytest.mark.parametrize("state", [DeskState.REDUCING, DeskState.HALTED, DeskState.EXITING])
def test_no_risk_is_added_while_the_desk_takes_none(state: DeskState) -> None:
    bench = holding()
    bench.desk.desk_state = state
    assert bench.tick("102000") == []


def test_no_risk_is_added_while_something_is_not_known() -> None:
    bench = holding()
    bench.desk.unknown_orders.add(SPOT)
    assert bench.tick("102000") == []
    bench.desk.unknown_orders.clear()
    bench.desk.in_flight.add(TRADE)
    assert bench.tick("102000") == []
    bench.desk.in_flight.clear()
    bench.desk.reconciled = False
    assert bench.tick("102000") == []
    bench.desk.reconciled = True
    assert bench.tick("102000", old_ms=5001) == []
    assert len(bench.tick("102000")) == 1


def test_steps_of_the_average_range_need_no_first_stop_to_measure() -> None:
    bench = holding(
        unit="atr", symbol=SPOT, interval_ms=60_000, atr_bars=3, step="0.5", stop_distance="2",
        require_breakeven=False,
    )  # fmt: skip
    assert bench.tick("110000", later_ms=0) == [], "the range is not known yet"
    for one in bars(["100000"] * 3, half_range="500"):
        bench.bar(one)
    # The range is 1,000: half of it is gained at 100,500, and the stop goes two behind.
    assert bench.tick("100499.9") == []
    directive = only_directive(bench.tick("100500"))
    assert stop_of([directive]) == Decimal(98_500)
    assert directive.rationale.startswith("add 0.25 to 0.5: 0.5 ATR over 100,000")


def test_atr_asks_for_its_bars_and_for_a_symbol() -> None:
    given = {"max_position_quote": "1000", "max_open_risk_quote": "10", "unit": "atr"}
    needed = ScaleInParameters.model_validate_strings(given | {"symbol": SPOT}).bars_needed()
    assert needed == (BarsNeeded(SPOT, 900_000, 15),)
    with pytest.raises(ValidationError, match="name the symbol"):
        ScaleInParameters.model_validate_strings(given)


def test_a_closed_trade_is_forgotten() -> None:
    bench = holding()
    bench.tick("102000")
    assert list(bench.memory.items()) == [f"pyramid.{TRADE}"]
    bench.desk.resize(TRADE, "0")
    bench.tick("102000")
    assert bench.memory.items() == {}


def test_a_stop_too_wide_to_ever_add_is_pointed_out() -> None:
    given = {"max_position_quote": "1000", "max_open_risk_quote": "10"}
    assert ScaleInParameters.model_validate_strings(given).cautions() == ()
    (caution,) = ScaleInParameters.model_validate_strings(given | {"stop_distance": "2"}).cautions()
    assert caution == "a stop 2 behind the first addition, at 1, still loses: nothing is added"


def test_the_size_of_what_the_calendar_bought_is_left_to_who_bought_it() -> None:
    bench = holding(held=position(worker="buyer"))
    bench.desk.scheduled_workers.add("buyer")
    assert bench.ticks("102000", "104000", "108000") == []
    bench = holding(held=position(worker="buyer"))
    assert bench.ticks("102000") != [], "of any other opener it is changed"
