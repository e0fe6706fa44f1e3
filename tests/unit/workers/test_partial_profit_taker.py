"""A winning trade is sold in parts, each target once, and what is left cannot lose."""

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

import pytest
from pydantic import ValidationError

from desk.contracts.directives import DirectiveScope, Protection, StrategyDirective
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.market import Tick
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide
from desk.contracts.states import DeskState
from desk.testing.bench import Bench, only_directive, stop_of
from desk.testing.building import SPOT, position
from desk.workers.dynamic_management.partial_profit_taker import PartialProfitTaker

LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
TRADE = position().trade_id
LADDER = [{"at": "1", "share": "0.5"}, {"at": "2", "share": "0.3"}]


def holding(side: PositionSide = LONG, *, held: Position | None = None, **parameters: object) -> Bench:
    """Hold 0.5 from 100,000 with the stop 2,000 away: R is 2,000, the targets are 1R and 2R."""
    bench = Bench(PartialProfitTaker, {"targets": LADDER, **parameters})
    bench.desk.hold(held or position(side))
    return bench


def kept_of(payloads: Sequence[object]) -> Decimal:
    """Return the size that the one directive keeps."""
    size = only_directive(payloads).size_directive
    assert size is not None
    assert size.target_size_base is not None
    return size.target_size_base


def fill(bench: Bench, payloads: Sequence[object]) -> None:
    """Let the venue carry out what is asked."""
    for directive in payloads:
        assert isinstance(directive, StrategyDirective)
        if directive.exit_directive is not None:
            bench.desk.move_stop(TRADE, directive.exit_directive.stop_loss_price)
        if directive.size_directive is not None:
            bench.desk.resize(TRADE, str(directive.size_directive.target_size_base))
        if directive.scope is DirectiveScope.CLOSE_EXISTING:
            bench.desk.resize(TRADE, "0")


def test_a_long_sells_half_at_one_r_and_its_stop_goes_to_breakeven() -> None:
    bench = holding()
    assert bench.ticks("100500", "101999.9") == []
    directive = only_directive(bench.tick("102000"))
    assert directive.scope is DirectiveScope.MODIFY_EXISTING
    assert directive.target_trade_ids == (TRADE,)
    assert kept_of([directive]) == Decimal("0.25")
    assert stop_of([directive]) == Decimal("100100.1"), "100,000 x 1.0005 / 0.9995, up to the step"
    assert directive.rationale == (
        "sell 50 % (0.25) at +1R: 102,000; stop 98,000 → 100,100.1: breakeven with fees"
    )


def test_a_short_buys_half_back_at_one_r() -> None:
    bench = holding(SHORT)
    assert bench.ticks("99500", "98000.1") == []
    directive = only_directive(bench.tick("98000"))
    assert kept_of([directive]) == Decimal("0.25")
    assert stop_of([directive]) == Decimal("99900.0")
    assert directive.rationale == (
        "buy back 50 % (0.25) at +1R: 98,000; stop 102,000 → 99,900: breakeven with fees"
    )


@pytest.mark.parametrize("side", [LONG, SHORT])
def test_the_next_target_counts_from_the_original_size(side: PositionSide) -> None:
    bench = holding(side)
    fill(bench, bench.tick(Decimal(100_000 + side.sign * 2000)))
    assert bench.tick(Decimal(100_000 + side.sign * 3999)) == []
    directive = only_directive(bench.tick(Decimal(100_000 + side.sign * 4000)))
    assert kept_of([directive]) == Decimal("0.1"), "0.5 x (1 - 0.5 - 0.3)"
    assert directive.exit_directive is None


def test_targets_may_be_fractions_of_the_entry() -> None:
    bench = holding(unit="fraction", targets=[{"at": "0.015", "share": "0.2"}])
    assert bench.tick("101499.9") == []
    directive = only_directive(bench.tick("101500"))
    assert kept_of([directive]) == Decimal("0.4")
    assert directive.rationale.startswith("sell 20 % (0.1) at +1.5 %: 101,500;")


def test_a_gap_through_several_targets_is_one_directive() -> None:
    directive = only_directive(holding().tick("105000"))
    assert kept_of([directive]) == Decimal("0.1")
    assert directive.rationale.startswith("sell 80 % (0.4) at +2R: 104,000;")


def test_a_target_acts_once() -> None:
    bench = holding()
    fill(bench, bench.tick("102000"))
    assert bench.ticks("101000", "102000", "103000", "101000", "102500") == []


def test_a_target_done_is_not_done_again_after_an_addition_or_a_restart() -> None:
    bench = holding()
    fill(bench, bench.tick("102000"))
    bench.tick("102000")
    bench.restart()
    bench.desk.resize(TRADE, "0.4")
    assert bench.ticks("102000", "103000") == []


def test_a_sale_asked_for_before_a_restart_counts_when_it_fills_after() -> None:
    bench = holding()
    directives = bench.tick("102000")
    bench.restart()
    fill(bench, directives)
    assert bench.ticks("102000", "103999") == []
    assert len(bench.tick("104000")) == 1


def test_a_refused_sale_is_asked_for_again_after_the_pause() -> None:
    bench = holding(cooldown_s=5)
    first = only_directive(bench.tick("102000"))
    assert bench.tick("102000", later_ms=1000) == []
    again = only_directive(bench.tick("102000", later_ms=4000))
    assert again.size_directive == first.size_directive


def test_a_sale_that_filled_in_part_is_finished_to_the_same_size() -> None:
    bench = holding(move_stop_to_breakeven=False)
    bench.tick("102000")
    bench.desk.resize(TRADE, "0.4")
    assert kept_of(bench.tick("102000")) == Decimal("0.25")


def test_a_stop_that_was_refused_is_asked_for_again_alone() -> None:
    bench = holding()
    bench.tick("102000")
    bench.desk.resize(TRADE, "0.25")
    directive = only_directive(bench.tick("101500"))
    assert directive.size_directive is None
    assert stop_of([directive]) == Decimal("100100.1")
    assert directive.rationale == "stop 98,000 → 100,100.1: breakeven with fees"
    fill(bench, [directive])
    assert bench.ticks("101500", "101600") == []


def test_room_that_the_operator_gives_back_stays() -> None:
    bench = holding()
    fill(bench, bench.tick("102000"))
    bench.tick("102000")
    bench.desk.move_stop(TRADE, Decimal(99_000))
    bench.restart()
    assert bench.ticks("102000", "103000") == []


def test_a_better_stop_is_left_where_it_is() -> None:
    bench = holding()
    bench.desk.move_stop(TRADE, Decimal(101_000))
    assert only_directive(bench.tick("102000")).exit_directive is None


def test_without_breakeven_only_the_size_changes() -> None:
    assert only_directive(holding(move_stop_to_breakeven=False).tick("102000")).exit_directive is None


def test_a_trade_without_protection_gets_no_stop() -> None:
    bare = dataclasses.replace(position(), protection=Protection.NONE, stop_price=None)
    directive = only_directive(holding(held=bare).tick("102000"))
    assert directive.exit_directive is None


def test_what_was_sold_by_hand_is_not_sold_again() -> None:
    bench = holding(move_stop_to_breakeven=False)
    bench.desk.resize(TRADE, "0.2")
    assert bench.ticks("102000", "103000") == []
    assert kept_of(bench.tick("104000")) == Decimal("0.1")


def test_the_last_share_closes_the_trade() -> None:
    bench = holding(targets=[{"at": "1", "share": "0.4"}, {"at": "2", "share": "0.6"}])
    fill(bench, bench.tick("102000"))
    directive = only_directive(bench.tick("104000"))
    assert directive.scope is DirectiveScope.CLOSE_EXISTING
    assert directive.rationale == "sell the rest (0.3) at +2R: 104,000"


def test_a_rest_too_small_for_the_venue_is_sold_too() -> None:
    small = position(size="0.0004")
    bench = holding(held=small, targets=[{"at": "1", "share": "0.9"}])
    assert only_directive(bench.tick("102000")).scope is DirectiveScope.CLOSE_EXISTING


def test_a_slice_too_small_for_the_venue_waits_for_the_next() -> None:
    small = position(entry="40000", size="0.001")
    bench = holding(held=small, targets=[{"at": "1", "share": "0.01"}, {"at": "2", "share": "0.5"}])
    assert bench.tick("40800") == [], "0.0001 are worth 4.08, and the least is 5"
    assert kept_of(bench.tick("41600")) == Decimal("0.0004"), "0.00049, down to the lot"


def test_the_size_kept_is_rounded_down_to_the_lot() -> None:
    odd = position(size="0.1001")
    assert kept_of(holding(held=odd).tick("102000")) == Decimal("0.0500")


def test_without_a_first_stop_there_is_no_r() -> None:
    bare = dataclasses.replace(position(), initial_stop_price=None)
    assert holding(held=bare).ticks("102000", "150000") == []


def test_it_is_silent_while_a_directive_has_not_ended_or_the_desk_cannot() -> None:
    bench = holding()
    bench.desk.in_flight.add(TRADE)
    assert bench.tick("102000") == []
    bench.desk.in_flight.clear()
    bench.desk.desk_state = DeskState.EXITING
    assert bench.tick("102000") == []
    bench.desk.desk_state = DeskState.REDUCING
    assert bench.tick("102000", old_ms=5001) == []
    assert bench.tick("NaN") == []
    assert len(bench.tick("102000")) == 1, "what takes risk off goes on while the desk reduces"


def test_trades_of_others_are_left_alone() -> None:
    assert holding(held=position(strategy_id="EXTERNAL")).tick("102000") == []


def test_an_idle_tick_writes_nothing_and_answers_with_the_shared_envelope() -> None:
    bench = holding()
    fill(bench, bench.tick("102000"))
    bench.ticks("102000", "102000")
    bench.memory.writes = 0
    tick = Tick(SPOT, bench.desk.time_ms, *(Decimal(102_200),) * 3, Decimal(1), 99)
    assert bench.worker.on_tick(tick) is DispositionEnvelope.CONTINUE  # type: ignore[attr-defined]
    assert bench.memory.writes == 0


def test_a_closed_trade_is_forgotten() -> None:
    bench = holding()
    bench.tick("102000")
    assert list(bench.memory.items()) == [f"partials.{TRADE}"]
    bench.desk.resize(TRADE, "0")
    bench.tick("102000")
    assert bench.memory.items() == {}


@pytest.mark.parametrize(
    ("targets", "complaint"),
    [
        ([], "there is no target"),
        ([{"at": "2", "share": "0.5"}, {"at": "1", "share": "0.5"}], "must ascend"),
        ([{"at": "1", "share": "0.5"}, {"at": "1", "share": "0.5"}], "must ascend"),
        ([{"at": "1", "share": "0.7"}, {"at": "2", "share": "0.4"}], "1.1 together"),
        ([{"at": "0", "share": "0.5"}], "greater than 0"),
        ([{"at": "1", "share": "NaN"}], "finite number"),
    ],
)
def test_a_ladder_that_is_none_is_refused(targets: list[dict[str, str]], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Bench(PartialProfitTaker, {"targets": targets})


def test_the_size_of_what_the_calendar_bought_is_left_to_who_bought_it() -> None:
    bench = holding(held=position(worker="buyer"))
    bench.desk.scheduled_workers.add("buyer")
    assert bench.ticks("102000", "104000", "108000") == []
    bench = holding(held=position(worker="buyer"))
    assert bench.ticks("102000") != [], "of any other opener it is changed"
