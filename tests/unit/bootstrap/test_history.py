"""Candles come page by page into a file that a kill leaves whole, and that the next run goes on with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from desk.bootstrap.candle_file import CandleFile, line_of
from desk.bootstrap.history import DAY_MS, HistoryProgress, HistoryRun, fetch_history
from desk.contracts.market import Bar
from desk.contracts.problems import DeskError, InputRefused, ReadFailed, RefusedByState
from desk.feeds.csv_survey import survey
from desk.runtime.clock import VirtualClock
from desk.runtime.virtual_loop import VirtualLoop, run_virtual

HOUR_MS = 3_600_000
NOW_MS = 1_700_000_000_000 - 1_700_000_000_000 % HOUR_MS + 1_234
END_MS = NOW_MS - 1_234


def candle(time_ms: int, base: int = 100) -> Bar:
    price = Decimal(base + time_ms // HOUR_MS % 50)
    return Bar("BTC/USDT", time_ms, HOUR_MS, price, price + 2, price - Decimal("0.5"), price + 1, Decimal(7))


@dataclass
class HandSource:
    """A past made by the test; `failures` fail as many reads, `ignores_end` gives a page beyond the end."""

    page: int = 10
    base: int = 100
    lacks: Callable[[int], bool] = lambda _: False
    failures: int = 0
    ignores_end: bool = False
    asked: list[tuple[int, int]] = field(default_factory=list)

    async def read(self, since_ms: int, until_ms: int) -> Sequence[Bar]:
        self.asked.append((since_ms, until_ms))
        if self.failures:
            self.failures -= 1
            raise ReadFailed("the exchange does not answer")
        last_ms = NOW_MS if self.ignores_end else until_ms - 1
        times = [one for one in range(since_ms, last_ms + 1, HOUR_MS) if not self.lacks(one)]
        return [candle(one, self.base) for one in times[: self.page]]


def fetched(file: Path, source: HandSource, days: int = 2, told: list[HistoryProgress] | None = None) -> int:
    heard = list[HistoryProgress]() if told is None else told

    async def run(loop: VirtualLoop) -> int:
        clock = VirtualClock(loop, NOW_MS)
        return await fetch_history(
            HistoryRun("BTC/USDT at x", HOUR_MS, days, file, clock, heard.append), source
        )

    return run_virtual(run)


def times(file: Path) -> list[int]:
    return [int(line.partition(",")[0]) for line in file.read_text().splitlines()[1:]]


def expected(days: int = 2) -> list[int]:
    return list(range(END_MS - days * DAY_MS, END_MS, HOUR_MS))


def test_a_fetched_past_is_what_a_replay_reads(tmp_path: Path) -> None:
    file, told = tmp_path / "past.csv", list[HistoryProgress]()
    assert fetched(file, HandSource(), told=told) == 48
    assert times(file) == expected()
    found = survey(file, is_strict=True)
    assert (found.rows, found.interval_ms) == (48, HOUR_MS)
    assert file.read_text().splitlines()[1] == line_of(candle(expected()[0]))
    assert [one.candles for one in told] == [10, 20, 30, 40, 48]
    assert told[-1].at_ms == told[-1].end_ms == END_MS


def test_the_open_candle_is_left(tmp_path: Path) -> None:
    fetched(tmp_path / "past.csv", HandSource(ignores_end=True))
    assert times(tmp_path / "past.csv") == expected()


@pytest.mark.parametrize("cut", [*range(1, 60), 1000, 1001, 1010])
def test_a_file_that_was_torn_anywhere_becomes_whole(tmp_path: Path, cut: int) -> None:
    file = tmp_path / "past.csv"
    fetched(file, HandSource())
    whole = file.read_bytes()
    file.write_bytes(whole[:-cut])
    fetched(file, HandSource())
    assert file.read_bytes() == whole


@pytest.mark.parametrize("kept", range(46))
def test_a_file_torn_at_its_beginning_becomes_whole(tmp_path: Path, kept: int) -> None:
    file = tmp_path / "past.csv"
    fetched(file, HandSource())
    whole = file.read_bytes()
    file.write_bytes(whole[:kept])
    fetched(file, HandSource())
    assert file.read_bytes() == whole


def test_a_later_run_asks_only_for_what_is_new(tmp_path: Path) -> None:
    file = tmp_path / "past.csv"
    fetched(file, HandSource())
    again = HandSource()
    assert fetched(file, again) == 0
    assert again.asked == [(END_MS - HOUR_MS, END_MS)]
    assert fetched(file, HandSource(), days=1) == 0
    assert times(file) == expected()


def test_holes_of_the_exchange_are_passed_over_and_told(tmp_path: Path) -> None:
    file = tmp_path / "past.csv"
    late = expected()[5:28]
    assert fetched(file, HandSource(lacks=lambda time_ms: time_ms in late)) == 25
    found = survey(file)
    assert (found.hole_count, found.missing_candles) == (1, 23)


def test_an_exchange_that_knows_no_end_skips_nothing(tmp_path: Path) -> None:
    holes = set(expected()[3:40:4])
    file = tmp_path / "past.csv"
    fetched(file, HandSource(ignores_end=True, lacks=holes.__contains__))
    assert times(file) == [one for one in expected() if one not in holes]


def test_a_listing_that_is_younger_begins_later(tmp_path: Path) -> None:
    file = tmp_path / "past.csv"
    begin = expected()[30]
    assert fetched(file, HandSource(lacks=lambda time_ms: time_ms < begin)) == 18
    assert times(file) == expected()[30:]


def test_no_candle_at_all_leaves_no_file(tmp_path: Path) -> None:
    file = tmp_path / "past.csv"
    with pytest.raises(DeskError, match="BTC/USDT at x has no candles of the last 2 days"):
        fetched(file, HandSource(lacks=lambda _: True))
    assert not file.exists()


def test_an_exchange_that_stumbles_is_asked_again(tmp_path: Path) -> None:
    file, told = tmp_path / "past.csv", list[HistoryProgress]()
    assert fetched(file, HandSource(failures=5), told=told) == 48
    assert [one.trouble for one in told[:5]] == ["the exchange does not answer; trying again"] * 5


def test_what_came_before_an_exchange_fell_silent_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "past.csv"

    @dataclass
    class Dying(HandSource):
        async def read(self, since_ms: int, until_ms: int) -> Sequence[Bar]:
            if len(self.asked) == 2:
                self.failures = 100
            return await super().read(since_ms, until_ms)

    with pytest.raises(ReadFailed, match="the same command goes on there"):
        fetched(file, Dying())
    assert times(file) == expected()[:20]
    fetched(file, HandSource())
    assert times(file) == expected()


def refusal(file: Path, source: HandSource, days: int = 2) -> str:
    before = file.read_bytes()
    with pytest.raises(InputRefused) as refused:
        fetched(file, source, days)
    assert file.read_bytes() == before
    return str(refused.value)


def test_the_file_of_another_symbol_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "past.csv"
    fetched(file, HandSource())
    told = refusal(file, HandSource(base=7))
    assert told == f"{file}: ends with a candle that is none of BTC/USDT at x; name another file by --out"


def test_what_lies_before_the_file_is_not_put_behind_it(tmp_path: Path) -> None:
    file = tmp_path / "past.csv"
    fetched(file, HandSource())
    assert "begins 2 days ago, and 3 days begin before it; ask for fewer days" in refusal(
        file, HandSource(), days=3
    )


@pytest.mark.parametrize("text", ["time_ms,price,size,side\n1,2,3,buy\n", "hello\n", "x" * 9_000])
def test_a_file_of_something_else_is_left_alone(tmp_path: Path, text: str) -> None:
    file = tmp_path / "past.csv"
    file.write_text(text)
    assert "is no file of candles" in refusal(file, HandSource())


def test_one_run_at_a_time_writes_a_file(tmp_path: Path) -> None:
    file = tmp_path / "past.csv"
    fetched(file, HandSource())
    with CandleFile(file), pytest.raises(RefusedByState, match="another desk history writes"):
        fetched(file, HandSource())


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="cannot be written: No such file"):
        fetched(tmp_path / "none" / "past.csv", HandSource())
