"""What the commands were asked, as typed values."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from desk.config.values import duration_ms
from desk.contracts.problems import InputRefused, Problem

DEFAULT_PLATFORM = Path("platform.yaml")


@dataclass(frozen=True, slots=True)
class DataFile:
    """Name one file of recorded market data; `symbol` is None where the blueprint's only one is meant."""

    path: Path
    symbol: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `[SYMBOL=]FILE`; only what looks like a symbol counts as one, so a path may hold `=`."""
        head, sign, tail = text.partition("=")
        if sign and re.fullmatch(r"[A-Z0-9]+/[A-Z0-9]+(:[A-Z0-9]+)?", head):
            return cls(Path(tail), head)
        return cls(Path(text))


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Ask for a desk: `settings` are `dotted.key=value` texts, `duration_ms` None runs until stopped."""

    platform: Path = DEFAULT_PLATFORM
    blueprints: tuple[Path, ...] = ()
    settings: tuple[str, ...] = ()
    duration_ms: int | None = None
    live: bool = False
    json: bool = False

    def place_arguments(self) -> tuple[str, ...]:
        """Write the arguments by which another command finds the same desk."""
        settings = (part for setting in self.settings for part in ("--set", setting))
        return ("--platform", str(self.platform), *settings)


@dataclass(frozen=True, slots=True)
class DeskOptions:
    """Ask something of a desk that runs; `yes` answers what the command would ask back."""

    platform: Path = DEFAULT_PLATFORM
    settings: tuple[str, ...] = ()
    yes: bool = False
    json: bool = False


@dataclass(frozen=True, slots=True)
class ScreenOptions:
    """Ask for a screen: with ASCII characters alone, or one that only watches."""

    ascii_only: bool = False
    observe: bool = False


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """Ask for a replay of recorded data; `strict` refuses data with holes."""

    data: tuple[DataFile, ...]
    blueprints: tuple[Path, ...]
    platform: Path = DEFAULT_PLATFORM
    settings: tuple[str, ...] = ()
    strict: bool = False
    json: bool = False


@dataclass(frozen=True, slots=True)
class HistoryOptions:
    """Ask for past candles; without `exchange`, of the platform's; without `out`, into a file named so."""

    symbol: str
    days: int
    interval: str = "1m"
    out: Path | None = None
    exchange: str | None = None
    platform: Path = DEFAULT_PLATFORM
    settings: tuple[str, ...] = ()

    @property
    def interval_ms(self) -> int:
        """The length of a candle; raises InputRefused where it is none."""
        return parse_duration_ms(self.interval, "--interval")


@dataclass(frozen=True, slots=True)
class DoctorOptions:
    """Ask whether the account can be traded on; `trade` sends a smallest order, `live` arms a live one."""

    platform: Path = DEFAULT_PLATFORM
    settings: tuple[str, ...] = ()
    trade: bool = False
    live: bool = False
    json: bool = False


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """Ask whether files are valid; without files, those of the working folder."""

    files: tuple[Path, ...] = ()
    platform: Path | None = None
    settings: tuple[str, ...] = ()
    json: bool = False


@dataclass(frozen=True, slots=True)
class JournalOptions:
    """Ask a journal; without one, that of the desk the platform file describes."""

    journal: Path | None = None
    platform: Path = DEFAULT_PLATFORM
    settings: tuple[str, ...] = ()
    json: bool = False


def parse_duration_ms(text: str, option: str = "--duration") -> int:
    """Read a duration such as `30s`, `5m` or `500ms` into milliseconds; raises InputRefused."""
    try:
        return duration_ms(text)
    except ValueError as error:
        remedy = "write a number and ms, s, m, h or d: 30s"
        raise InputRefused(Problem(option, None, "", str(error), remedy)) from None


@dataclass(frozen=True, slots=True)
class DrillOptions:
    """Ask for a drill of the emergency exit; without `faults`, under every one there is.

    `platform` names the desk that shows the result afterwards.
    """

    positions: int
    rate: int
    latency_ms: int
    faults: tuple[str, ...] = ()
    platform: Path = DEFAULT_PLATFORM
    settings: tuple[str, ...] = ()
    json: bool = False


@dataclass(frozen=True, slots=True)
class NewWorkerOptions:
    """Say what is to be written where; `platform` tells what can be traded."""

    name: str
    category: str
    folder: Path
    platform: Path


@dataclass(frozen=True, slots=True)
class WorkersOptions:
    """Ask for the workers; `blueprints` may name some by path, `desk` is the one that may run some."""

    blueprints: tuple[Path, ...]
    desk: DeskOptions
