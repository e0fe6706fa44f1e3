"""A stop may trail by the market's own ranges and swings, and only once a part is sold."""

import dataclasses
from decimal import Decimal

import pytest
from pydantic import ValidationError

from desk.contracts.manifests import BarsNeeded
from desk.contracts.market import Bar
from desk.contracts.sides import PositionSide
from desk.indicators.swings import Swings
from desk.testing.bench import Bench, only_directive, stop_of
from desk.testing.building import PERPETUAL, SPOT, START_MS, bars, position
from desk.workers.dynamic_management.trailing_stop_manager import TrailingStopManager, TrailingStopParameters

LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
TRADE = position().trade_id
MINUTE_MS = 60_000


def trailing(mode: str, side: PositionSide = LONG, **parameters: object) -> Bench:
    given = {"mode": mode, "symbol": SPOT, "interval_ms": MINUTE_MS, "cooldown_s": 0} | parameters
    bench = Bench(TrailingStopManager, given)
    bench.desk.hold(position(side))
    return bench


def ranging(side: PositionSide = LONG, half_range: str = "200") -> Bench:
    """Trail 3 ranges of 3 bars behind; the range is 400."""
    bench = trailing("atr", side, atr_bars=3, atr_multiple=3)
    for one in bars(["100000"] * 3, half_range=half_range):
        bench.bar(one)
    return bench


def test_three_ranges_behind_the_best_price_of_a_long() -> None:
    bench = ranging()
    assert bench.tick("101999") == []
    directive = only_directive(bench.tick("102000"))
    assert stop_of([directive]) == Decimal(100_800), "102,000 - 3 x 400"
    assert directive.rationale == "stop 98,000 → 100,800: 3 ATR (1,200) under 102,000, high since entry"
    bench.grant([directive])
    assert bench.ticks("101500", "101900") == []
    assert stop_of(bench.tick("103000")) == Decimal(101_800)


def test_three_ranges_behind_the_best_price_of_a_short() -> None:
    bench = ranging(SHORT)
    directive = only_directive(bench.tick("98000"))
    assert stop_of([directive]) == Decimal(99_200)
    assert directive.rationale == "stop 102,000 → 99,200: 3 ATR (1,200) over 98,000, low since entry"


def test_a_calmer_market_brings_the_stop_nearer_without_a_new_high() -> None:
    bench = ranging()
    bench.grant(bench.tick("102000"))
    bench.bar(bars(["102000"], half_range="50", first=3)[0])
    # The true range reaches from the last close, 100,000, to 102,050; then twice 100.
    for number in (4, 5, 6, 7, 8, 9, 10, 11, 12):
        bench.bar(bars(["102000"], half_range="50", first=number)[0])
    stop = stop_of(bench.tick("101900"))
    assert Decimal(101_300) < stop < Decimal(101_700)
    assert bench.desk.trades[TRADE].stop_price == Decimal(100_800)


def test_a_wilder_market_never_loosens_the_stop() -> None:
    bench = ranging()
    bench.grant(bench.tick("102000"))
    for number in range(3, 9):
        bench.bar(bars(["102000"], half_range="2000", first=number)[0])
    assert bench.ticks("102000", "103000") == []


def test_no_stop_moves_until_the_range_is_known_but_the_best_price_is_kept() -> None:
    bench = trailing("atr", atr_bars=3, atr_multiple=3)
    assert bench.ticks("103000", "102000") == []
    bench.restart()
    for one in bars(["102000"] * 3, half_range="200"):
        bench.bar(one)
    assert stop_of(bench.tick("102500")) == Decimal(101_800), "under the high of 103,000"


def test_the_range_is_found_again_after_a_restart() -> None:
    bench = ranging()
    bench.grant(bench.tick("102000"))
    bench.restart()
    bench.bar(bars(["102000"], half_range="200", first=3)[0])
    # (400 + 400 + 400) / 3, then a true range of 2,200: 400 + 1,800 / 3 = 1,000.
    assert stop_of(bench.tick("104000")) == Decimal(101_000)


LOWS = ["101500", "101000", "100600", "101200", "101800"]


def bar(number: int, low: str, high: str = "104000") -> Bar:
    middle = Decimal(low)
    opens = START_MS + number * MINUTE_MS
    return Bar(SPOT, opens, MINUTE_MS, middle, Decimal(high), Decimal(low), middle, Decimal(1))


def test_a_swing_low_is_confirmed_by_the_bars_after_it() -> None:
    swings = Swings(2)
    for number, low in enumerate(LOWS[:4]):
        swings.add(bar(number, low))
    assert swings.low is None
    swings.add(bar(4, LOWS[4]))
    assert swings.low == Decimal(100_600)
    assert swings.high is None, "highs that are equal turn nowhere"


def test_the_stop_of_a_long_goes_under_the_last_swing_low() -> None:
    bench = trailing("structure", swing_bars=2)
    for number, low in enumerate(LOWS):
        bench.bar(bar(number, low))
    assert bench.tick("101999") == []
    directive = only_directive(bench.tick("102000"))
    assert stop_of([directive]) == Decimal("100499.4"), "100,600 x 0.999"
    assert directive.rationale == (
        "stop 98,000 → 100,499.4: 0.1 % under the last swing low 100,600, confirmed by 2 bars"
    )
    bench.grant([directive])
    assert bench.ticks("103000", "105000", "101000") == [], "only a new swing moves it"


def test_the_stop_of_a_short_goes_over_the_last_swing_high() -> None:
    bench = trailing("structure", SHORT, swing_bars=2, swing_buffer="0.01")
    for number, high in enumerate(["98500", "99000", "99400", "98800", "98200"]):
        bench.bar(bar(number, "97000", high))
    directive = only_directive(bench.tick("98000"))
    assert stop_of([directive]) == Decimal(100_394), "99,400 x 1.01"
    assert "1 % over the last swing high 99,400" in directive.rationale


def test_a_lower_swing_low_leaves_the_stop() -> None:
    bench = trailing("structure", swing_bars=2)
    for number, low in enumerate(LOWS):
        bench.bar(bar(number, low))
    bench.grant(bench.tick("102000"))
    for number, low in enumerate(["100500", "99500", "100800", "101000"], start=5):
        bench.bar(bar(number, low))
    assert bench.ticks("101500", "102500") == []


def test_a_price_under_an_old_swing_is_no_reason_to_leave() -> None:
    bench = trailing("structure", swing_bars=2)
    for number, low in enumerate(["103500", "103000", "102600", "103200", "103800"]):
        bench.bar(bar(number, low))
    assert bench.tick("102000") == []


@pytest.mark.parametrize("mode", ["step", "continuous", "atr"])
def test_after_the_first_target_means_after_it(mode: str) -> None:
    bench = trailing(mode, after_first_target="true", atr_bars=2)
    for one in bars(["100000"] * 3, half_range="50"):
        bench.bar(one)
    assert bench.ticks("102000", "103000", "104000") == []
    held = bench.desk.trades[TRADE]
    bench.desk.hold(dataclasses.replace(held, size_base=Decimal("0.25")))
    assert len(bench.tick("104000")) == 1
    bench.restart()
    assert len(bench.tick("104000")) == 1, "refused, and asked for again"


def test_only_the_symbol_named_is_trailed() -> None:
    bench = trailing("continuous")
    bench.desk.hold(position(number=2, symbol=PERPETUAL))
    assert bench.tick("103000", PERPETUAL) == []
    assert len(bench.tick("103000", SPOT)) == 1


def test_the_bars_that_are_needed_are_asked_for() -> None:
    def needed(**given: str) -> tuple[BarsNeeded, ...]:
        return TrailingStopParameters.model_validate_strings(given).bars_needed()

    assert needed(mode="continuous", symbol=SPOT) == ()
    assert needed(mode="atr", symbol=SPOT, atr_bars="20") == (BarsNeeded(SPOT, 900_000, 21),)
    assert needed(mode="structure", symbol=SPOT, interval_ms="60000") == (BarsNeeded(SPOT, 60_000, 60),)


@pytest.mark.parametrize("mode", ["atr", "structure"])
def test_bars_need_a_symbol(mode: str) -> None:
    with pytest.raises(ValidationError, match=f"mode {mode} reads bars: name the symbol"):
        TrailingStopParameters.model_validate_strings({"mode": mode})


def test_a_low_that_is_passed_soon_after_is_no_swing() -> None:
    swings = Swings(2)
    for number, low in enumerate(["101500", "101000", "100600", "101200", "100500"]):
        swings.add(bar(number, low))
    assert swings.low is None


def test_a_trail_that_has_begun_goes_on_when_the_trade_is_added_to() -> None:
    bench = trailing("continuous", after_first_target="true")
    held = bench.desk.trades[TRADE]
    bench.desk.hold(dataclasses.replace(held, size_base=Decimal("0.25")))
    bench.grant(bench.tick("102000"))
    bench.desk.resize(TRADE, "0.5")
    assert len(bench.tick("103000")) == 1


def test_a_new_range_is_looked_at_though_the_price_stands_still() -> None:
    bench = ranging()
    bench.grant(bench.tick("102000"))
    assert bench.ticks("101900", "101900") == [], "it sleeps until a new high"
    for number in range(3, 20):
        bench.bar(bars(["102000"], half_range="50", first=number)[0])
    assert len(bench.tick("101900")) == 1
