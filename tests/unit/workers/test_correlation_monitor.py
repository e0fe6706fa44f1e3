"""The monitor knows which trades are one bet, refuses what would join it, and trims on request."""

import dataclasses
import tracemalloc
from collections.abc import Mapping
from decimal import Decimal
from math import exp
from typing import Any

import pytest
from pydantic import ValidationError

from desk.contracts.directives import DirectiveScope
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.market import Bar, Tick
from desk.contracts.orders import Leg, OrderStatus
from desk.contracts.positions import EXTERNAL_STRATEGY, Position
from desk.contracts.sides import PositionSide
from desk.testing.building import SPOT, START_MS, instrument, position
from desk.testing.memory_desk import MemoryDesk
from desk.workers.risk_control.correlation_monitor import CorrelationMonitor
from tests.builders.risk import RiskBench, blocks_in, directives_in, releases_in

BTC, ETH, SOL, ADA = (f"{coin}/USDT:USDT" for coin in ("BTC", "ETH", "SOL", "ADA"))
QUICK, SLOW = (1, -1, 1, -1), (1, 1, -1, -1)
LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
INTERVAL_MS = 900_000
BARS = 60
PARAMETERS: dict[str, object] = {
    "symbols": [BTC, ETH, SOL, ADA],
    "window_bars": BARS,
    "min_bars": BARS,
    "max_members": 2,
    "max_cluster": "10",
}
MIXES: Mapping[str, tuple[int, int]] = {BTC: (1, 0), ETH: (12, 5), SOL: (4, 3), ADA: (0, 1)}
"""How much of each pattern a price holds: with BTC, ETH has 0.9231, SOL 0.8 and ADA 0; ETH and SOL 0.9692."""


@dataclasses.dataclass
class Valued(MemoryDesk):
    """A desk whose worth the test sets."""

    worth: Decimal | None = Decimal(100_000)

    def equity(self) -> Decimal | None:
        return self.worth

    def rate(self, currency: str) -> Decimal | None:
        return Decimal(1)


def path(symbol: str, mix: tuple[int, int], count: int = BARS + 1) -> list[Bar]:
    """Build bars up to now whose log returns are a mix of the two patterns."""
    closes, at = [], 0.0
    for place in range(count):
        at += (mix[0] * QUICK[place % 4] + mix[1] * SLOW[place % 4]) / 2000
        closes.append(Decimal(str(exp(at))))
    first_ms = START_MS - START_MS % INTERVAL_MS - count * INTERVAL_MS
    return [
        Bar(symbol, first_ms + place * INTERVAL_MS, INTERVAL_MS, one, one, one, one, Decimal(1))
        for place, one in enumerate(closes)
    ]


def monitor(*held: Position, mixes: Mapping[str, tuple[int, int]] = MIXES, **parameters: object) -> RiskBench:
    """Watch four symbols, each at a price of 100, with these trades in the book."""
    bench = RiskBench(CorrelationMonitor, PARAMETERS | parameters, desk=Valued(), symbols=())
    for symbol in (BTC, ETH, SOL, ADA):
        bench.desk.instruments[symbol] = instrument(symbol)
        bench.desk.history[symbol, INTERVAL_MS] = path(symbol, mixes[symbol]) if symbol in mixes else []
    bench.desk.hold(*held)
    return bench


def look(bench: RiskBench, later_ms: int = 5_000) -> list[object]:
    """Let the worker look once, all prices fresh."""
    bench.desk.time_ms += later_ms
    for symbol in (BTC, ETH, SOL, ADA):
        bench.quiet_price("100", symbol)
    return bench.beat(0)


def trade(
    symbol: str, number: int, size: str = "100", side: PositionSide = LONG, strategy_id: str = "trend"
) -> Position:
    """Build a trade worth 100 for each of its size, opened in the order of its number."""
    made = position(side, number=number, symbol=symbol, entry="100", size=size, strategy_id=strategy_id)
    return dataclasses.replace(made, opened_at_ms=START_MS + number)


def blocked(published: list[object]) -> list[str | None]:
    return [one.symbol for one in blocks_in(published)]


def ordered(bench: RiskBench, number: int, status: OrderStatus, **given: Any) -> list[object]:  # noqa: ANN401 - any field of it
    """Tell what became of an order, and a price after it."""
    assert bench.order(number, status, **given) == []
    return bench.tick("100", BTC, later_ms=0)


def test_nothing_held_blocks_nothing() -> None:
    bench = monitor()
    assert [look(bench) for _ in range(5)] == [[]] * 5
    assert bench.memory.writes == 0


def test_what_would_join_a_full_bet_is_refused_before_it_is_opened() -> None:
    bench = monitor(trade(BTC, 1))
    assert look(bench) == []
    bench.desk.hold(trade(ETH, 2))
    (block,) = blocks_in(look(bench))
    assert block.symbol == SOL
    assert block.reason == (
        "SOL/USDT:USDT and ETH/USDT:USDT move together, 0.97 over 60 bars; BTC/USDT:USDT, ETH/USDT:USDT:"
        " 2 of 2 symbols, 20,000 of 1,000,000 (1000 % of equity)"
    )
    assert [look(bench) for _ in range(5)] == [[]] * 5


@pytest.mark.parametrize(
    ("sides", "trims"),
    [((LONG, LONG), 1), ((SHORT, SHORT), 1), ((LONG, SHORT), 0), ((SHORT, LONG), 0)],
)
def test_sides_decide_what_is_one_bet(sides: tuple[PositionSide, PositionSide], trims: int) -> None:
    bench = monitor(trade(BTC, 1, side=sides[0]), trade(ETH, 2, side=sides[1]), max_members=1)
    beyond = monitor(trade(BTC, 1, side=sides[0]), trade(ETH, 2, side=sides[1]), max_members=1, action="trim")
    assert SOL in blocked(look(bench))
    assert len(directives_in(look(beyond))) == trims


def test_what_moves_against_each_other_is_one_bet_on_opposite_sides() -> None:
    mixes = {**MIXES, ETH: (-12, -5)}
    held = (trade(BTC, 1), trade(ETH, 2, side=SHORT))
    (directive,) = directives_in(look(monitor(*held, mixes=mixes, max_members=1, action="trim")))
    assert "ETH/USDT:USDT and BTC/USDT:USDT move against each other, 0.92 over 60 bars" in directive.rationale
    held = (trade(BTC, 1), trade(ETH, 2))
    assert directives_in(look(monitor(*held, mixes=mixes, max_members=1, action="trim"))) == []


def test_what_is_joined_to_one_member_is_joined_to_all() -> None:
    mixes = {BTC: (1, 0), ETH: (4, 3), SOL: (0, 1), ADA: (3, 4)}
    held = (trade(BTC, 1), trade(ETH, 2), trade(ADA, 3))
    (directive,) = directives_in(look(monitor(*held, mixes=mixes, action="trim", trip="0.8", clear="0.5")))
    assert "BTC/USDT:USDT, ETH/USDT:USDT, ADA/USDT:USDT: 3 of 2 symbols" in directive.rationale


def test_worth_fills_a_bet_too() -> None:
    bench = monitor(trade(BTC, 1, "600"), trade(ETH, 2, "449.99"), max_members=9, max_cluster="1.05")
    assert look(bench) == []
    bench.desk.hold(trade(ETH, 2, "450"))
    assert blocked(look(bench)) == [BTC, ETH, SOL]


def test_several_trades_on_one_symbol_are_one_member_and_no_bet() -> None:
    bench = monitor(*(trade(BTC, number, "900") for number in range(1, 6)), max_cluster="1")
    assert blocked(look(bench)) == [ETH, SOL]


def test_an_entry_under_way_counts_as_a_member() -> None:
    bench = monitor(trade(BTC, 1))
    bench.desk.pending_entries.add(("trend", ETH))
    assert blocked(look(bench)) == [SOL]


def test_an_entry_of_another_strategy_under_way_counts_as_a_member() -> None:
    bench = monitor(trade(BTC, 1))
    bench.desk.pending_entries.add(("other", ETH))
    assert blocked(look(bench)) == [SOL]


def test_of_entries_that_came_at_once_those_beyond_the_limit_are_blocked_and_stay_so() -> None:
    bench = monitor()
    look(bench)
    bench.desk.pending_entries |= {("trend", ETH), ("other", SOL), ("other", BTC)}
    (block,) = blocks_in(ordered(bench, 1, OrderStatus.OPEN, strategy_id="other", symbol=SOL))
    assert block.symbol == SOL
    assert block.reason.endswith(
        "BTC/USDT:USDT, ETH/USDT:USDT: 2 of 2 symbols, 0 of 1,000,000 (1000 % of equity)"
    )
    assert [look(bench) for _ in range(3)] == [[]] * 3
    bench.desk.pending_entries.discard(("other", SOL))
    assert look(bench) == [], "those that may stay are not blocked for it, and it stays out"


def test_an_entry_that_a_full_bet_has_no_room_for_is_blocked_whatever_its_place() -> None:
    bench = monitor()
    look(bench)
    bench.desk.hold(trade(ETH, 1), trade(SOL, 2))
    bench.desk.pending_entries.add(("other", BTC))
    assert blocked(ordered(bench, 1, OrderStatus.SENT, symbol=BTC)) == [BTC]


def test_an_entry_that_is_blocked_takes_the_place_of_no_other() -> None:
    bench = monitor(trade(ETH, 1), trade(SOL, 2))
    assert blocked(look(bench)) == [BTC]
    bench.desk.resize(trade(SOL, 2).trade_id, "0")
    bench.desk.pending_entries |= {("other", BTC), ("trend", SOL)}
    assert look(bench) == []


def test_orders_that_open_nothing_of_its_own_symbols_are_no_reason_to_look() -> None:
    bench = monitor(trade(BTC, 1))
    look(bench)
    bench.desk.hold(trade(ETH, 2))
    assert ordered(bench, 1, OrderStatus.OPEN, symbol=SPOT) == []
    assert ordered(bench, 2, OrderStatus.OPEN, symbol=ETH, leg=Leg.STOP) == []
    assert blocked(ordered(bench, 3, OrderStatus.OPEN, symbol=ETH)) == [SOL]


def test_dust_is_no_member() -> None:
    assert look(monitor(trade(BTC, 1), trade(ETH, 2, "0.0001"))) == []


@pytest.mark.parametrize("mixes", [{BTC: (1, 0), ETH: (12, 5), SOL: (4, 3)}, {**MIXES, ADA: (0, 0)}])
def test_what_is_not_known_counts_as_one_for_entries_and_never_trims(
    mixes: Mapping[str, tuple[int, int]],
) -> None:
    bench = monitor(trade(BTC, 1), trade(ADA, 2), mixes=mixes, max_members=1, action="trim")
    published = look(bench)
    assert blocked(published) == [ETH, SOL]
    assert directives_in(published) == []
    alone = monitor(trade(BTC, 1), mixes=mixes, max_members=1)
    (block,) = [one for one in blocks_in(look(alone)) if one.symbol == ADA]
    assert "how ADA/USDT:USDT and BTC/USDT:USDT move together is not known" in block.reason
    assert "taken as 1" in block.reason


def test_bars_that_stopped_long_ago_say_nothing() -> None:
    bench = monitor(trade(BTC, 1), trade(ETH, 2), max_members=1, action="trim")
    bench.desk.time_ms += 2 * INTERVAL_MS
    assert directives_in(look(bench)) == []


@pytest.mark.parametrize("worth", [None, Decimal("NaN"), Decimal(0)])
def test_without_equity_a_bet_has_no_room_and_is_not_trimmed(worth: Decimal | None) -> None:
    bench = monitor(trade(BTC, 1), trade(ETH, 2), max_members=9, action="trim")
    assert isinstance(bench.desk, Valued)
    bench.desk.worth = worth
    published = look(bench)
    assert blocked(published) == [BTC, ETH, SOL]
    assert directives_in(published) == []
    assert "an unknown limit" in blocks_in(published)[0].reason


def test_without_a_fresh_price_a_bet_has_no_room_and_is_not_trimmed() -> None:
    bench = monitor(trade(BTC, 1), trade(ETH, 2), max_members=9, max_cluster="0.01", action="trim")
    published = bench.beat()
    assert blocked(published) == [BTC, ETH, SOL]
    assert directives_in(published) == []


def test_a_trim_takes_a_part_of_the_newest_trade_once_per_pause() -> None:
    held = (trade(BTC, 1, "600"), trade(ETH, 2, "450"))
    bench = monitor(*held, max_members=9, max_cluster="1", action="trim", min_bars=50)
    (directive,) = directives_in(look(bench))
    assert directive.scope is DirectiveScope.MODIFY_EXISTING
    assert directive.target_trade_ids == (held[1].trade_id,)
    assert directive.size_directive is not None
    assert directive.size_directive.target_size_base == Decimal("337.5")
    assert directive.rationale == (
        "ETH/USDT:USDT and BTC/USDT:USDT move together, 0.92 over 60 bars; BTC/USDT:USDT, ETH/USDT:USDT:"
        " 2 of 9 symbols, 105,000 of 100,000 (100 % of equity): trim 450 → 337.5 ETH"
    )
    bench.desk.resize(held[1].trade_id, "337.5")
    bench.desk.hold(trade(BTC, 1, "800"))
    assert directives_in([one for _ in range(359) for one in look(bench)]) == []
    (again,) = directives_in(look(bench))
    assert again.size_directive is not None
    assert again.size_directive.target_size_base == Decimal("253.125")


def test_a_trade_that_somebody_else_opened_counts_and_is_not_trimmed() -> None:
    held = (trade(BTC, 1), trade(ETH, 2, strategy_id="other"), trade(SOL, 3, strategy_id=EXTERNAL_STRATEGY))
    (directive,) = directives_in(look(monitor(*held, action="trim")))
    assert directive.target_trade_ids == (held[1].trade_id,)


def test_a_pair_stays_linked_until_it_is_clear() -> None:
    bench = monitor(trade(BTC, 1), max_members=1, cooldown_s="0")
    assert blocked(look(bench)) == [ETH, SOL]
    for symbol, mix in {**MIXES, SOL: (3, 3)}.items():
        bench.desk.history[symbol, INTERVAL_MS] = path(symbol, mix)
    bench.restart()
    assert look(bench) == [], "0.7071 is below the trip and not yet clear"
    for symbol, mix in {**MIXES, SOL: (3, 4)}.items():
        bench.desk.history[symbol, INTERVAL_MS] = path(symbol, mix)
    bench.restart()
    assert [one.symbol for one in releases_in(look(bench))] == [SOL]


def test_a_block_stands_its_pause_and_lifts_once_its_reason_is_over() -> None:
    bench = monitor(trade(BTC, 1), max_members=1, min_bars=10, cooldown_s="600")
    assert blocked(look(bench)) == [ETH, SOL]
    bench.desk.resize(trade(BTC, 1).trade_id, "0")
    assert [one for _ in range(119) for one in look(bench)] == []
    assert [one.symbol for one in releases_in(look(bench))] == [ETH, SOL]
    assert bench.memory.notes == {}


def test_what_the_operator_lets_pass_passes_for_a_pause() -> None:
    bench = monitor(trade(BTC, 1), max_members=1, min_bars=10, cooldown_s="600")
    look(bench)
    look(bench)
    bench.rearm()
    assert [one for _ in range(120) for one in look(bench)] == []
    assert blocked(look(bench)) == [ETH, SOL]


def test_what_is_blocked_and_trimmed_survives_a_restart() -> None:
    held = (trade(BTC, 1, "600"), trade(ETH, 2, "450"))
    bench = monitor(*held, max_members=9, max_cluster="1", action="trim")
    assert len(blocks_in(look(bench))) == 3
    bench.desk.resize(held[1].trade_id, "337.5")
    bench.desk.hold(trade(BTC, 1, "800"))
    for _ in range(10):
        bench.restart()
        assert look(bench) == []


def test_it_is_silent_before_the_first_comparison() -> None:
    bench = monitor(trade(BTC, 1), trade(ETH, 2), max_members=1)
    bench.desk.reconciled = False
    assert look(bench) == []


def test_it_looks_at_once_after_a_fill_and_seldom_otherwise() -> None:
    bench = monitor(trade(BTC, 1))
    look(bench)
    bench.desk.hold(trade(ETH, 2))
    assert look(bench, 1_000) == []
    assert bench.tick("100", BTC, later_ms=0) == []
    bench.fill(trade(ETH, 2).trade_id)
    assert bench.tick("100", BTC, later_ms=0) == [], "a fill of another symbol"
    bench.bar(path(BTC, (1, 0))[-1])
    assert len(bench.tick("100", BTC, later_ms=0)) == 1


def test_a_large_comparison_takes_several_looks_and_is_judged_when_it_is_done() -> None:
    bench = monitor(trade(BTC, 1), trade(ETH, 2), window_bars=500)
    for symbol, mix in MIXES.items():
        bench.desk.history[symbol, INTERVAL_MS] = path(symbol, mix, 501)
    assert look(bench) == [], "four of the five pairs are compared"
    (block,) = blocks_in(bench.tick("100", BTC, later_ms=0))
    assert "0.97 over 500 bars" in block.reason


def test_idle_ticks_allocate_nothing() -> None:
    bench = monitor(trade(BTC, 1))
    look(bench)
    tick = Tick(BTC, bench.desk.time_ms, Decimal(100), Decimal(100), Decimal(100), Decimal(1), 1)
    hear = bench.worker.on_tick  # type: ignore[attr-defined]
    assert hear(tick) is DispositionEnvelope.CONTINUE
    tracemalloc.start()
    try:
        for _ in range(1_000):
            hear(tick)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 512


@pytest.mark.parametrize(
    "wrong",
    [
        {"symbols": [BTC]}, {"clear": "0.8"}, {"trip": "1.1"}, {"min_bars": 61},
        {"max_members": 0}, {"max_cluster": "0"}, {"trim_fraction": "0"}, {"action": "close"},
        {"window_bars": 501},
    ],
)  # fmt: skip
def test_parameters_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        monitor(**wrong)  # type: ignore[arg-type]


def test_it_asks_for_the_bars_it_compares() -> None:
    needs = monitor().parameters.bars_needed()
    assert [(one.symbol, one.interval_ms) for one in needs] == [
        (symbol, INTERVAL_MS) for symbol in (BTC, ETH, SOL, ADA)
    ]
    assert all(one.count > BARS for one in needs)
