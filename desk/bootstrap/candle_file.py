"""A CSV file of candles that grows at its end, and of which a kill leaves whole lines alone."""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from desk.contracts.market import Bar
from desk.contracts.problems import InputRefused, Problem, RefusedByState
from desk.feeds.csv_layout import CANDLE_COLUMNS

_HEADER = ",".join(CANDLE_COLUMNS)
_LONGEST_LINE = 4096
_REMEDY = "name another file by --out"


class CandleFile:
    """Open a file to add candles to; one that a killed run left goes on after its last whole line.

    Raises RefusedByState while another run writes it, InputRefused where it is none of ours.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.first_ms: int | None = None
        self.last_line: str | None = None

    def __enter__(self) -> Self:
        """Take the file for this process alone."""
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        try:
            self._descriptor = os.open(self.path, flags, 0o644)
        except OSError as error:
            raise InputRefused(self._problem(None, f"cannot be written: {error.strerror}")) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._take_up()
        except BlockingIOError:
            os.close(self._descriptor)
            raise RefusedByState(f"another desk history writes {self.path}; wait for it") from None
        except BaseException:
            os.close(self._descriptor)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the file go; one without a candle is removed."""
        if self.last_line is None:
            self.path.unlink(missing_ok=True)
        os.close(self._descriptor)

    @property
    def last_ms(self) -> int | None:
        """When the last candle opened; None where there is none."""
        return None if self.last_line is None else _time_of(self.last_line)

    def append(self, candles: Sequence[Bar]) -> None:
        """Add candles at the end, durably."""
        if not candles:
            return
        lines = [line_of(one) for one in candles]
        if self.last_line is None:
            self.first_ms = candles[0].open_time_ms
        self._write("".join(f"{line}\n" for line in lines))
        self.last_line = lines[-1]

    def _take_up(self) -> None:
        """Cut a torn last line off, and learn where the file begins and ends."""
        size = os.fstat(self._descriptor).st_size
        tail = os.pread(self._descriptor, _LONGEST_LINE, max(0, size - _LONGEST_LINE))
        head = os.pread(self._descriptor, _LONGEST_LINE, 0).decode(errors="replace")
        whole, _, torn = tail.rpartition(b"\n")
        if _HEADER.startswith(head.rstrip("\r")):
            os.ftruncate(self._descriptor, 0)  # nothing, or a header that was cut off
            self._write(f"{_HEADER}\n")
            return
        lines = head.splitlines()
        if lines[0] != _HEADER:
            raise InputRefused(self._problem(1, f"is no file of candles: its first line is not {_HEADER}"))
        os.ftruncate(self._descriptor, size - len(torn))
        last = whole.rpartition(b"\n")[2].decode(errors="replace")
        if last != _HEADER:
            self.first_ms, self.last_line = self._time(lines[1], 2), last
            self._time(last, None)

    def _time(self, line: str, number: int | None) -> int:
        time_ms = _time_of(line)
        if time_ms is None:
            raise InputRefused(self._problem(number, "is no file of candles: a line has no time"))
        return time_ms

    def _write(self, text: str) -> None:
        left = memoryview(text.encode())
        while left:
            left = left[os.write(self._descriptor, left) :]
        os.fsync(self._descriptor)

    def _problem(self, line: int | None, what: str) -> Problem:
        return Problem(str(self.path), line, "", what, _REMEDY)


def line_of(candle: Bar) -> str:
    """Write a candle as the file has it."""
    figures = (candle.open, candle.high, candle.low, candle.close, candle.volume)
    return ",".join((str(candle.open_time_ms), *(f"{one:f}" for one in figures)))


def _time_of(line: str) -> int | None:
    text = line.partition(",")[0]
    return int(text) if text.isdecimal() else None
