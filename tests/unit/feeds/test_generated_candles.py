"""The committed candles are what their generator writes, and hold what a replay is to meet."""

from decimal import Decimal

from desk.feeds.csv_reader import CsvReader
from desk.feeds.csv_rows import Candle
from desk.feeds.csv_survey import survey
from tests.data import generate


def test_the_file_is_what_its_generator_writes() -> None:
    assert generate.FILE.read_bytes().decode("ascii") == generate.text()


def test_the_file_is_whole() -> None:
    found = survey(generate.FILE, is_strict=True)
    assert (found.rows, found.interval_ms, found.first_ms) == (3_000, 60_000, generate.START_MS)


def test_the_price_falls_hard_between_two_rallies() -> None:
    closes = [row.close for row in CsvReader(generate.FILE).rows() if isinstance(row, Candle)]
    top, bottom = closes.index(max(closes)), closes.index(min(closes))
    assert 300 < top < bottom < 2_600
    assert closes[top] > closes[0] * Decimal("1.02")
    assert closes[bottom] < closes[top] * Decimal("0.85")
    assert closes[-1] > closes[bottom] * Decimal("1.05")
