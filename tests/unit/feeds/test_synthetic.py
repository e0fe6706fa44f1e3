"""Made-up ticks look like a market, and the same seed makes the same ones."""

import math
import statistics
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest

from desk.contracts.market import Bar, Tick
from desk.feeds.synthetic import SyntheticFeed, SyntheticSymbol
from desk.runtime.clock import VirtualClock
from desk.runtime.virtual_loop import VirtualLoop, run_virtual
from tests.builders.market import BTC, ETH, MINUTE_MS, START_MS, instrument, play

BITCOIN = SyntheticSymbol(instrument(BTC, "0.1"), Decimal(46_000))
SMOOTH = replace(BITCOIN, jump_probability=Decimal(0))
YEAR_MS = 365 * 24 * 3_600_000


def market(
    seed: int = 7, interval_ms: int = 1_000, first_sequence: int = 1, bitcoin: SyntheticSymbol = BITCOIN
) -> Callable[[VirtualClock], SyntheticFeed]:
    ether = replace(bitcoin, instrument=instrument(ETH, "0.01"), start_price=Decimal(3_000))
    return lambda clock: SyntheticFeed([bitcoin, ether], clock, seed, interval_ms, first_sequence)


def ticks_of(make: Callable[[VirtualClock], SyntheticFeed], most: int) -> list[Tick]:
    return play(make, most=most)[0]


def returns(ticks: list[Tick], symbol: str) -> list[float]:
    prices = [float(tick.price) for tick in ticks if tick.symbol == symbol]
    return [math.log(later / earlier) for earlier, later in pairwise(prices)]


def history_of(
    make: Callable[[VirtualClock], SyntheticFeed], count: int, start_ms: int = START_MS
) -> list[Bar]:
    async def main(loop: VirtualLoop) -> list[Bar]:
        return list(await make(VirtualClock(loop, start_ms)).history(BTC, MINUTE_MS, count))

    return run_virtual(main)


def test_the_same_seed_makes_the_same_ticks() -> None:
    assert ticks_of(market(), 500) == ticks_of(market(), 500)
    assert ticks_of(market(), 500) != ticks_of(market(seed=8), 500)


def test_ticks_come_at_their_time_and_take_turns() -> None:
    ticks, times, feed = play(market(), most=6)
    assert feed.symbols == (BTC, ETH)
    assert [tick.time_ms for tick in ticks] == times
    assert [(tick.symbol, tick.time_ms - START_MS) for tick in ticks] == [
        (BTC, 1_000), (ETH, 1_500), (BTC, 2_000), (ETH, 2_500), (BTC, 3_000), (ETH, 3_500),
    ]  # fmt: skip
    assert [tick.sequence for tick in ticks] == [1, 2, 3, 4, 5, 6]


def test_one_symbol_s_path_does_not_depend_on_the_others() -> None:
    prices = [tick.price for tick in ticks_of(lambda clock: SyntheticFeed([BITCOIN], clock, 7, 1_000), 100)]
    assert prices == [tick.price for tick in ticks_of(market(), 200) if tick.symbol == BTC]


def test_prices_and_sizes_stand_on_the_instrument_s_steps() -> None:
    steps = {BTC: Decimal("0.1"), ETH: Decimal("0.01")}
    for tick in ticks_of(market(), 2_000):
        assert tick.bid <= tick.price <= tick.ask
        assert tick.bid < tick.ask
        assert all(value % steps[tick.symbol] == 0 for value in (tick.bid, tick.price, tick.ask))
        assert tick.size_base > 0
        assert tick.size_base % Decimal("0.001") == 0


def test_the_spread_is_the_one_asked_for() -> None:
    ticks = ticks_of(market(bitcoin=replace(BITCOIN, spread_fraction=Decimal("0.001"))), 100)
    assert all(Decimal("0.0009") < (tick.ask - tick.bid) / tick.price < Decimal("0.0012") for tick in ticks)


def test_the_volatility_is_the_one_asked_for() -> None:
    moves = returns(ticks_of(market(interval_ms=60_000, bitcoin=SMOOTH), 40_000), BTC)
    yearly = statistics.pstdev(moves) * math.sqrt(YEAR_MS / 60_000)
    assert 0.7 < yearly < 0.9


def test_wild_and_calm_spells_cluster() -> None:
    squares = [
        move * move for move in returns(ticks_of(market(interval_ms=60_000, bitcoin=SMOOTH), 20_000), BTC)
    ]
    assert statistics.correlation(squares[:-1], squares[1:]) > 0.1


def test_jumps_happen_as_often_as_asked_for() -> None:
    shape = replace(
        BITCOIN,
        annual_volatility=Decimal("0.1"),
        jump_probability=Decimal("0.01"),
        jump_size=Decimal("0.1"),
    )
    moves = returns(ticks_of(market(bitcoin=shape), 20_000), BTC)
    assert 50 < sum(abs(move) > 0.01 for move in moves) < 130


def test_symbols_move_together_where_they_share_a_market() -> None:

    def correlation(share: str) -> float:
        shape = replace(SMOOTH, market_share=Decimal(share))
        ticks = ticks_of(market(interval_ms=60_000, bitcoin=shape), 8_000)
        return statistics.correlation(returns(ticks, BTC), returns(ticks, ETH))

    assert abs(correlation("0")) < 0.1
    assert 0.4 < correlation("0.7") < 0.7


def test_history_ends_where_the_first_bar_begins_and_at_the_start_price() -> None:
    bars = history_of(market(), 50, START_MS + 12_345)
    assert len(bars) == 50
    assert bars[-1].close_time_ms == START_MS
    assert bars[-1].close == Decimal(46_000)
    assert all(later.open_time_ms == earlier.close_time_ms for earlier, later in pairwise(bars))
    assert all(later.open == earlier.close for earlier, later in pairwise(bars))
    assert all(bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high for bar in bars)
    assert len({bar.close for bar in bars}) > 40


def test_history_is_the_same_for_the_same_seed() -> None:
    assert history_of(market(), 20) == history_of(market(), 20)
    assert history_of(market(), 20) != history_of(market(seed=8), 20)


def test_a_clock_that_jumped_ahead_gets_no_made_up_ticks() -> None:
    async def main(loop: VirtualLoop) -> list[int]:
        clock = VirtualClock(loop, START_MS)
        times: list[int] = []
        feed = market()(clock)
        async for tick in feed.ticks():
            times.append(tick.time_ms - START_MS)
            if len(times) == 4:
                clock.jump_wall(3_600_000)
            if len(times) == 7:
                await feed.close()
        return times

    assert run_virtual(main) == [1_000, 1_500, 2_000, 2_500, 3_602_000, 3_602_500, 3_603_000]


def test_a_price_never_reaches_zero() -> None:
    wild = replace(
        BITCOIN, annual_volatility=Decimal(5_000), jump_probability=Decimal("0.5"), jump_size=Decimal(1)
    )
    assert all(tick.bid > 0 for tick in ticks_of(market(bitcoin=wild), 5_000))


def test_sequences_count_from_where_they_are_told() -> None:
    assert [tick.sequence for tick in ticks_of(market(first_sequence=50), 3)] == [50, 51, 52]


def test_an_interval_is_above_zero() -> None:
    with pytest.raises(ValueError, match="above 0 ms"):
        play(market(interval_ms=0))
