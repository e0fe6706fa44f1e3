"""`desk history` put together: past candles of an exchange, into a file that `desk replay` reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from desk.bootstrap.candle_file import CandleFile, line_of
from desk.contracts.market import Bar
from desk.contracts.ports.time import Clock
from desk.contracts.problems import DeskError, InputRefused, Problem, ReadFailed

DAY_MS = 86_400_000

_ATTEMPTS = 6
_FIRST_PAUSE_MS = 500


class CandleSource(Protocol):
    """Read past candles at one exchange."""

    @property
    def page(self) -> int:
        """How many candles one request brings at most."""
        ...

    async def read(self, since_ms: int, until_ms: int) -> Sequence[Bar]:
        """Read candles that open from `since_ms` on and before `until_ms`, oldest first; some may be later.

        Raises ReadFailed.
        """
        ...


@dataclass(frozen=True, slots=True)
class HistoryRun:
    """Say which candles go where, and who is told; `source_name` is for words alone."""

    source_name: str
    interval_ms: int
    days: int
    file: Path
    clock: Clock
    on_progress: Callable[["HistoryProgress"], None]


@dataclass(frozen=True, slots=True)
class HistoryProgress:
    """Tell how far it is: times of the range asked for, candles written by this run, what went wrong."""

    begin_ms: int
    end_ms: int
    at_ms: int
    candles: int
    trouble: str = ""


async def fetch_history(run: HistoryRun, source: CandleSource) -> int:
    """Bring the file up to date; return how many candles came. Only closed candles are kept.

    Raises ReadFailed where the exchange does not answer: what came is kept, and another run goes on there.
    """
    now_ms = run.clock.now_ms()
    end_ms = now_ms - now_ms % run.interval_ms
    begin_ms = end_ms - run.days * DAY_MS
    with CandleFile(run.file) as file:
        return await _Fetching(run, source, file, begin_ms, end_ms).fetched()


class _Fetching:
    """Hold one run over one range."""

    def __init__(
        self, run: HistoryRun, source: CandleSource, file: CandleFile, begin_ms: int, end_ms: int
    ) -> None:
        self._run = run
        self._source = source
        self._file = file
        self._begin_ms = begin_ms
        self._end_ms = end_ms
        self._count = 0

    async def fetched(self) -> int:
        """Read page after page."""
        self._refuse_earlier()
        run, file = self._run, self._file
        known = file.last_line
        at_ms = self._begin_ms if file.last_ms is None else file.last_ms
        while at_ms < self._end_ms:
            stop_ms = min(self._end_ms, at_ms + self._source.page * run.interval_ms)
            candles = self._kept(await self._read(at_ms, stop_ms), at_ms)
            if known is not None:
                candles, known = self._after(known, candles), None
            file.append(candles)
            self._count += len(candles)
            newest_ms = candles[-1].open_time_ms + run.interval_ms if candles else stop_ms
            at_ms = max(stop_ms, newest_ms)
            self._tell(at_ms)
        if file.last_line is None:
            raise DeskError(
                f"{run.source_name} has no candles of the last {run.days} days; nothing was written"
            )
        return self._count

    def _refuse_earlier(self) -> None:
        """Keep to what can be added at the end."""
        first_ms = self._file.first_ms
        if first_ms is not None and self._begin_ms < first_ms - self._run.interval_ms:
            days = (self._end_ms - first_ms) // DAY_MS
            what = f"begins {days} days ago, and {self._run.days} days begin before it"
            remedy = "ask for fewer days, or name another file by --out"
            raise InputRefused(Problem(str(self._run.file), None, "", what, remedy))

    def _kept(self, candles: Sequence[Bar], at_ms: int) -> list[Bar]:
        """Keep closed candles from `at_ms` on, each once, in order."""
        by_time = {one.open_time_ms: one for one in candles if at_ms <= one.open_time_ms < self._end_ms}
        return [by_time[time_ms] for time_ms in sorted(by_time)]

    def _after(self, known: str, candles: Sequence[Bar]) -> list[Bar]:
        """Leave out the candle that the file ends with, which must have opened at the exchange as there.

        Its volume and close may have been mended since.
        """
        if not candles or _opening(line_of(candles[0])) != _opening(known):
            what = f"ends with a candle that is none of {self._run.source_name}"
            remedy = "name another file by --out"
            raise InputRefused(Problem(str(self._run.file), None, "", what, remedy))
        return list(candles[1:])

    async def _read(self, since_ms: int, until_ms: int) -> Sequence[Bar]:
        pause_ms = _FIRST_PAUSE_MS
        for _ in range(_ATTEMPTS - 1):
            try:
                return await self._source.read(since_ms, until_ms)
            except ReadFailed as failure:
                self._tell(since_ms, f"{failure}; trying again")
            await self._run.clock.sleep_ms(pause_ms)
            pause_ms *= 2
        try:
            return await self._source.read(since_ms, until_ms)
        except ReadFailed as failure:
            message = f"{failure}; what came is in {self._run.file}, and the same command goes on there"
            raise ReadFailed(message) from failure

    def _tell(self, at_ms: int, trouble: str = "") -> None:
        self._run.on_progress(
            HistoryProgress(self._begin_ms, self._end_ms, min(at_ms, self._end_ms), self._count, trouble)
        )


def _opening(line: str) -> list[str]:
    return line.split(",")[:2]
