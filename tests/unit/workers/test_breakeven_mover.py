"""A trade that has gained enough can no longer lose: its stop goes to where leaving costs nothing."""

import dataclasses
from decimal import Decimal

import pytest

from desk.contracts.directives import DirectiveScope, ExitDirective
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.market import Tick
from desk.contracts.sides import PositionSide
from desk.contracts.states import DeskState
from desk.testing.bench import Bench, only_directive, stop_of
from desk.testing.building import SPOT, position
from desk.workers.dynamic_management.breakeven_mover import BreakevenMover, BreakevenParameters
from desk.workers.gains import GainUnit

LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
TRADE = position().trade_id


def holding(side: PositionSide = LONG, **parameters: object) -> Bench:
    """Hold 0.5 from 100,000 with the stop 2,000 away: R is 2,000; fees are 0.05 % each way."""
    bench = Bench(BreakevenMover, parameters)
    bench.desk.hold(position(side))
    return bench


def test_at_one_r_the_stop_of_a_long_goes_to_the_entry_with_fees() -> None:
    bench = holding()
    assert bench.ticks("100500", "101999.9") == []
    # 100,000 x 1.0005 / 0.9995 = 100,100.0500..., and up to the next step.
    assert stop_of(bench.tick("102000")) == Decimal("100100.1")


def test_at_one_r_the_stop_of_a_short_goes_to_the_entry_with_fees() -> None:
    bench = holding(SHORT)
    assert bench.ticks("99500", "98000.1") == []
    # 100,000 x 0.9995 / 1.0005 = 99,900.0499..., and down to the next step.
    assert stop_of(bench.tick("98000")) == Decimal("99900.0")


@pytest.mark.parametrize("side", [LONG, SHORT])
def test_a_stop_filled_there_costs_nothing(side: PositionSide) -> None:
    stop = stop_of(holding(side).tick(Decimal(100_000 + side.sign * 2000)))
    fees = (Decimal(100_000) + stop) * Decimal("0.0005")
    result = (stop - 100_000) * side.sign - fees
    assert 0 <= result < Decimal("0.1")


def test_fees_of_its_own_and_room_for_slippage_count() -> None:
    bench = holding(entry_fee="0.001", exit_fee="0", offset="0.002")
    # 100,000 x 1.001 x 1.002 = 100,300.2
    assert stop_of(bench.tick("102000")) == Decimal("100300.2")


def test_the_trigger_may_be_a_fraction_of_the_entry() -> None:
    bench = holding(unit="fraction", trigger="0.005")
    assert bench.tick("100499") == []
    directive = only_directive(bench.tick("100500"))
    assert directive.rationale == "stop 98,000 → 100,100.1: breakeven of 100,000 with fees, +0.5 % gained"


def test_a_directive_names_its_trade_and_says_what_a_trader_would() -> None:
    directive = only_directive(holding().tick("102000"))
    assert directive.scope is DirectiveScope.MODIFY_EXISTING
    assert directive.target_trade_ids == (TRADE,)
    assert directive.exit_directive == ExitDirective(stop_loss_price=Decimal("100100.1"))
    assert directive.size_directive is None
    assert directive.rationale == "stop 98,000 → 100,100.1: breakeven of 100,000 with fees, +1R gained"


def test_it_moves_once_and_leaves_the_operator_s_hand_alone() -> None:
    bench = holding()
    bench.grant(bench.tick("102000"))
    assert bench.ticks("102500", "101000", "103000") == []
    bench.desk.move_stop(TRADE, Decimal(99_000))
    assert bench.ticks("101000", "103000") == []


def test_a_restart_does_not_move_it_again() -> None:
    bench = holding()
    bench.grant(bench.tick("102000"))
    bench.restart()
    bench.tick("102000")
    bench.desk.move_stop(TRADE, Decimal(99_000))
    bench.restart()
    assert bench.ticks("101000", "103000") == []


def test_a_refused_move_is_asked_for_again_after_the_pause() -> None:
    bench = holding(cooldown_s=5)
    assert len(bench.tick("102000")) == 1
    assert bench.tick("102000", later_ms=1000) == []
    assert len(bench.tick("102000", later_ms=4000)) == 1


def test_a_move_confirmed_after_the_price_fell_back_counts() -> None:
    bench = holding()
    directives = bench.tick("102000")
    bench.tick("101000")
    bench.grant(directives)
    bench.tick("101000")
    bench.desk.move_stop(TRADE, Decimal(99_000))
    assert bench.tick("102500") == []


def test_a_stop_that_is_better_already_is_left() -> None:
    bench = holding()
    bench.desk.move_stop(TRADE, Decimal(101_000))
    assert bench.ticks("102000", "104000") == []


def test_an_addition_moves_it_to_the_new_average() -> None:
    bench = holding()
    bench.grant(bench.tick("102000"))
    bench.tick("102000")
    bench.desk.resize(TRADE, "1", entry="101000")
    assert bench.tick("103999") == []
    # R is 3,000 from the new average; 101,000 x 1.0005 / 0.9995 = 101,101.0505...
    assert stop_of(bench.tick("104000")) == Decimal("101101.1")


def test_without_a_first_stop_there_is_no_r_but_a_fraction() -> None:

    bench = holding()
    bench.desk.hold(dataclasses.replace(position(), initial_stop_price=None, stop_price=None))
    assert bench.ticks("102000", "150000") == []


def test_it_is_silent_while_a_directive_has_not_ended_or_the_desk_cannot() -> None:
    bench = holding()
    bench.desk.in_flight.add(TRADE)
    assert bench.tick("102000") == []
    bench.desk.in_flight.clear()
    bench.desk.desk_state = DeskState.EXITING
    assert bench.tick("102000") == []
    bench.desk.desk_state = DeskState.ACTIVE
    bench.desk.reconciled = False
    assert bench.tick("102000") == []
    bench.desk.reconciled = True
    assert bench.tick("102000", old_ms=5001) == []
    assert bench.tick("NaN") == []
    assert len(bench.tick("102000")) == 1


def test_a_stop_that_would_fire_at_once_is_not_sent() -> None:
    bench = holding(unit="fraction", trigger="0.0005")
    assert bench.ticks("100050", "100100") == []
    assert len(bench.tick("100100.3")) == 1


def test_trades_of_others_and_dust_are_left_alone() -> None:
    bench = Bench(BreakevenMover)
    bench.desk.hold(position(strategy_id="EXTERNAL"), position(number=2, size="0.00004"))
    assert bench.tick("102000") == []


def test_an_idle_tick_writes_nothing_and_answers_with_the_shared_envelope() -> None:
    bench = holding()
    bench.tick("100100")
    bench.memory.writes = 0
    tick = Tick(SPOT, bench.desk.time_ms, *(Decimal(100_200),) * 3, Decimal(1), 99)
    assert bench.worker.on_tick(tick) is DispositionEnvelope.CONTINUE  # type: ignore[attr-defined]
    assert bench.memory.writes == 0


def test_a_closed_trade_is_forgotten() -> None:
    bench = holding()
    bench.grant(bench.tick("102000"))
    assert list(bench.memory.items()) == [f"breakeven.{TRADE}"]
    bench.desk.resize(TRADE, "0")
    bench.tick("102000")
    assert bench.memory.items() == {}


def test_a_trigger_below_its_costs_is_pointed_out() -> None:
    assert BreakevenParameters().cautions() == ()
    costly = BreakevenParameters(unit=GainUnit.FRACTION, trigger=Decimal("0.002"), offset=Decimal("0.002"))
    (caution,) = costly.cautions()
    assert caution.startswith("a gain of 0.2 % does not pay fees and offset of 0.2 %")
