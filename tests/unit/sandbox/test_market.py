"""The market everyone sees: candles, the last day, prices that wander and prices recorded."""

import random
from decimal import Decimal
from itertools import pairwise

import pytest

from connectors.sandbox.settings import SandboxSettings
from connectors.sandbox.usual import listings_of
from connectors.sandbox.venue import LocalVenue
from connectors.venue.price_path import PathCandle, RecordedPath, WalkPath
from tests.builders.sandbox import Trader, many_perpetuals, sandbox, trader
from tests.builders.venue import ManualClock, TaskSpawner

START_MS = 1_700_000_000_000
_DAY_MS = 86_400_000


async def _candles(client: Trader, interval: str, **query: object) -> list[list[str]]:
    symbol: dict[str, object] = {"category": "linear", "symbol": "BTCUSDT"}
    answer = await client.ask("/v5/market/kline", **symbol, interval=interval, **query)
    rows: list[list[str]] = answer["result"]["list"]
    return rows


def _walk(seed: str = "a") -> WalkPath:
    return WalkPath(seed, START_MS, Decimal(50_000), Decimal("0.6"))


def test_a_walk_is_the_same_for_the_same_seed_in_whatever_order_it_is_asked() -> None:
    times = [START_MS + step * 777 for step in range(-50, 50)]
    forward = [_walk().price_at(one) for one in times]
    path = _walk()
    assert [path.price_at(one) for one in reversed(times)] == forward[::-1]
    assert [_walk("b").price_at(one) for one in times] != forward
    assert abs(_walk().price_at(START_MS) - 50_000) < Decimal("0.000001")


def test_a_walk_moves_as_far_as_its_volatility_says() -> None:
    path = WalkPath("v", START_MS, Decimal(100), Decimal("0.6"))
    for step_ms in (10_000, 60_000, 3_600_000):
        prices = [path.price_at(START_MS + place * step_ms).ln() for place in range(2_000)]
        moves = [float(later - one) ** 2 for one, later in pairwise(prices)]
        yearly = (sum(moves) / len(moves) * (365 * _DAY_MS / step_ms)) ** 0.5
        assert 0.3 < yearly < 1.0


def test_a_recording_is_told_from_the_start_on_and_stands_still_after_its_end() -> None:
    def candle(time_ms: int, *prices: int) -> PathCandle:
        return PathCandle(time_ms, *map(Decimal, prices))

    path = RecordedPath([candle(0, 10, 14, 9, 12), candle(60_000, 12, 13, 5, 6)], START_MS)
    told = [int(path.price_at(START_MS + second * 1000)) for second in (-5, 0, 20, 40, 60, 80, 100, 500)]
    assert told == [10, 10, 9, 14, 12, 13, 5, 6]
    assert path.end_ms == START_MS + 119_999
    for wrong in ([], [candle(5, 1, 1, 1, 1), candle(5, 1, 1, 1, 1)]):
        with pytest.raises(ValueError, match="rise"):
            RecordedPath(wrong, START_MS)


async def test_candles_reach_days_back_and_join_without_a_gap() -> None:
    async with sandbox(clock=ManualClock(START_MS)) as venue, trader(venue) as client:
        now_ms = venue.venue.now_ms()
        rows = await _candles(client, "60", start=now_ms - 3 * _DAY_MS, limit=1000)
        begins = [int(one[0]) for one in rows]
        assert begins == sorted(begins, reverse=True)
        assert {one - later for one, later in pairwise(begins)} == {3_600_000}
        assert 71 <= len(rows) <= 73
        for newer, older in pairwise(rows[1:]):
            assert newer[1] == older[4]
        again = await _candles(client, "60", start=now_ms - 3 * _DAY_MS, limit=1000)
        assert again[1:] == rows[1:]


async def test_the_open_candle_holds_what_happened_in_it() -> None:
    async with sandbox(clock=ManualClock(START_MS)) as venue, trader(venue) as client:
        venue.price("60000")
        venue.price("40000")
        newest = (await _candles(client, "D"))[0]
        assert (newest[2], newest[3], newest[4]) == ("60000", "40000", "40000")


@pytest.mark.parametrize(
    "interval", ["1", "3", "5", "15", "30", "60", "120", "240", "360", "720", "D", "W", "M"]
)
async def test_every_interval_is_served(interval: str) -> None:
    async with sandbox(clock=ManualClock(START_MS)) as venue, trader(venue) as client:
        rows = await _candles(client, interval, limit=5)
        assert len(rows) == 5
        for row in rows:
            low, high = Decimal(row[3]), Decimal(row[2])
            assert low <= Decimal(row[1]) <= high
            assert low <= Decimal(row[4]) <= high
            assert Decimal(row[4]) % Decimal("0.1") == 0


async def test_what_is_no_interval_is_refused() -> None:
    async with sandbox(clock=ManualClock(START_MS)) as venue, trader(venue) as client:
        query = {"category": "linear", "symbol": "BTCUSDT"}
        assert (await client.ask("/v5/market/kline", **query, interval="7"))["retCode"] == 10001
        assert (await client.ask("/v5/market/kline", **query, interval="1", limit="-5"))["retCode"] == 10001


async def test_the_tape_the_funding_and_the_filters_can_be_read() -> None:
    async with sandbox(clock=ManualClock(START_MS)) as venue, trader(venue) as client:
        venue.price("50100")
        tape = await client.list("/v5/market/recent-trade", category="linear", symbol="BTCUSDT", limit=2)
        assert [one["price"] for one in tape] == ["50100", "50000"]
        funding = await client.list(
            "/v5/market/funding/history", category="linear", symbol="BTCUSDT", limit=3
        )
        assert len(funding) == 3
        (row,) = await client.list("/v5/market/instruments-info", category="spot", symbol="BTCUSDT")
        assert row["lotSizeFilter"]["basePrecision"] == "0.000001"
        assert await client.list("/v5/market/instruments-info", category="option") == []
        assert await client.list("/v5/market/instruments-info", category="linear", status="PreLaunch") == []


async def test_prices_wander_by_the_seed_and_as_fast_as_asked() -> None:
    def prices(seed: int, speed: str) -> list[Decimal]:
        clock = ManualClock(START_MS)
        settings = SandboxSettings(seed=seed, speed=Decimal(speed))
        listings = listings_of(settings.symbols)
        venue = LocalVenue(settings, listings, {}, clock, TaskSpawner(), random.Random(seed))
        found = []
        for second in range(60):
            clock.set_ms(START_MS + second * 1000)
            venue.wander()
            found.append(venue.market.ticks["BTC/USDT:USDT"].price)
        return found

    assert prices(1, "1") == prices(1, "1")
    assert prices(1, "1") != prices(2, "1")
    calm, wild = prices(1, "1"), prices(1, "1000")
    assert max(wild) - min(wild) > 3 * (max(calm) - min(calm))
    assert prices(1, "60")[1] == prices(1, "1")[0] or prices(1, "60")[0] == prices(1, "1")[0]


def test_as_many_perpetuals_as_a_rehearsal_needs() -> None:
    listings = list(listings_of(many_perpetuals(50)))
    assert len({one.venue_symbol for one in listings}) == 50
