"""The stop of a winning trade follows the price, long and short, and never goes back."""

import re
from decimal import Decimal

import pytest

from desk.contracts.directives import DirectiveScope, ExitDirective
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.market import Tick
from desk.contracts.sides import PositionSide
from desk.contracts.states import DeskState
from desk.testing.bench import Bench, only_directive, stop_of
from desk.testing.building import PERPETUAL, SPOT, position
from desk.workers.dynamic_management.trailing_stop_manager import TrailingStopManager, TrailingStopParameters

LONG, SHORT = PositionSide.LONG, PositionSide.SHORT


def trailing(**parameters: object) -> Bench:
    return Bench(TrailingStopManager, parameters)


def following(side: PositionSide = LONG, **parameters: object) -> Bench:
    """Hold one trade from 100,000 whose stop rests 2 % away."""
    bench = trailing(**parameters)
    bench.desk.hold(position(side))
    return bench


def test_a_step_at_102000_puts_the_stop_of_a_long_at_100980() -> None:
    bench = following()
    assert bench.ticks("100500", "101999.9") == []
    assert stop_of(bench.tick("102000")) == Decimal("100980.0")


def test_a_step_at_98000_puts_the_stop_of_a_short_at_98980() -> None:
    bench = following(SHORT)
    assert bench.ticks("99500", "98000.1") == []
    assert stop_of(bench.tick("98000")) == Decimal("98980.0")


def test_a_falling_price_never_moves_the_stop_of_a_long() -> None:
    assert following().ticks("99000", "97990", "90000") == []


def test_a_rising_price_never_moves_the_stop_of_a_short() -> None:
    assert following(SHORT).ticks("101000", "102010", "110000") == []


def test_the_next_step_needs_the_threshold_again() -> None:
    bench = following()
    bench.grant(bench.tick("102000"))
    assert bench.ticks("103000", "104039.9") == []
    assert stop_of(bench.tick("104040")) == Decimal("102999.6")


def test_the_next_step_of_a_short_needs_the_threshold_again() -> None:
    bench = following(SHORT)
    bench.grant(bench.tick("98000"))
    assert bench.ticks("97000", "96040.1") == []
    assert stop_of(bench.tick("96040")) == Decimal("97000.4")


def test_continuous_starts_at_the_threshold_and_then_follows_every_new_high() -> None:
    bench = following(mode="continuous")
    assert bench.tick("101999") == []
    bench.grant(bench.tick("102000"))
    assert stop_of(bench.tick("102500")) == Decimal("101475.0")


def test_continuous_follows_every_new_low_of_a_short() -> None:
    bench = following(SHORT, mode="continuous")
    assert bench.tick("98001") == []
    bench.grant(bench.tick("98000"))
    assert stop_of(bench.tick("97500")) == Decimal("98475.0")


@pytest.mark.parametrize("mode", ["step", "continuous"])
def test_a_pullback_leaves_the_stop_where_it_is(mode: str) -> None:
    bench = following(mode=mode)
    bench.grant(bench.tick("102000"))
    assert bench.ticks("101500", "101000", "102000", "101000") == []


def test_a_directive_names_its_trade_and_says_what_a_trader_would() -> None:
    bench = following(mode="continuous")
    bench.grant(bench.tick("102000"))
    directive = only_directive(bench.tick("102500"))
    assert directive.scope is DirectiveScope.MODIFY_EXISTING
    assert directive.target_trade_ids == (position().trade_id,)
    assert directive.exit_directive == ExitDirective(stop_loss_price=Decimal("101475.0"))
    assert directive.strategy_planner_id == "trailing_stop_manager"
    assert directive.causality.tick_id is not None
    assert directive.rationale == "stop 100,980 → 101,475: 1 % under 102,500, high since entry"


def test_the_rationale_of_a_short_speaks_of_its_low() -> None:
    directive = only_directive(following(SHORT, mode="continuous").tick("98000"))
    assert directive.rationale == "stop 102,000 → 98,980: 1 % over 98,000, low since entry"


def test_the_stop_is_rounded_away_from_the_price() -> None:
    assert stop_of(following().tick("102000.1")) == Decimal("100980.0")
    assert stop_of(following(SHORT).tick("97999.9")) == Decimal("98979.9")


def test_a_stop_that_is_tighter_already_stays() -> None:
    bench = trailing()
    bench.desk.hold(position(LONG, stop="101500"))
    assert bench.tick("102000") == []
    bench = trailing()
    bench.desk.hold(position(SHORT, stop="98500"))
    assert bench.tick("98000") == []


def test_a_move_below_the_smallest_step_is_not_asked_for() -> None:
    bench = following(mode="continuous", min_step_ticks=100)
    bench.grant(bench.tick("102000"))
    assert bench.tick("102010") == []
    assert stop_of(bench.tick("102010.2")) == Decimal("100990.0")


def test_a_refused_move_is_asked_for_again_from_the_same_state() -> None:
    bench = following()
    first = stop_of(bench.tick("102000"))
    assert stop_of(bench.tick("102000")) == first


def test_an_anchor_moves_only_once_the_venue_has_confirmed() -> None:
    bench = following()
    bench.tick("102000")
    bench.tick("101000")
    assert stop_of(bench.tick("102500")) == Decimal("101475.0"), "2 % over the entry, not over 102,000"


def test_a_trade_with_a_directive_in_flight_is_left_alone() -> None:
    bench = following()
    trade_id = position().trade_id
    bench.desk.in_flight.add(trade_id)
    assert bench.ticks("102000", "103000") == []
    bench.desk.in_flight.clear()
    assert stop_of(bench.tick("103000")) == Decimal("101970.0")


def test_a_high_seen_while_a_directive_was_in_flight_is_not_forgotten() -> None:
    bench = following(mode="continuous")
    bench.grant(bench.tick("102000"))
    bench.desk.in_flight.add(position().trade_id)
    assert bench.tick("104000") == []
    bench.desk.in_flight.clear()
    assert stop_of(bench.tick("103500")) == Decimal("102960.0")


def test_two_requests_for_a_trade_keep_their_distance() -> None:
    bench = following(mode="continuous", cooldown_s=5)
    bench.grant(bench.tick("102000"))
    assert bench.tick("102500", later_ms=4_999) == []
    assert stop_of(bench.tick("102500", later_ms=1)) == Decimal("101475.0")


def test_an_old_price_moves_nothing() -> None:
    bench = following(max_price_age_s="2.5")
    assert bench.tick("102000", old_ms=2_501) == []
    assert len(bench.tick("102000", old_ms=2_500)) == 1


@pytest.mark.parametrize(("price", "spread"), [("102000", "-1"), ("NaN", "0"), ("Infinity", "0"), ("0", "0")])
def test_a_price_that_is_no_market_moves_nothing(price: str, spread: str) -> None:
    bench = following()
    assert bench.tick(price, spread=spread) == []
    bench.tick("100100")
    assert bench.tick(price, spread=spread) == [], "also when the trade was idle"


def test_nothing_moves_before_the_ledger_is_reconciled() -> None:
    bench = following()
    bench.desk.reconciled = False
    assert bench.tick("102000") == []


def test_nothing_moves_while_the_desk_is_exiting() -> None:
    bench = following()
    bench.desk.desk_state = DeskState.EXITING
    assert bench.tick("102000") == []


@pytest.mark.parametrize("state", [DeskState.REDUCING, DeskState.HALTED])
def test_a_stop_is_tightened_while_risk_may_only_shrink(state: DeskState) -> None:
    bench = following()
    bench.desk.desk_state = state
    assert len(bench.tick("102000")) == 1


def test_dust_is_left_alone() -> None:
    bench = trailing()
    bench.desk.hold(position(size="0.00004"))
    assert bench.tick("102000") == []


def test_trades_of_others_are_left_alone() -> None:
    bench = trailing()
    bench.desk.hold(position(strategy_id="EXTERNAL"), position(number=2, strategy_id="another"))
    assert bench.tick("102000") == []


def test_an_unknown_instrument_is_left_alone() -> None:
    bench = following()
    bench.desk.instruments.clear()
    assert bench.tick("102000") == []


def test_every_trade_of_a_tick_is_served_in_one_answer() -> None:
    bench = trailing()
    bench.desk.hold(position(), position(number=2, entry="99000"), position(number=3, entry="101500"))
    directives = bench.tick("102000")
    assert [only_directive([one]).target_trade_ids for one in directives] == [
        (position(number=1).trade_id,),
        (position(number=2).trade_id,),
    ]


def test_longs_and_shorts_of_two_symbols_do_not_mix() -> None:
    bench = trailing()
    bench.desk.hold(position(LONG, symbol=SPOT), position(SHORT, number=2, symbol=PERPETUAL))
    assert only_directive(bench.tick("102000", SPOT)).target_trade_ids == (position(number=1).trade_id,)
    assert only_directive(bench.tick("98000", PERPETUAL)).target_trade_ids == (position(number=2).trade_id,)


def test_a_stop_within_a_step_of_the_touch_is_not_asked_for() -> None:
    bench = following(trail_distance="0.000002")
    assert bench.tick("102000", spread="0.4") == []
    assert len(bench.tick("102000", spread="0.2")) == 1


def test_a_price_through_the_wanted_stop_of_a_long_asks_to_leave() -> None:
    bench = following(mode="continuous")
    bench.tick("102000")
    directive = only_directive(bench.tick("100900"))
    assert directive.scope is DirectiveScope.CLOSE_EXISTING
    assert directive.exit_directive is None
    assert directive.rationale == "price 100,900 is through the trailing stop 100,980: leave now"


def test_a_price_through_the_wanted_stop_of_a_short_asks_to_leave() -> None:
    bench = following(SHORT, mode="continuous")
    bench.tick("98000")
    assert only_directive(bench.tick("99000")).scope is DirectiveScope.CLOSE_EXISTING


def test_room_that_the_operator_gives_is_no_reason_to_leave() -> None:
    bench = following(mode="continuous")
    bench.grant(bench.tick("104000"))
    bench.tick("103500")
    bench.desk.move_stop(position().trade_id, Decimal(99_000))
    assert bench.tick("101900") == [], "not through the stop that the high of 104,000 had given"
    assert stop_of(bench.tick("103000")) == Decimal("101970.0")


def test_a_trade_without_a_stop_gets_one() -> None:
    bench = following()
    bench.desk.move_stop(position().trade_id, None)
    directive = only_directive(bench.tick("102000"))
    assert directive.rationale == "stop none → 100,980: 1 % under 102,000, a step of 2 % gained"
    bench.grant([directive])
    assert bench.tick("102100") == []


def test_the_anchor_starts_at_the_average_entry() -> None:
    bench = following()
    bench.tick("101000")
    bench.desk.resize(position().trade_id, "1", entry="101000")
    assert bench.tick("103019.9") == []
    assert stop_of(bench.tick("103020")) == Decimal("101989.8")


@pytest.mark.parametrize("mode", ["step", "continuous"])
@pytest.mark.parametrize("side", [LONG, SHORT])
def test_a_restart_changes_nothing(mode: str, side: PositionSide) -> None:
    prices = ["100000"]
    for number in range(60):
        gained = 150 * number - 2000 * (number % 7 == 3)
        prices.append(str(100_000 + side.sign * gained))

    def asked(*, restarting: bool) -> list[Decimal]:
        bench = following(side, mode=mode)
        stops = []
        for price in prices:
            payloads = bench.tick(price)
            if restarting:
                bench.restart()
            stops += [stop_of([one]) for one in payloads]
            bench.grant(payloads)
        return stops

    assert len(asked(restarting=False)) > 3
    assert asked(restarting=True) == asked(restarting=False)


def test_a_move_asked_for_before_a_restart_counts_when_it_is_confirmed_after() -> None:
    bench = following()
    directives = bench.tick("102000")
    bench.restart()
    bench.grant(directives)
    assert bench.ticks("102100", "104039") == []
    assert len(bench.tick("104040")) == 1


def test_a_high_seen_while_silent_survives_a_restart() -> None:
    bench = following(mode="continuous")
    bench.grant(bench.tick("102000"))
    bench.desk.in_flight.add(position().trade_id)
    bench.tick("104000")
    bench.restart()
    bench.desk.in_flight.clear()
    assert stop_of(bench.tick("103500")) == Decimal("102960.0")


def test_a_move_that_was_refused_does_not_count_when_the_operator_moves_the_stop_later() -> None:
    bench = following()
    bench.tick("102000")
    bench.desk.in_flight.add(position().trade_id)
    bench.tick("101000")
    bench.desk.in_flight.clear()
    bench.tick("101000")
    bench.desk.move_stop(position().trade_id, Decimal(98_500))
    bench.tick("101000")
    assert stop_of(bench.tick("102000")) == Decimal("100980.0")


def test_a_closed_trade_is_forgotten() -> None:
    bench = following()
    bench.grant(bench.tick("102000"))
    assert list(bench.memory.items()) == [f"trail.{position().trade_id}"]
    bench.desk.resize(position().trade_id, "0")
    bench.tick("102000")
    assert bench.memory.items() == {}


def test_a_trade_closed_while_the_desk_was_down_is_forgotten() -> None:
    bench = following()
    bench.tick("102000")
    bench.desk.resize(position().trade_id, "0")
    bench.restart()
    bench.tick("102000")
    assert bench.memory.items() == {}


def test_an_idle_tick_writes_nothing_and_answers_with_the_shared_envelope() -> None:
    bench = following()
    bench.tick("100100")
    bench.memory.writes = 0
    tick = Tick(SPOT, bench.desk.time_ms, *(Decimal(100_200),) * 3, Decimal(1), 99)
    assert bench.worker.on_tick(tick) is DispositionEnvelope.CONTINUE  # type: ignore[attr-defined]
    assert bench.memory.writes == 0


def test_new_highs_that_would_not_move_the_stop_are_not_written() -> None:
    bench = following(mode="continuous", min_step_ticks=1000)
    bench.grant(bench.tick("102000"))
    bench.tick("102000")
    bench.memory.writes = 0
    bench.ticks(*(str(102_000 + number) for number in range(100)))
    assert bench.memory.writes == 0


def test_highs_seen_while_silent_are_written_step_by_step() -> None:
    bench = following(mode="continuous", min_step_ticks=1000)
    bench.grant(bench.tick("102000"))
    bench.desk.in_flight.add(position().trade_id)
    bench.memory.writes = 0
    bench.ticks(*(str(103_000 + number) for number in range(250)))
    assert bench.memory.writes == 3, "at 103,000, 103,100 and 103,200"


def test_a_first_stop_that_still_loses_is_pointed_out() -> None:
    assert TrailingStopParameters().cautions() == ()
    losing = TrailingStopParameters(trigger_threshold=Decimal("0.005"))
    (caution,) = losing.cautions()
    assert re.search(r"1 % behind a gain of 0.5 %: the first trailing stop still loses", caution)
