"""The limiter reduces at the first level, closes at the second, each once, and never on what is not known."""

import dataclasses
from decimal import Decimal

import pytest
from pydantic import ValidationError

from desk.contracts.directives import DirectiveScope, StrategyDirective
from desk.contracts.positions import EXTERNAL_STRATEGY
from desk.contracts.sides import PositionSide
from desk.contracts.states import DeskState
from desk.testing.building import PERPETUAL, SPOT, START_MS, position
from desk.testing.memory_desk import MemoryDesk
from desk.workers.risk_control.drawdown_limiter import DrawdownLimiter
from desk.workers.risk_control.equity_marks import DAY_MS, EquityMarks
from tests.builders.risk import RiskBench, blocks_in, directives_in, releases_in

TOTAL_ONLY: dict[str, object] = {"max_daily_loss": "1", "reduce_daily_loss": "0.99"}


@dataclasses.dataclass
class Valued(MemoryDesk):
    """A desk whose worth the test sets; None where it is not known."""

    worth: Decimal | None = Decimal(100_000)

    def equity(self) -> Decimal | None:
        return self.worth


def limiter(**parameters: object) -> RiskBench:
    """Begin at a worth of 100,000 USDT, with a trade of half a coin."""
    bench = RiskBench(DrawdownLimiter, parameters, desk=Valued(cash={"USDT": Decimal(0)}))
    bench.desk.hold(position())
    assert at(bench, "100000") == []
    return bench


def at(bench: RiskBench, worth: str | None, later_ms: int = 5_000) -> list[object]:
    """Let the account be worth so much at the next look, all prices fresh."""
    assert isinstance(bench.desk, Valued)
    bench.desk.worth = None if worth is None else Decimal(worth)
    bench.desk.time_ms += later_ms
    for symbol in (SPOT, PERPETUAL):
        bench.quiet_price("100000", symbol)
    return bench.beat(0)


def sizes(directives: list[StrategyDirective]) -> list[tuple[int, str]]:
    """Return trade numbers and target sizes of what was asked."""
    found = []
    for one in directives:
        size = one.size_directive
        for trade_id in one.target_trade_ids:
            target = "close" if size is None else str(size.target_size_base)
            found.append((int(trade_id[-8:], 16), target))
    return found


@pytest.mark.parametrize("side", PositionSide)
def test_the_first_level_halves_each_trade_once(side: PositionSide) -> None:
    bench = limiter(**TOTAL_ONLY)
    bench.desk.hold(position(side), position(side, number=2, symbol=PERPETUAL, size="0.0003"))
    assert at(bench, "85000.01") == []
    published = at(bench, "85000")
    directives = directives_in(published)
    assert sizes(directives) == [(1, "0.25"), (2, "0.0001")]
    assert {one.scope for one in directives} == {DirectiveScope.MODIFY_EXISTING}
    assert directives[0].rationale == (
        "equity 85,000 is 15 % under its peak 100,000, the limit is 15 %: reduce 0.5 → 0.25 BTC"
    )
    (block,) = blocks_in(published)
    assert block.symbol is None
    assert block.reason == (
        "equity 85,000 is 15 % under its peak 100,000, the limit is 15 %; until a new peak or a re-arm"
    )
    bench.desk.resize(position().trade_id, "0.25")
    bench.desk.resize(position(number=2).trade_id, "0.0001")
    assert [at(bench, "84000") for _ in range(50)] == [[]] * 50


def test_the_second_level_closes_all_in_one_directive() -> None:
    bench = limiter(**TOTAL_ONLY)
    bench.desk.hold(
        position(number=2, strategy_id="other"), position(number=3, strategy_id=EXTERNAL_STRATEGY)
    )
    at(bench, "85000")
    published = at(bench, "75000")
    (directive,) = directives_in(published)
    assert directive.scope is DirectiveScope.CLOSE_EXISTING
    assert sizes([directive]) == [(1, "close"), (2, "close")]
    assert directive.rationale.endswith("is 25 % under its peak 100,000, the limit is 25 %: close")
    (block,) = blocks_in(published)
    assert "the limit is 25 %" in block.reason
    assert len(bench.desk.blocks) == 1


def test_a_gap_through_both_levels_is_one_close() -> None:
    bench = limiter(**TOTAL_ONLY)
    assert sizes(directives_in(at(bench, "60000"))) == [(1, "close")]


def test_what_would_be_dust_is_left_whole() -> None:
    bench = limiter(**TOTAL_ONLY)
    bench.desk.hold(position(size="0.0001"))
    assert sizes(directives_in(at(bench, "85000"))) == [(1, "close")]


def test_to_block_leaves_what_is_held() -> None:
    bench = limiter(**TOTAL_ONLY, action="block")
    published = at(bench, "70000")
    assert len(blocks_in(published)) == 1
    assert directives_in(published) == []


def test_a_refused_reduction_is_asked_for_again_to_the_same_size() -> None:
    bench = limiter(**TOTAL_ONLY)
    at(bench, "85000")
    later = [one for _ in range(15) for one in at(bench, "84000")]
    assert sizes(directives_in(later)) == [(1, "0.25")]


def test_a_reduction_waits_for_what_is_under_way_and_a_close_does_not() -> None:
    bench = limiter(**TOTAL_ONLY)
    bench.desk.in_flight.add(position().trade_id)
    assert directives_in(at(bench, "85000")) == []
    assert sizes(directives_in(at(bench, "75000"))) == [(1, "close")]


def test_it_asks_nothing_while_the_emergency_exit_runs() -> None:
    bench = limiter(**TOTAL_ONLY)
    bench.desk.desk_state = DeskState.EXITING
    assert directives_in(at(bench, "70000")) == []


def test_the_peak_is_the_highest_equity_seen() -> None:
    bench = limiter(**TOTAL_ONLY)
    at(bench, "120000")
    assert at(bench, "102001") == []
    assert len(directives_in(at(bench, "102000"))) == 1


def test_a_new_peak_lifts_the_block_and_the_next_drawdown_acts_again() -> None:
    bench = limiter(**TOTAL_ONLY)
    at(bench, "85000")
    bench.desk.resize(position().trade_id, "0.25")
    assert at(bench, "100000") == []
    (release,) = releases_in(at(bench, "100001"))
    assert release.symbol is None
    assert bench.desk.blocks == []
    assert sizes(directives_in(at(bench, "85000"))) == [(1, "0.125")]


def test_a_daily_loss_is_over_with_the_utc_day() -> None:
    bench = limiter()
    assert at(bench, "98000.01") == []
    published = at(bench, "98000")
    assert sizes(directives_in(published)) == [(1, "0.25")]
    (block,) = blocks_in(published)
    assert block.reason.endswith(
        "is 2 % under the start of the day 100,000, the limit is 2 %; until the next day, UTC, or a re-arm"
    )
    bench.desk.resize(position().trade_id, "0.25")
    midnight_ms = START_MS - START_MS % DAY_MS + DAY_MS
    assert at(bench, "98000", midnight_ms - 5_000 - bench.desk.time_ms) == []
    assert len(releases_in(at(bench, "97000"))) == 1
    assert at(bench, "96040.01") == [], "the new day began at 98,000"
    assert len(directives_in(at(bench, "96040"))) == 1


def to_midnight_ms(bench: RiskBench, days: int = 1) -> int:
    """Return how long it is to the next midnight, or one after it."""
    return days * DAY_MS - bench.desk.time_ms % DAY_MS


def test_what_is_lost_while_the_desk_is_down_over_midnight_counts_to_the_new_day() -> None:
    bench = limiter()
    assert at(bench, "99000") == []
    bench.restart()
    published = at(bench, "97000", to_midnight_ms(bench) + 3_600_000)
    assert "is 2.02 % under the start of the day 99,000" in blocks_in(published)[0].reason
    assert sizes(directives_in(published)) == [(1, "0.25")]


def test_a_desk_that_was_down_for_days_begins_its_day_at_what_it_finds() -> None:
    bench = limiter()
    assert at(bench, "99000") == []
    bench.restart()
    assert at(bench, "97000", to_midnight_ms(bench, days=2) + 3_600_000) == []
    assert len(directives_in(at(bench, "95060"))) == 1


def test_the_second_daily_level_closes() -> None:
    bench = limiter()
    assert sizes(directives_in(at(bench, "96000"))) == [(1, "close")]


def test_both_limits_at_once_are_one_reduction() -> None:
    bench = limiter(reduce_drawdown="0.02")
    published = at(bench, "98000")
    assert sizes(directives_in(published)) == [(1, "0.25")]
    assert len(blocks_in(published)) == 1


def test_the_operator_re_bases_it() -> None:
    bench = limiter(**TOTAL_ONLY)
    at(bench, "74000")
    at(bench, "74000")
    bench.rearm()
    assert at(bench, "74000") == []
    assert at(bench, "62901") == [], "15 % under 74,000 are 62,900"
    assert len(blocks_in(at(bench, "62900"))) == 1


def test_a_re_arm_while_equity_is_not_known_re_bases_later() -> None:
    bench = limiter(**TOTAL_ONLY)
    at(bench, "85000")
    at(bench, None)
    bench.rearm()
    assert len(blocks_in(at(bench, None))) == 1
    bench.restart()
    at(bench, "80000")
    assert directives_in(at(bench, "70000")) == []
    assert len(directives_in(at(bench, "68000"))) == 1


def test_a_re_arm_of_unknown_equity_alone_keeps_the_peak() -> None:
    bench = limiter(**TOTAL_ONLY)
    at(bench, None)
    at(bench, None)
    bench.rearm()
    assert len(directives_in(at(bench, "85000"))) == 1


@pytest.mark.parametrize("worth", [None, "NaN", "Infinity"])
def test_unknown_equity_blocks_and_never_closes(worth: str | None) -> None:
    bench = limiter()
    published = at(bench, worth)
    assert len(blocks_in(published)) == 1
    assert directives_in(published) == []
    assert [at(bench, worth) for _ in range(30)] == [[]] * 30
    assert releases_in([one for _ in range(12) for one in at(bench, "100000")]) == []
    assert len(releases_in(at(bench, "100000"))) == 1


def test_a_price_that_is_too_old_blocks_and_never_closes() -> None:
    bench = limiter()
    assert isinstance(bench.desk, Valued)
    bench.desk.worth = Decimal(50_000)
    bench.desk.time_ms += 60_001
    published = bench.beat(0)
    assert [one.reason for one in blocks_in(published)] == [
        "equity is not known, BTC/USDT is held: the price is 60001 ms old, at most 60000 ms is allowed"
    ]
    assert directives_in(published) == []


def test_an_old_price_of_what_is_not_held_says_nothing() -> None:
    bench = limiter()
    bench.desk.resize(position().trade_id, "0")
    assert bench.beats(30, 60_000) == []


def test_after_a_start_it_waits_for_the_first_prices() -> None:
    bench = RiskBench(DrawdownLimiter, {}, desk=Valued())
    bench.desk.hold(position())
    assert bench.beats(12, 5_000) == []
    assert len(blocks_in(bench.beat(5_000))) == 1


def test_it_is_silent_before_the_first_comparison() -> None:
    bench = RiskBench(DrawdownLimiter, {}, desk=Valued(reconciled=False))
    bench.desk.hold(position())
    assert [at(bench, worth) for worth in ("100000", "10", "NaN")] == [[], [], []]
    assert bench.memory.writes == 0


def test_it_looks_as_often_as_it_is_told() -> None:
    bench = limiter(**TOTAL_ONLY, check_every_s="60")
    period_ms = bench.desk.time_ms - bench.desk.time_ms % 60_000
    at(bench, "100000", period_ms + 60_000 - bench.desk.time_ms)
    assert [at(bench, "70000") for _ in range(11)] == [[]] * 11
    assert at(bench, "70000") != []


@pytest.mark.parametrize(
    ("before", "flow", "after", "acts_at"),
    [
        ("90000", "-45000", "45000", "42500"),
        ("90000", "90000", "180000", "170000"),
        ("100000", "50000", "150000", "127500"),
        ("90000", "-499.99", "89500.01", "85000"),
        ("90000", "-500", "89500", "84527.77"),
    ],
)
def test_transfers_change_no_drawdown_and_small_corrections_are_results(
    before: str, flow: str, after: str, acts_at: str
) -> None:
    bench = limiter(**TOTAL_ONLY)
    at(bench, before)
    bench.desk.adjusted["USDT"] = Decimal(flow)
    assert at(bench, after) == []
    assert at(bench, str(Decimal(acts_at) + Decimal("0.01"))) == []
    assert len(directives_in(at(bench, acts_at))) == 1


def test_a_withdrawal_while_the_desk_was_down_is_no_loss() -> None:
    bench = limiter()
    bench.desk.adjusted["USDT"] = Decimal(-50_000)
    bench.restart()
    assert at(bench, "50000") == []


def test_a_deposit_that_cannot_be_valued_makes_equity_unknown() -> None:
    bench = limiter()
    bench.desk.adjusted["XYZ"] = Decimal(5)
    assert len(blocks_in(at(bench, "100000"))) == 1


def test_all_that_counts_survives_a_restart() -> None:
    bench = limiter(**TOTAL_ONLY)
    at(bench, "120000")
    at(bench, "102000")
    bench.desk.resize(position().trade_id, "0.25")
    bench.restart()
    assert [at(bench, "100000") for _ in range(20)] == [[]] * 20
    assert sizes(directives_in(at(bench, "90000"))) == [(1, "close")]


def test_what_a_crash_lost_is_said_again() -> None:
    bench = limiter(**TOTAL_ONLY)
    bench.is_deaf = True
    at(bench, "85000")
    bench.restart()
    bench.is_deaf = False
    later = [one for _ in range(20) for one in at(bench, "85000")]
    assert len(blocks_in(later)) == 1
    assert set(sizes(directives_in(later))) == {(1, "0.25")}


def test_the_peak_is_written_down_by_the_basis_point() -> None:
    bench = limiter()
    writes = bench.memory.writes
    for number in range(1, 10):
        at(bench, f"{100_000 + number}")
    assert bench.memory.writes == writes
    at(bench, "100010")
    assert bench.memory.writes == writes + 1


def test_only_its_own_strategy_is_touched_where_that_is_wanted() -> None:
    bench = limiter(**TOTAL_ONLY, own_strategy_only=True)
    bench.desk.hold(position(number=2, strategy_id="other"))
    published = at(bench, "85000")
    assert sizes(directives_in(published)) == [(1, "0.25")]
    assert [one.own_strategy_only for one in blocks_in(published)] == [True]


def test_many_trades_are_asked_for_over_several_looks() -> None:
    bench = limiter(**TOTAL_ONLY)
    held = [position(number=number) for number in range(1, 51)]
    bench.desk.hold(*held)
    asked: list[tuple[int, str]] = []
    for _ in range(4):
        found = sizes(directives_in(at(bench, "85000")))
        assert len(found) <= 20
        asked += found
    assert sorted(asked) == [(number, "0.25") for number in range(1, 51)]


def test_nothing_is_won_by_a_withdrawal_of_everything() -> None:
    marks = EquityMarks.at(Decimal(100), START_MS, {})
    emptied = marks.transferred(Decimal(0), Decimal(-100))
    assert emptied.drawdown(Decimal(0)) == 0
    assert emptied.transferred(Decimal(50), Decimal(50)).peak == 50


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_drawdown": "0"}, {"max_drawdown": "1.1"}, {"reduce_drawdown": "0.25"}, {"reduce_factor": "1"},
        {"max_daily_loss": "0.02"}, {"check_every_s": "0.5"}, {"action": "halt"}, {"min_transfer": "NaN"},
    ],
)  # fmt: skip
def test_parameters_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        limiter(**wrong)


def test_a_daily_limit_beyond_the_total_one_is_pointed_out() -> None:
    assert limiter(**TOTAL_ONLY).parameters.cautions() != ()
    assert limiter().parameters.cautions() == ()
    assert limiter().parameters.wake_every_ms() == 5_000


DUST = "0.00003"
"""Less than the venue trades of these symbols."""


def test_however_many_trades_there_are_all_are_left_at_once_and_nothing_grows_too_long_to_keep() -> None:
    bench = limiter(**TOTAL_ONLY)
    bench.desk.hold(*(position(number=number, size="0.01") for number in range(1, 2_001)))
    published = at(bench, "70000")
    (directive,) = directives_in(published)
    assert len(directive.target_trade_ids) == 2_000
    assert len(blocks_in(published)) == 1
    assert max(len(value) for value in bench.memory.notes.values()) < 10_000


def test_trades_that_cannot_be_left_keep_no_other_waiting() -> None:
    bench = limiter(**TOTAL_ONLY)
    bench.desk.hold(*(position(number=number, size="0.01") for number in range(1, 41)))
    assert len(sizes(directives_in(at(bench, "70000")))) == 40
    again = sizes(directives_in(at(bench, "70000", later_ms=60_000)))
    assert len(again) == 40, "what a venue refused is asked for again after a minute, all of it"


def test_what_fills_after_the_second_level_was_reached_is_left_too() -> None:
    bench = limiter(**TOTAL_ONLY)
    at(bench, "70000")
    bench.desk.resize(position().trade_id, "0")
    assert directives_in(at(bench, "69000")) == []
    bench.desk.hold(position(number=2, size="0.6"))
    assert sizes(directives_in(at(bench, "68000"))) == [(2, "close")]
    bench.rearm()
    assert directives_in(at(bench, "67000")) == [], "the operator begins anew"


def test_dust_is_neither_asked_for_nor_does_its_missing_price_hold_up_the_rest() -> None:
    bench = limiter(**TOTAL_ONLY)
    bench.desk.hold(position(number=2, size=DUST), position(number=3, symbol=PERPETUAL, size=DUST))
    assert sizes(directives_in(at(bench, "70000"))) == [(1, "close")]
    bench.desk.resize(position().trade_id, DUST)
    assert [directives_in(at(bench, "70000", later_ms=60_000)) for _ in range(30)] == [[]] * 30


def test_dust_without_a_price_does_not_make_equity_unknown() -> None:
    bench = limiter(**TOTAL_ONLY)
    bench.desk.hold(position(number=2, symbol=PERPETUAL, size=DUST))
    assert isinstance(bench.desk, Valued)
    bench.desk.worth = Decimal(70_000)
    bench.desk.time_ms += 100_000
    bench.quiet_price("100000", SPOT)
    assert sizes(directives_in(bench.beat(0))) == [(1, "close")]
