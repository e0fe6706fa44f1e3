"""Public rows of ccxt: sizes in base, times the venue's, nothing made up."""

from decimal import Decimal

import pytest

from connectors.ccxt.markets import Markets, Row
from connectors.ccxt.settings import MarketChoice
from connectors.ccxt.streams.market_rows import bar_of, quote_of, timeframe_of, trade_of, trades_of
from desk.contracts.problems import ReadFailed

PERP = "BTC/USDT:USDT"
TEN_THOUSANDTH: Row = {
    "symbol": PERP, "id": "BTC_USDT", "swap": True, "linear": True, "contractSize": "0.0001",
}  # fmt: skip
FRAMES = {"1s": "1s", "1m": "1", "3h": "180", "1d": "D", "1w": "W", "1M": "M"}


def markets() -> Markets:
    return Markets(MarketChoice.SWAP, 4, (TEN_THOUSANDTH,))


def test_a_trade_counted_in_contracts_is_told_in_base() -> None:
    row = {"id": 7, "timestamp": 5, "price": "100.5", "amount": "25"}
    read = trade_of(row, PERP, markets())
    assert read is not None
    assert (read.size_base, read.venue_trade_id, read.price) == (Decimal("0.0025"), "7", Decimal("100.5"))


@pytest.mark.parametrize("lacking", ["timestamp", "price", "amount"])
def test_a_trade_that_lacks_what_it_needs_is_none(lacking: str) -> None:
    row = {"id": "7", "timestamp": 5, "price": "100.5", "amount": "25", lacking: None}
    assert trade_of(row, PERP, markets()) is None


def test_trades_are_read_oldest_first() -> None:
    rows = [{"id": f"{at}", "timestamp": at, "price": "1", "amount": "1"} for at in (3, 1, 2)]
    assert [one.time_ms for one in trades_of(rows, PERP, markets())] == [1, 2, 3]


def test_a_side_without_an_order_is_zero_and_no_time_is_that_of_the_arrival() -> None:
    quote = quote_of({"bid": "99", "ask": None, "timestamp": None}, PERP, 77)
    assert quote is not None
    assert (quote.bid, quote.ask, quote.time_ms) == (Decimal(99), Decimal(0), 77)
    assert quote_of({"bid": None, "ask": None, "timestamp": 5}, PERP, 77) is None


def test_a_price_that_ccxt_made_a_float_keeps_its_digits() -> None:
    quote = quote_of({"bid": 0.00001234, "ask": 93210.1, "timestamp": 5}, PERP, 77)
    assert quote is not None
    assert (quote.bid, quote.ask) == (Decimal("0.00001234"), Decimal("93210.1"))


def test_a_candle_has_its_volume_in_base() -> None:
    bar = bar_of([60_000, "1", "3", "0.5", "2", "20000"], PERP, 60_000, markets())
    assert [bar.open, bar.high, bar.low, bar.close] == [Decimal(one) for one in ("1", "3", "0.5", "2")]
    assert bar.volume == 2


@pytest.mark.parametrize(
    "candle",
    [[60_000, "1", "3", "0.5", "2"], [None, "1", "3", "0.5", "2", "1"], [1, "x", "3", "1", "2", "1"]],
)
def test_what_is_no_candle_is_refused(candle: list[object]) -> None:
    with pytest.raises(ReadFailed):
        bar_of(candle, PERP, 60_000, markets())


def test_an_interval_has_the_venues_name() -> None:
    assert timeframe_of(FRAMES, 60_000) == "1m"
    assert timeframe_of(FRAMES, 3 * 3_600_000) == "3h"
    assert timeframe_of(FRAMES, 7 * 86_400_000) == "1w"
    with pytest.raises(ReadFailed, match="it has 1s, 1m"):
        timeframe_of(FRAMES, 120_000)
