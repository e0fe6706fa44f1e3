"""Recorded files are played in time order, each row at its time."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.market import Instrument
from desk.contracts.problems import InputRefused
from desk.feeds.replay import ReplayFeed, ReplayProgress, ReplaySource
from desk.runtime.clock import VirtualClock
from desk.runtime.virtual_loop import VirtualLoop, run_virtual
from tests.builders.market import (
    BTC,
    CANDLES_HEADER,
    ETH,
    MINUTE_MS,
    START_MS,
    TRADES_HEADER,
    candle_line,
    instrument,
    play,
    write_csv,
)


def candles(
    path: Path, *numbers: int, prices: str = "100 110 90 105", of: Instrument | None = None
) -> ReplaySource:
    lines = [candle_line(prices, number) for number in numbers]
    return ReplaySource(of or instrument(), write_csv(path, CANDLES_HEADER, lines))


def trades(path: Path, *lines: str, of: Instrument | None = None) -> ReplaySource:
    return ReplaySource(of or instrument(ETH), write_csv(path, TRADES_HEADER, lines))


def feed_of(
    *sources: ReplaySource, spread: str = "0", first_sequence: int = 1
) -> Callable[[VirtualClock], ReplayFeed]:
    return lambda clock: ReplayFeed(sources, clock, Decimal(spread), first_sequence)


def test_each_tick_comes_at_its_recorded_time(tmp_path: Path) -> None:
    ticks, times, _ = play(feed_of(candles(tmp_path / "btc.csv", 0, 1, 5)))
    assert [tick.time_ms for tick in ticks] == times
    assert len(ticks) == 12
    assert times[0] == START_MS
    assert times[-1] == START_MS + 6 * MINUTE_MS - 1


def test_several_symbols_are_merged_in_time_order(tmp_path: Path) -> None:
    eth = trades(tmp_path / "eth.csv", *(f"{START_MS + at},2000,1,buy" for at in (0, 20_000, 20_000, 70_000)))
    ticks, _, feed = play(feed_of(candles(tmp_path / "btc.csv", 0, 1), eth))
    assert feed.symbols == (BTC, ETH)
    assert [(tick.symbol, tick.time_ms - START_MS) for tick in ticks] == [
        (BTC, 0), (ETH, 0), (BTC, 19_999), (ETH, 20_000), (ETH, 20_000), (BTC, 39_999), (BTC, 59_999),
        (BTC, 60_000), (ETH, 70_000), (BTC, 79_999), (BTC, 99_999), (BTC, 119_999),
    ]  # fmt: skip
    assert [tick.sequence for tick in ticks] == list(range(1, 13))


def test_several_files_of_one_symbol_are_one_recording(tmp_path: Path) -> None:
    later, earlier = candles(tmp_path / "b.csv", 10, 11), candles(tmp_path / "a.csv", 0, 1)
    ticks, times, feed = play(feed_of(later, earlier))
    assert times == sorted(times)
    assert (len(ticks), feed.symbols, feed.first_ms()) == (16, (BTC,), START_MS)


def test_sequences_count_from_where_they_are_told(tmp_path: Path) -> None:
    ticks, _, _ = play(feed_of(candles(tmp_path / "btc.csv", 0, 1), first_sequence=7_000))
    assert [tick.sequence for tick in ticks] == list(range(7_000, 7_008))


def test_without_a_spread_bid_and_ask_are_the_price(tmp_path: Path) -> None:
    ticks, _, _ = play(feed_of(candles(tmp_path / "btc.csv", 0, 1)))
    assert all(tick.bid == tick.price == tick.ask for tick in ticks)


def test_the_spread_lies_around_a_candle_s_prices_on_the_price_step(tmp_path: Path) -> None:
    of = instrument(price_step="0.5")
    source = candles(tmp_path / "btc.csv", 0, 1, prices="1000.3 1010 990 1000.3", of=of)
    first = play(feed_of(source, spread="0.001"))[0][0]
    assert (first.bid, first.price, first.ask) == (Decimal("999.5"), Decimal("1000.5"), Decimal("1001.5"))


def test_a_trade_s_price_is_on_the_side_its_taker_met(tmp_path: Path) -> None:
    source = trades(tmp_path / "eth.csv", f"{START_MS},1000,2.5,buy", f"{START_MS},1000,1,sell")
    bought, sold = play(feed_of(source, spread="0.001"))[0]
    assert (bought.bid, bought.price, bought.ask) == (Decimal(999), Decimal(1000), Decimal(1000))
    assert (sold.bid, sold.price, sold.ask) == (Decimal(1000), Decimal(1000), Decimal(1001))
    assert bought.size_base == Decimal("2.5")


def test_what_binary_fractions_left_behind_is_rounded_to_the_price_step(tmp_path: Path) -> None:
    of = instrument(price_step="0.00000001")
    source = candles(
        tmp_path / "dash.csv", 0, 1, prices="0.0755568 0.07745453000000001 0.07521495 0.0767", of=of
    )
    prices = [tick.price for tick in play(feed_of(source))[0][:4]]
    assert prices == [Decimal("0.0755568"), Decimal("0.07521495"), Decimal("0.07745453"), Decimal("0.0767")]


def test_a_price_that_vanishes_under_the_price_step_is_refused(tmp_path: Path) -> None:
    source = candles(tmp_path / "btc.csv", 0, 1, prices="0.001 0.001 0.001 0.001")
    with pytest.raises(InputRefused, match=r"btc.csv: the price 0.001 is below half the price step 0.01"):
        play(feed_of(source))


def test_candles_at_equal_times_never_turn_time_back(tmp_path: Path) -> None:
    ticks, _, _ = play(feed_of(candles(tmp_path / "btc.csv", 0, 0, 1, 1, 2)))
    assert [tick.time_ms for tick in ticks] == sorted(tick.time_ms for tick in ticks)
    assert len(ticks) == 20


def test_a_fault_in_the_middle_ends_the_replay(tmp_path: Path) -> None:
    source = trades(tmp_path / "eth.csv", f"{START_MS},1,1,buy", "rubbish")
    with pytest.raises(InputRefused, match=r"eth.csv:3: the row has 1 cells"):
        play(feed_of(source))


def test_a_spread_is_a_fraction(tmp_path: Path) -> None:
    source = candles(tmp_path / "btc.csv", 0, 1)
    for spread in ("1", "-0.1"):
        with pytest.raises(ValueError, match="the spread is a fraction"):
            play(feed_of(source, spread=spread))


def test_progress_counts_rows_and_bytes(tmp_path: Path) -> None:
    sources = (candles(tmp_path / "btc.csv", *range(50)), trades(tmp_path / "eth.csv", f"{START_MS},1,1,buy"))
    total = sum(source.path.stat().st_size for source in sources)
    _, _, feed = play(feed_of(*sources), most=100)
    assert 0 < feed.progress.bytes_done < total == feed.progress.bytes_total
    _, _, feed = play(feed_of(*sources))
    assert feed.progress == ReplayProgress(51, total, total)


def test_a_recording_has_no_history_and_ends_when_it_is_closed(tmp_path: Path) -> None:
    source = candles(tmp_path / "btc.csv", *range(10))

    async def main(loop: VirtualLoop) -> tuple[int, int]:
        feed = ReplayFeed([source], VirtualClock(loop, START_MS))
        before = len(await feed.history(BTC, MINUTE_MS, 10))
        seen = 0
        async for _ in feed.ticks():
            seen += 1
            await feed.close()
        return before, seen

    assert run_virtual(main) == (0, 1)
