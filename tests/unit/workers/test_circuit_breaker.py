"""The breaker takes no new risk where something is wrong, says so once, and comes back when told or well."""

import dataclasses
import tracemalloc
from decimal import Decimal

import pytest
from pydantic import ValidationError

from desk.contracts.directives import DirectiveScope
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.market import Tick
from desk.contracts.orders import OrderStatus
from desk.contracts.positions import EXTERNAL_STRATEGY
from desk.contracts.sides import PositionSide
from desk.testing.building import PERPETUAL, SPOT, position
from desk.workers.risk_control.circuit_breaker import CircuitBreaker
from tests.builders.risk import RiskBench, blocks_in, directives_in, releases_in

UNKNOWN, REJECTED, FILLED = OrderStatus.UNKNOWN, OrderStatus.REJECTED, OrderStatus.FILLED
PARAMETERS: dict[str, object] = {"symbols": [SPOT], "block_s": "900", "healthy_s": "60"}


def breaker(**parameters: object) -> RiskBench:
    """Watch spot alone, with a price just heard."""
    bench = RiskBench(CircuitBreaker, PARAMETERS | parameters)
    bench.quiet_price()
    assert bench.beat() == []
    return bench


def stays_heard(bench: RiskBench, seconds: int, every_s: int = 10) -> list[object]:
    """Let time pass with a price that stands still."""
    published = []
    for _ in range(seconds // every_s):
        published += bench.tick("50000", later_ms=every_s * 1_000)
        published += bench.beat(0)
    return published


def test_a_silent_feed_blocks_everything_after_its_time_and_not_before() -> None:
    bench = breaker()
    bench.quiet_price()
    assert bench.beat(15_000) == []
    (block,) = blocks_in(bench.beat(1))
    assert block.symbol is None
    assert not block.own_strategy_only
    assert block.reason == "no price of BTC/USDT for 15 s"


def test_a_price_that_never_came_counts_from_the_first_look() -> None:
    bench = RiskBench(CircuitBreaker, PARAMETERS)
    assert bench.beat() == []
    assert bench.beat(15_000) == []
    assert len(blocks_in(bench.beat(1))) == 1


def test_a_price_from_the_future_is_no_sign_of_life() -> None:
    bench = breaker()
    bench.quiet_price(old_ms=-16_000)
    assert len(blocks_in(bench.beat(0))) == 1


def test_a_lost_connection_blocks_and_never_closes() -> None:
    bench = breaker(action="close")
    bench.desk.hold(position())
    bench.desk.trouble = "the order stream is broken"
    published = bench.beat()
    assert [one.reason for one in blocks_in(published)] == ["the order stream is broken"]
    assert directives_in(published) == []


def test_what_lasts_is_said_once() -> None:
    bench = breaker()
    bench.desk.trouble = "the order stream is broken"
    assert len(bench.beat()) == 1
    writes = bench.memory.writes
    assert bench.beats(30) == []
    assert bench.memory.writes == writes + 1, "that the block was seen to stand"


def test_nothing_is_said_before_the_first_comparison() -> None:
    bench = breaker()
    bench.desk.reconciled = False
    bench.desk.trouble = "the order stream is broken"
    assert bench.beats(100) == []
    assert bench.tick("NaN") == []


def test_the_last_of_the_failing_orders_within_the_window_trips() -> None:
    bench = breaker(watch_connection=False, max_errors=3, error_window_s="60")
    for number, status in enumerate([REJECTED, UNKNOWN, FILLED, REJECTED]):
        assert bench.order(number, status, later_ms=10_000) == []
    (block,) = blocks_in(bench.beat())
    assert block.reason == "3 orders rejected or of unknown outcome within 60 s, the last o3"


def test_an_order_that_fails_twice_counts_once() -> None:
    bench = breaker(watch_connection=False, max_errors=2)
    bench.order(1, UNKNOWN)
    bench.order(1, REJECTED)
    assert bench.beat() == []


def test_failing_orders_out_of_the_window_do_not_count() -> None:
    bench = breaker(watch_connection=False, max_errors=2, error_window_s="60")
    bench.order(1, REJECTED)
    bench.order(2, REJECTED, later_ms=60_000)
    assert bench.beat() == []
    bench.order(3, REJECTED)
    assert len(blocks_in(bench.beat())) == 1


def test_losses_in_a_row_trip_and_a_win_between_does_not() -> None:
    bench = breaker(watch_connection=False, max_losses=3)
    for number, net in enumerate(["-10", "-10", "1", "-10", "-10"], start=1):
        bench.close(position(number=number), net)
        assert bench.beat() == []
    bench.close(position(number=6), "-0.01")
    (block,) = blocks_in(bench.beat())
    assert block.reason == "3 losing trades in a row, net of fees"


@pytest.mark.parametrize(("fees", "blocks"), [("0", 0), ("0.01", 1)])
def test_fees_make_a_loss_of_a_trade_that_broke_even(fees: str, blocks: int) -> None:
    bench = breaker(watch_connection=False, max_losses=1)
    bench.close(position(), f"-{fees}", fees=fees)
    assert len(blocks_in(bench.beat())) == blocks


def test_a_trade_is_lost_once_however_many_fills_close_it() -> None:
    bench = breaker(watch_connection=False, max_losses=2)
    trade = position()
    bench.desk.hold(trade)
    bench.fill(trade.trade_id)
    bench.close(trade, "-10")
    bench.fill(trade.trade_id)
    assert bench.beat() == []


def test_a_result_that_is_not_known_is_a_loss() -> None:
    bench = breaker(watch_connection=False, max_losses=1)
    bench.close(position(), "NaN")
    assert len(blocks_in(bench.beat())) == 1


def test_what_closed_while_nobody_looked_counts_at_the_next_look() -> None:
    bench = breaker(watch_connection=False, max_losses=1)
    bench.desk.hold(position())
    bench.fill(position().trade_id)
    bench.desk.hold(dataclasses.replace(position(size="0"), realized_quote=Decimal(-5)))
    bench.restart()
    assert len(blocks_in(bench.beat())) == 1


def test_a_shock_blocks_its_symbol_alone() -> None:
    bench = breaker(symbols=[SPOT, PERPETUAL], watch_connection=False)
    assert bench.ticks("50000", "54999") == []
    (block,) = blocks_in(bench.tick("55000"))
    assert block.symbol == SPOT
    assert block.reason == "BTC/USDT +10 % within 300 s: 50,000 → 55,000"
    assert bench.tick("60000") == []


def test_a_fall_is_measured_from_the_highest_price() -> None:
    bench = breaker(watch_connection=False)
    assert bench.ticks("50000", "54000", "48601") == []
    (block,) = blocks_in(bench.tick("48600"))
    assert block.reason == "BTC/USDT -10 % within 300 s: 54,000 → 48,600"


def test_a_slow_move_is_no_shock() -> None:
    bench = breaker(watch_connection=False)
    price = Decimal(50_000)
    for _ in range(60):
        price *= Decimal("1.02")
        assert bench.tick(price, later_ms=100_000) == []


def test_a_jump_over_a_hole_in_the_prices_is_a_shock() -> None:
    bench = breaker(watch_connection=False)
    bench.tick("50000")
    assert len(blocks_in(bench.tick("55000", later_ms=3_600_000))) == 1


@pytest.mark.parametrize("price", ["NaN", "Infinity", "0", "-1"])
def test_a_price_that_is_none_blocks_and_never_closes(price: str) -> None:
    bench = breaker(watch_connection=False, action="close")
    bench.desk.hold(position())
    bench.tick("50000")
    published = bench.tick(price)
    assert [one.symbol for one in blocks_in(published)] == [SPOT]
    assert directives_in(published) == []


@pytest.mark.parametrize("side", PositionSide)
def test_to_close_leaves_the_trades_of_the_symbol(side: PositionSide) -> None:
    bench = breaker(watch_connection=False, action="close")
    bench.desk.hold(
        position(side, number=1),
        position(side, number=2, symbol=PERPETUAL),
        position(side, number=3, strategy_id=EXTERNAL_STRATEGY),
        position(side, number=4, strategy_id="other"),
    )
    (directive,) = directives_in(bench.ticks("50000", "55000"))
    assert directive.scope is DirectiveScope.CLOSE_EXISTING
    assert [int(one[-8:], 16) for one in directive.target_trade_ids] == [1, 4]
    assert directive.rationale == "circuit breaker: BTC/USDT +10 % within 300 s: 50,000 → 55,000"


def test_a_close_that_the_venue_refused_is_asked_for_again_and_done_once() -> None:
    bench = breaker(watch_connection=False, action="close")
    trade = position()
    bench.desk.hold(trade)
    bench.desk.in_flight.add(trade.trade_id)
    assert len(directives_in(bench.ticks("50000", "55000"))) == 1
    assert bench.beats(120) == []
    bench.desk.in_flight.clear()
    assert len(directives_in(bench.beat())) == 1
    bench.desk.resize(trade.trade_id, "0")
    assert bench.beats(120) == []
    assert "reductions" not in bench.memory.notes


def test_it_comes_back_after_its_pause_once_all_was_well() -> None:
    bench = breaker(block_s="120", healthy_s="60")
    bench.desk.trouble = "the order stream is broken"
    assert len(blocks_in(bench.beat())) == 1
    assert stays_heard(bench, 100) == []
    bench.desk.trouble = None
    assert stays_heard(bench, 60) == []
    (release,) = releases_in(stays_heard(bench, 10))
    assert release.reason == "well for 60 s"
    assert bench.desk.blocks == []
    assert "block.everything" not in bench.memory.notes


def test_health_begins_anew_after_each_fault() -> None:
    bench = breaker(block_s="0", healthy_s="60")
    bench.desk.trouble = "the order stream is broken"
    bench.beat()
    for _ in range(5):
        bench.desk.trouble = None
        assert stays_heard(bench, 50) == []
        bench.desk.trouble = "the order stream is broken"
        assert stays_heard(bench, 10) == []


def test_a_losing_streak_is_over_with_its_pause_and_counts_anew() -> None:
    bench = breaker(watch_connection=False, max_losses=2, block_s="120", healthy_s="0")
    for number in (1, 2):
        bench.close(position(number=number), "-5")
    assert len(blocks_in(bench.beat())) == 1
    assert len(releases_in(bench.beats(120))) == 1
    bench.close(position(number=3), "-5")
    assert bench.beat() == []
    bench.close(position(number=4), "-5")
    assert len(blocks_in(bench.beat())) == 1


def test_the_operator_alone_lifts_it_where_that_is_wanted() -> None:
    bench = breaker(watch_connection=False, max_losses=1, rearm="operator")
    bench.close(position(), "-5")
    bench.beat()
    assert bench.beats(100, 60_000) == []
    bench.rearm()
    assert bench.beats(100) == []
    bench.close(position(number=2), "-5")
    assert len(blocks_in(bench.beat())) == 1


def test_after_a_rearm_a_shock_counts_from_the_price_of_then() -> None:
    bench = breaker(watch_connection=False)
    bench.ticks("50000", "55000")
    bench.beat()
    bench.rearm()
    bench.beat()
    assert bench.ticks("55000", "57000") == []


def test_a_fault_that_lasts_over_a_rearm_trips_again() -> None:
    bench = breaker()
    bench.desk.trouble = "the order stream is broken"
    bench.beats(2)
    bench.rearm()
    assert len(blocks_in(bench.beat())) == 1


def test_a_second_reason_is_said_beside_the_first() -> None:
    bench = breaker(max_losses=1)
    bench.desk.trouble = "the order stream is broken"
    bench.beat()
    bench.close(position(), "-5")
    (block,) = blocks_in(bench.beat())
    assert block.reason == "the order stream is broken; a losing trade, net of fees"
    assert len(bench.desk.blocks) == 1


def test_only_its_own_strategy_counts_where_that_is_wanted() -> None:
    bench = breaker(watch_connection=False, own_strategy_only=True, max_losses=1, max_errors=1)
    bench.order(1, REJECTED, strategy_id="other")
    bench.close(position(strategy_id="other"), "-5")
    assert bench.beat() == []
    bench.order(2, REJECTED)
    (block,) = blocks_in(bench.beat())
    assert block.own_strategy_only


def test_what_it_knows_survives_a_restart() -> None:
    bench = breaker(watch_connection=False, max_losses=3, max_errors=3)
    for number in (1, 2):
        bench.order(number, REJECTED)
        bench.close(position(number=number), "-5")
    bench.restart()
    assert bench.beat() == []
    bench.order(3, REJECTED)
    bench.close(position(number=3), "-5")
    (block,) = blocks_in(bench.beat())
    assert "3 orders" in block.reason
    assert "3 losing trades" in block.reason
    bench.restart()
    assert bench.beats(100) == []


def test_a_block_that_a_crash_lost_is_set_again_and_one_that_it_kept_is_lifted() -> None:
    bench = breaker(watch_connection=False, max_losses=1, block_s="10", healthy_s="0")
    bench.close(position(), "-5")
    bench.is_deaf = True
    bench.beat()
    bench.restart()
    bench.is_deaf = False
    assert len(blocks_in(bench.beat())) == 1
    bench.beats(8)
    bench.is_deaf = True
    assert len(releases_in(bench.beat())) == 1
    bench.restart()
    bench.is_deaf = False
    assert len(releases_in(bench.beat())) == 1
    assert bench.desk.blocks == []


def test_ticks_within_the_shock_allocate_nothing() -> None:
    bench = breaker(watch_connection=False)
    bench.ticks("50000", "50100", "49900", "50000")
    ticks = [
        Tick(SPOT, bench.desk.time_ms + 1, price, price, price, Decimal(1), number)
        for number, price in enumerate([Decimal(50_050), Decimal(49_950)] * 500)
    ]
    hear = bench.worker.on_tick  # type: ignore[attr-defined]
    answers = {id(hear(tick)) for tick in ticks}
    tracemalloc.start()
    try:
        for tick in ticks:
            hear(tick)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answers == {id(DispositionEnvelope.CONTINUE)}
    assert peak_bytes < 512


@pytest.mark.parametrize(
    "wrong",
    [
        {"symbols": []}, {"symbols": ["nonsense"]}, {"shock": "0"}, {"shock": "1"}, {"shock": "NaN"},
        {"max_errors": 0}, {"max_losses": 0}, {"feed_timeout_s": "0.5"}, {"action": "halt"},
        {"block_s": "-1"}, {"error_window_s": "0"},
    ],
)  # fmt: skip
def test_parameters_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        breaker(**wrong)


def test_one_that_watches_nothing_is_pointed_out() -> None:
    off = dict.fromkeys(["watch_connection", "watch_errors", "watch_losses", "watch_shock"], False)
    assert breaker(**off).parameters.cautions() != ()
    assert breaker().parameters.cautions() == ()


@pytest.mark.parametrize(
    ("timeout_s", "every_ms"), [("1", 1_000), ("15", 1_000), ("45", 3_000), ("300", 5_000)]
)
def test_it_looks_as_often_as_its_timeout_needs(timeout_s: str, every_ms: int) -> None:
    parameters = RiskBench(CircuitBreaker, PARAMETERS | {"feed_timeout_s": timeout_s}).parameters
    assert parameters.wake_every_ms() == every_ms


DUST = "0.00003"
"""Less than the venue trades of these symbols."""


def test_a_trade_of_which_only_dust_is_left_has_ended() -> None:
    bench = breaker(max_losses=3, feed_timeout_s=3600)
    for number in range(1, 4):
        trade = position(number=number)
        bench.desk.hold(trade)
        bench.fill(trade.trade_id)
        lost = dataclasses.replace(trade, size_base=Decimal(DUST), realized_quote=Decimal(-50))
        bench.desk.hold(lost)
        bench.fill(trade.trade_id)
    (block,) = blocks_in(bench.beat())
    assert block.reason == "3 losing trades in a row, net of fees"


def test_failing_orders_are_counted_no_further_than_they_matter() -> None:
    bench = breaker(max_errors=5, error_window_s=86_400, feed_timeout_s=86_400)
    for number in range(2_000):
        bench.order(number, REJECTED, later_ms=30_000)
        bench.beat(0)
    assert max(len(value) for value in bench.memory.notes.values()) < 1_000
    assert len(bench.desk.blocks) == 1


def test_what_fills_after_it_tripped_is_left_too_until_the_operator_rearms() -> None:
    bench = breaker(action="close", max_losses=1, feed_timeout_s=3600, rearm="operator")
    trade = position()
    bench.desk.hold(trade)
    bench.fill(trade.trade_id)
    bench.close(trade, "-100")
    assert len(blocks_in(bench.beat())) == 1
    late = position(number=2)
    bench.desk.hold(late)
    (directive,) = directives_in(bench.beat())
    assert directive.target_trade_ids == (late.trade_id,)
    bench.rearm()
    assert directives_in(bench.beats(100)) == []
