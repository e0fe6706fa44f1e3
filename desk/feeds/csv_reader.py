"""Recorded files read strictly and row by row: every fault has its file, line and column."""

from collections import Counter
from collections.abc import Generator, Iterator
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Final

from desk.contracts.problems import InputRefused, Problem
from desk.feeds.csv_cells import CellFault
from desk.feeds.csv_layout import CsvLayout, layout_of
from desk.feeds.csv_rows import Row, row_parser

_LONGEST_LINE_BYTES: Final = 65_536
_ROWS_TO_JUDGE_BY: Final = 1_000
_MARK: Final = b"\xef\xbb\xbf"


class CsvReader:
    """Read one file of candles or trades; memory does not grow with its length.

    Raises InputRefused where the file cannot be opened, has no columns to read by, or has no rows.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows_done = 0
        self.bytes_done = 0
        try:
            self.bytes_total = path.stat().st_size
            with path.open("rb") as file:
                self.layout = self._read_header(file)
                times = self._first_times(file)
        except OSError as error:
            what = "there is no such file" if isinstance(error, FileNotFoundError) else f"{error.strerror}"
            raise InputRefused(self._problem(None, "", what, "name a CSV file that can be read")) from error
        self.interval_ms = self._interval_ms(times) if self.layout.is_candles else None

    def rows(self) -> Generator[Row, None, None]:
        """Yield each row; raises InputRefused at the first fault."""
        for _, row in self.scan():
            if isinstance(row, Problem):
                raise InputRefused(row)
            yield row

    def scan(self) -> Iterator[tuple[int, Row | Problem]]:
        """Yield each line's number with its row, or with the problem that it is no row."""
        parse = row_parser(self.layout)
        self.rows_done = self.bytes_done = 0
        newest_ms = 0
        with self.path.open("rb") as file:
            self._line(file, 1)
            for number, line in self._data_lines(file):
                try:
                    row = _in_order(parse(_text_of(line)), newest_ms)
                except CellFault as fault:
                    yield number, self._problem(number, fault.column, fault.what, fault.remedy)
                    continue
                newest_ms = row.time_ms
                self.rows_done += 1
                yield number, row

    def _data_lines(self, file: BinaryIO) -> Iterator[tuple[int, str | CellFault]]:
        """Yield the lines under the header; an empty one is a fault unless only such follow."""
        number = 1
        empty: list[int] = []
        while (line := self._line(file, number := number + 1)) is not None:
            if line == "":
                empty[1:] = [number]
                continue
            if empty:
                yield empty[0], CellFault("", "the line is empty", "remove it")
                empty.clear()
            yield number, line

    def _line(self, file: BinaryIO, number: int) -> str | CellFault | None:
        """Return the next line without its end, None at the end of the file."""
        raw = file.readline(_LONGEST_LINE_BYTES)
        self.bytes_done += len(raw)
        if not raw:
            return None
        if number == 1:
            raw = raw.removeprefix(_MARK)
        if len(raw) == _LONGEST_LINE_BYTES:
            return CellFault(
                "", f"the line is over {_LONGEST_LINE_BYTES} bytes", "end each row with a newline"
            )
        try:
            return raw.decode("ascii").rstrip("\r\n")
        except UnicodeDecodeError as error:
            return CellFault("", f"byte {error.start + 1} is no plain text", "save the file as plain CSV")

    def _read_header(self, file: BinaryIO) -> CsvLayout:
        empty = CellFault("", "the file is empty", "name a file with a header and rows")
        try:
            line = self._line(file, 1)
            return layout_of(_text_of(empty if line is None else line))
        except CellFault as fault:
            problem = self._problem(1, fault.column, fault.what, fault.remedy)
            raise InputRefused(problem) from fault

    def _first_times(self, file: BinaryIO) -> list[int]:
        """Return the times of the first rows, as far as they can be read."""
        parse = row_parser(self.layout)
        times: list[int] = []
        lines = 0
        for _, line in self._data_lines(file):
            lines += 1
            try:
                times.append(parse(_text_of(line)).time_ms)
            except CellFault:
                continue
            if len(times) == _ROWS_TO_JUDGE_BY:
                break
        if lines == 0:
            what, remedy = "the file has a header and no rows", "name a file with rows"
            raise InputRefused(self._problem(None, "", what, remedy))
        return times

    def _interval_ms(self, times: list[int]) -> int:
        """Return the commonest step between candles: the file does not say how long they are."""
        steps = Counter(later - earlier for earlier, later in pairwise(times))
        lengths = {step: count for step, count in steps.items() if step > 0}
        if not lengths:
            for _ in self.rows():
                pass  # a row at fault says more than what follows from its absence
            what = "fewer than two candles at different times: their length cannot be told"
            raise InputRefused(self._problem(None, "time_ms", what, "name a file with more candles"))
        return min(lengths, key=lambda step: (-lengths[step], step))

    def _problem(self, line: int | None, column: str, what: str, remedy: str) -> Problem:
        return Problem(str(self.path), line, column, what, remedy)


def _text_of(line: str | CellFault) -> str:
    if isinstance(line, CellFault):
        raise line
    return line


def _in_order(row: Row, newest_ms: int) -> Row:
    if row.time_ms < newest_ms:
        what = f"{row.time_ms} is earlier than {newest_ms} before it"
        raise CellFault("time_ms", what, "sort the rows by time")
    return row
