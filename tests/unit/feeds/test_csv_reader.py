"""Recorded files are read exactly, and every fault is told by file, line and column."""

import tracemalloc
from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.problems import InputRefused, Problem
from desk.contracts.sides import OrderSide
from desk.feeds.csv_reader import CsvReader
from desk.feeds.csv_rows import Candle, Trade
from desk.feeds.csv_survey import survey
from tests.builders.market import CANDLES_HEADER, MINUTE_MS, START_MS, TRADES_HEADER, candle_line, write_csv

GOOD = [candle_line(number=0), candle_line(number=1), candle_line(number=2)]
SHARED = Path(__file__).parents[3].parent / "shared" / "data"


def refusal(path: Path) -> str:
    with pytest.raises(InputRefused) as caught:
        survey(path)
    return str(caught.value)


def refusal_of_row(tmp_path: Path, row: str) -> str:
    """Put `row` between good candles, on line 4."""
    path = write_csv(tmp_path / "candles.csv", CANDLES_HEADER, [*GOOD[:2], row, candle_line(number=9)])
    return refusal(path)


def test_candles_keep_every_digit(tmp_path: Path) -> None:
    line = f"{START_MS},0.0755568,0.07745453000000001,7.521495e-2,0.07678911000000001,402.70179809"
    path = write_csv(tmp_path / "candles.csv", CANDLES_HEADER, [line, candle_line("1 1 1 1", 1)])
    first = next(CsvReader(path).rows())
    assert first == Candle(
        START_MS,
        Decimal("0.0755568"),
        Decimal("0.07745453000000001"),
        Decimal("0.07521495"),
        Decimal("0.07678911000000001"),
        Decimal("402.70179809"),
    )


def test_trades_are_read_with_columns_nobody_asked_for(tmp_path: Path) -> None:
    lines = [f"{START_MS},77,39432.48,sell,0.000263", f"{START_MS},78,39439.44,BUY,0.004376"]
    path = write_csv(tmp_path / "trades.csv", "time_ms,trade_id,price,side,size", lines)
    assert list(CsvReader(path).rows()) == [
        Trade(START_MS, Decimal("39432.48"), Decimal("0.000263"), OrderSide.SELL),
        Trade(START_MS, Decimal("39439.44"), Decimal("0.004376"), OrderSide.BUY),
    ]


def test_a_byte_order_mark_and_carriage_returns_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "candles.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join([CANDLES_HEADER, *GOOD]).encode("ascii"))
    assert survey(path).rows == 3


@pytest.mark.parametrize(
    ("cell", "column", "what"),
    [
        ("1700000000.5", "time_ms", "is not a whole number"),
        ("", "time_ms", "the cell is empty"),
        ("1700000100", "time_ms", "multiply seconds by 1000"),
        ("1700000100000000", "time_ms", "divide microseconds by 1000"),
        ("2023-11-14T22:14:00Z", "time_ms", "is not a whole number"),
        ("1" * 30, "time_ms", "is not a whole number"),
    ],
)
def test_a_time_that_is_none_is_refused(tmp_path: Path, cell: str, column: str, what: str) -> None:
    text = refusal_of_row(tmp_path, f"{cell},100,110,90,105,4")
    assert text.startswith(f"{tmp_path / 'candles.csv'}:4: {column}: ")
    assert what in text


@pytest.mark.parametrize(
    "cell",
    [
        "rubbish",
        "NaN",
        "inf",
        "-inf",
        "1_000",
        "1,5",
        " 100",
        '"100"',
        "0x64",
        "\u0661\u0660",
        "--1",
        "1e999",
        "",
    ],
)
def test_a_price_that_is_no_number_is_refused(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "candles.csv"
    row = f"{START_MS + 2 * MINUTE_MS},{cell},110,90,105,4"
    path.write_text("\n".join([CANDLES_HEADER, *GOOD[:2], row]) + "\n", encoding="utf-8")
    assert refusal(path).startswith(f"{path}:4: ")


@pytest.mark.parametrize("cell", ["0", "-100", "0.000", "-0"])
def test_a_price_not_above_zero_is_refused(tmp_path: Path, cell: str) -> None:
    text = refusal_of_row(tmp_path, f"{START_MS + 2 * MINUTE_MS},100,110,{cell},105,4")
    assert f"candles.csv:4: low: the price {cell} is not above zero; " in text


@pytest.mark.parametrize(
    ("prices", "column", "what"),
    [
        ("100 90 110 100", "high", "high 90 is below low 110"),
        ("111 110 90 100", "open", "open 111 lies outside low 90 to high 110"),
        ("100 110 90 89", "close", "close 89 lies outside low 90 to high 110"),
    ],
)
def test_prices_that_contradict_each_other_are_refused(
    tmp_path: Path, prices: str, column: str, what: str
) -> None:
    assert f"candles.csv:4: {column}: {what}; " in refusal_of_row(tmp_path, candle_line(prices, 2))


def test_a_volume_below_zero_is_refused_and_zero_is_not(tmp_path: Path) -> None:
    assert "volume: the volume -1 is below zero; " in refusal_of_row(
        tmp_path, candle_line(number=2, volume="-1")
    )
    path = write_csv(tmp_path / "quiet.csv", CANDLES_HEADER, [*GOOD, candle_line(number=3, volume="0")])
    assert survey(path).rows == 4


def test_a_number_too_long_to_stay_exact_is_refused(tmp_path: Path) -> None:
    row = candle_line(number=2, volume="1.000000000000000000000001")
    assert "is too long or too large a number" in refusal_of_row(tmp_path, row)
    assert "is too long or too large a number" in refusal_of_row(
        tmp_path, candle_line(number=2, volume="1e18")
    )


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (f"{START_MS + 2 * MINUTE_MS},100,110", "the row has 3 cells, the header has 6"),
        (candle_line(number=2) + ",9", "the row has 7 cells, the header has 6"),
        ("", "the line is empty"),
    ],
)
def test_a_row_of_another_shape_is_refused(tmp_path: Path, row: str, what: str) -> None:
    assert f"candles.csv:4: {what}; " in refusal_of_row(tmp_path, row)


def test_empty_lines_at_the_end_do_no_harm(tmp_path: Path) -> None:
    assert survey(write_csv(tmp_path / "candles.csv", CANDLES_HEADER, [*GOOD, "", ""])).rows == 3


def test_time_going_backwards_is_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "candles.csv", CANDLES_HEADER, [GOOD[0], GOOD[2], GOOD[1]])
    assert f"candles.csv:4: time_ms: {START_MS + MINUTE_MS} is earlier than " in refusal(path)
    with pytest.raises(InputRefused):
        list(CsvReader(path).rows())


def test_equal_times_are_fine(tmp_path: Path) -> None:
    assert survey(write_csv(tmp_path / "candles.csv", CANDLES_HEADER, [GOOD[0], GOOD[0], GOOD[1]])).rows == 3
    trades = [f"{START_MS},1,1,buy"] * 3
    assert survey(write_csv(tmp_path / "trades.csv", TRADES_HEADER, trades)).rows == 3


@pytest.mark.parametrize(
    ("header", "what"),
    [
        ("time_ms,open,high,low,close", "1 column is missing: volume; name the columns of candles"),
        ("time_ms,price,size", "1 column is missing: side; name the columns of candles"),
        ("time,open,high,low,close,vol", "2 columns are missing: time_ms, volume; "),
        ("time_ms;open;high;low;close;volume", "missing: "),
        ("time_ms,open,high,low,close,volume,open", "open: the column 'open' is there twice; "),
        ("time_ms,open,high,low,close,volume,price,size,side", "columns of candles and of trades; "),
        ("", "missing: "),
    ],
)
def test_a_header_that_cannot_be_read_by_is_refused(tmp_path: Path, header: str, what: str) -> None:
    text = refusal(write_csv(tmp_path / "data.csv", header, GOOD))
    assert text.startswith(f"{tmp_path / 'data.csv'}:1: ")
    assert what in text


def test_a_side_that_is_none_is_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "trades.csv", TRADES_HEADER, [f"{START_MS},1,1,long"])
    assert "trades.csv:2: side: 'long' is no side; write buy or sell" in refusal(path)


@pytest.mark.parametrize("size", ["0", "-1"])
def test_a_trade_without_size_is_refused(tmp_path: Path, size: str) -> None:
    path = write_csv(tmp_path / "trades.csv", TRADES_HEADER, [f"{START_MS},1,{size},buy"])
    assert f"trades.csv:2: size: the size {size} is not above zero; " in refusal(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.csv") == (
        f"{tmp_path / 'none.csv'}: there is no such file; name a CSV file that can be read"
    )
    assert "; name a CSV file that can be read" in refusal(tmp_path)


def test_an_empty_file_and_a_lone_header_are_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    assert "empty.csv:1: the file is empty; " in refusal(empty)
    assert "the file has a header and no rows; " in refusal(write_csv(tmp_path / "h.csv", CANDLES_HEADER, []))


def test_one_candle_does_not_tell_its_length(tmp_path: Path) -> None:
    assert "their length cannot be told; " in refusal(write_csv(tmp_path / "c.csv", CANDLES_HEADER, GOOD[:1]))
    faulty = write_csv(tmp_path / "d.csv", CANDLES_HEADER, [GOOD[0], "rubbish"])
    assert "d.csv:3: the row has 1 cells" in refusal(faulty)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "binary.csv"
    path.write_bytes(CANDLES_HEADER.encode("ascii") + b"\n\xff\x00\xfe\n")
    assert "binary.csv:2: byte 1 is no plain text; save the file as plain CSV" in refusal(path)


def test_a_line_without_end_is_refused_and_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(CANDLES_HEADER.encode("ascii") + b"\n" + b"1" * 200_000)
    assert "long.csv:2: the line is over 65536 bytes; " in refusal(path)


def test_a_survey_names_many_faults_at_once_and_stops_at_twenty(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "candles.csv", CANDLES_HEADER, [*GOOD, *["rubbish"] * 50])
    assert len(refusal(path).splitlines()) == 20


def test_holes_are_counted_and_shown(tmp_path: Path) -> None:
    rows = [candle_line(number=number) for number in (0, 1, 2, 5, 6, 8)]
    found = survey(write_csv(tmp_path / "candles.csv", CANDLES_HEADER, rows))
    assert (found.interval_ms, found.rows, found.hole_count, found.missing_candles) == (MINUTE_MS, 6, 2, 3)
    assert (found.first_ms, found.last_ms) == (START_MS, START_MS + 8 * MINUTE_MS)
    assert [(hole.line, hole.missing) for hole in found.holes] == [(5, 2), (7, 1)]


def test_holes_are_refused_only_where_strictness_is_asked_for(tmp_path: Path) -> None:
    rows = [candle_line(number=number) for number in (0, 1, 2, 5)]
    path = write_csv(tmp_path / "candles.csv", CANDLES_HEADER, rows)
    with pytest.raises(InputRefused, match=r"candles.csv:5: time_ms: 2 candles are missing between"):
        survey(path, is_strict=True)


def test_a_long_file_is_read_in_little_memory(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "long.csv", CANDLES_HEADER, (candle_line(number=number) for number in range(20_000))
    )
    tracemalloc.start()
    try:
        survey(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert path.stat().st_size > 600_000
    assert peak < 400_000


@pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded market data is not beside this checkout")
@pytest.mark.parametrize(
    ("name", "rows", "interval_ms", "missing"),
    [
        ("btc_usd_perp_1m_2022-01.csv", 45_031, 60_000, 0),
        ("dash_btc_5m_2018-01.csv", 5_758, 300_000, 2),
        ("btc_usdt_trades_2021-01-08.csv", 2_001, None, 0),
        ("eth_usdt_perp_trades_2023-02-02.csv", 1_000, None, 0),
    ],
)
def test_what_really_traded_is_read(name: str, rows: int, interval_ms: int | None, missing: int) -> None:
    found = survey(SHARED / name)
    assert (found.rows, found.interval_ms, found.missing_candles) == (rows, interval_ms, missing)


@pytest.mark.parametrize(
    "cells",
    [
        ["100", "110.5", "90.25", "105", "4"],
        ["0.00000000001", "0.1", "0.00000000001", "0.1", "0"],
        ["1e2", "110", "90", "105", "4"],
        ["100", "110", "0", "105", "4"],
        ["100", "99", "90", "95", "4"],
        ["100", "110", "90", "111", "4"],
        ["1_0", "110", "1", "105", "4"],
        ["100", "110", "90", "105", ""],
        ["123456789012345678.12345", "123456789012345679", "1", "2", "3"],
    ],
)
def test_a_row_reads_the_same_with_its_columns_in_another_order(tmp_path: Path, cells: list[str]) -> None:
    opened, high, low, close, volume = cells
    usual = write_csv(tmp_path / "usual.csv", CANDLES_HEADER, [f"{START_MS},{','.join(cells)}", *GOOD[1:]])
    good = [f"4,100,110,90,105,{START_MS + number * MINUTE_MS}" for number in (1, 2)]
    moved = write_csv(
        tmp_path / "moved.csv",
        "volume,open,high,low,close,time_ms",
        [f"{volume},{opened},{high},{low},{close},{START_MS}", *good],
    )
    rows = [next(iter(CsvReader(path).scan()))[1] for path in (usual, moved)]
    said = [(row.key, row.what) if isinstance(row, Problem) else row for row in rows]
    assert said[0] == said[1]
