"""A look through a whole recorded file before anything starts: its faults, its length, its holes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from desk.contracts.problems import InputRefused, Problem
from desk.feeds.csv_reader import CsvReader

_MOST_PROBLEMS: Final = 20
_MOST_HOLES_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Hole:
    """Candles that should stand before `line` and do not."""

    line: int
    after_ms: int
    before_ms: int
    missing: int


@dataclass(frozen=True, slots=True)
class CsvSurvey:
    """What a file holds: times in UTC milliseconds; `holes` shows the first ones, the counts hold all.

    `interval_ms` is the length of a candle, None for trades, whose holes nobody can tell.
    """

    path: Path
    interval_ms: int | None
    rows: int
    first_ms: int
    last_ms: int
    hole_count: int
    missing_candles: int
    holes: tuple[Hole, ...]


def survey(path: Path, *, is_strict: bool = False) -> CsvSurvey:
    """Read the whole file once.

    Raises InputRefused with every fault, up to a limit; with `is_strict` a hole is a fault too.
    """
    reader = CsvReader(path)
    surveyor = _Surveyor(reader.interval_ms)
    problems: list[Problem] = []
    for line, row in reader.scan():
        if isinstance(row, Problem):
            problems.append(row)
        elif (hole := surveyor.take(line, row.time_ms)) is not None and is_strict:
            problems.append(_problem(path, hole))
        if len(problems) == _MOST_PROBLEMS:
            break
    if problems:
        raise InputRefused(*problems)
    return surveyor.survey(path, reader.rows_done)


class _Surveyor:
    """Note what each row adds."""

    def __init__(self, interval_ms: int | None) -> None:
        self._interval_ms = interval_ms
        self._first_ms: int | None = None
        self._last_ms = 0
        self._hole_count = 0
        self._missing = 0
        self._holes: list[Hole] = []

    def take(self, line: int, time_ms: int) -> Hole | None:
        """Note one row; return the hole before it, if there is one."""
        last_ms, self._last_ms = self._last_ms, time_ms
        if self._first_ms is None:
            self._first_ms = time_ms
            return None
        if self._interval_ms is None or time_ms - last_ms <= self._interval_ms:
            return None
        missing = (time_ms - last_ms - 1) // self._interval_ms
        hole = Hole(line, last_ms, time_ms, missing)
        self._hole_count += 1
        self._missing += missing
        if len(self._holes) < _MOST_HOLES_SHOWN:
            self._holes.append(hole)
        return hole

    def survey(self, path: Path, rows: int) -> CsvSurvey:
        """Return what was noted."""
        return CsvSurvey(
            path=path,
            interval_ms=self._interval_ms,
            rows=rows,
            first_ms=self._first_ms or 0,
            last_ms=self._last_ms,
            hole_count=self._hole_count,
            missing_candles=self._missing,
            holes=tuple(self._holes),
        )


def _problem(path: Path, hole: Hole) -> Problem:
    candles = "candle is" if hole.missing == 1 else "candles are"
    what = f"{hole.missing} {candles} missing between {hole.after_ms} and {hole.before_ms}"
    return Problem(str(path), hole.line, "time_ms", what, "complete the file, or replay it without --strict")
