"""The local exchange put together: its scenario read, its prices found, its doors opened."""

import asyncio
import errno
import random
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from connectors.sandbox.codes import VenueRefusal
from connectors.sandbox.faults import FaultOrder
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.settings import SandboxSettings
from connectors.sandbox.usual import listings_of
from connectors.sandbox.venue import LocalVenue
from connectors.venue.price_path import PathCandle, RecordedPath
from desk.config.document import Document, KeyPath
from desk.config.faults import validated
from desk.config.yaml_loader import load_document
from desk.contracts.market import ONE
from desk.contracts.problems import InputRefused, Problem, RefusedByState
from desk.feeds.csv_reader import CsvReader
from desk.feeds.csv_rows import Candle
from desk.runtime.clock import WallClock
from desk.runtime.tasks import TaskSupervisor

_STOPS_WITHIN_MS = 2_000


@dataclass(frozen=True, slots=True)
class SandboxPlan:
    """Hold what the local exchange shall be; `recordings` are candles by symbol, told instead of made up."""

    settings: SandboxSettings
    recordings: Mapping[str, Sequence[PathCandle]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SandboxAddress:
    """Hold what it takes to connect to the exchange that was started."""

    base_url: str
    key: str
    secret: str
    symbols: tuple[str, ...]


def plan_sandbox(
    scenario: Path | None, data: Sequence[tuple[str | None, Path]], speed: Decimal | None
) -> SandboxPlan:
    """Read a scenario and recorded candles; raises InputRefused with every fault of the scenario."""
    settings = SandboxSettings() if scenario is None else _read_scenario(scenario)
    if speed is not None:
        settings = settings.model_copy(update={"speed": speed})
    traded = [one.symbol for one in listings_of(settings.symbols)]
    return SandboxPlan(settings, dict(_recording(symbol, path, traded) for symbol, path in data))


async def run_sandbox(
    plan: SandboxPlan,
    port: int,
    stop: asyncio.Event,
    on_started: Callable[[SandboxAddress], None],
    on_trouble: Callable[[str], None],
) -> None:
    """Serve until `stop`; raises RefusedByState where the port is taken."""
    async with serving(plan, port, on_trouble) as server:
        key = plan.settings.keys[0]
        symbols = tuple(one.symbol for one in server.venue.listings)
        on_started(SandboxAddress(server.base_url, key.key, key.secret, symbols))
        await stop.wait()


@asynccontextmanager
async def serving(
    plan: SandboxPlan, port: int, on_trouble: Callable[[str], None]
) -> AsyncIterator[SandboxServer]:
    """Open the exchange's doors, and close them; raises RefusedByState where the port is taken."""
    tasks = TaskSupervisor(lambda name, error: on_trouble(f"{name} failed: {error}"))
    settings, clock = plan.settings, WallClock()
    start_ms = clock.now_ms()
    paths = {symbol: RecordedPath(candles, start_ms) for symbol, candles in plan.recordings.items()}
    listings, rng = listings_of(settings.symbols), random.Random(settings.seed)
    venue = LocalVenue(settings, listings, paths, clock, tasks, rng)
    server = SandboxServer(venue, tasks, wanders=settings.wanders)
    try:
        await server.start(port)
    except OSError as error:
        is_taken = error.errno == errno.EADDRINUSE
        what = f"port {port} is in use" if is_taken else f"port {port} cannot be opened: {error.strerror}"
        raise RefusedByState(f"{what}; end what uses it, or name another by --port") from error
    try:
        _begin_faults(venue, settings.faults)
        yield server
    finally:
        await server.stop()
        await tasks.stop(_STOPS_WITHIN_MS)


def _begin_faults(venue: LocalVenue, orders: Sequence[FaultOrder]) -> None:
    for order in orders:
        try:
            venue.inject(order)
        except VenueRefusal as refusal:
            what = f"the fault {order.fault} cannot be: {refusal.message}"
            raise RefusedByState(f"{what}; give it an after_ms, or mend what it asks") from None


def _read_scenario(path: Path) -> SandboxSettings:
    document = load_document(path)
    settings = validated(document, SandboxSettings)
    problems = list(_faults(settings, document))
    if problems:
        raise InputRefused(*problems)
    return settings


def _faults(settings: SandboxSettings, document: Document) -> Iterator[Problem]:
    """Yield what does not fit together."""
    symbols = [one.symbol for one in settings.symbols]
    if not settings.keys:
        yield document.problem(("keys",), "opens no account", "write one key, or leave `keys` out")
    keys = [one.key for one in settings.keys]
    yield from _repeated(symbols, ("symbols",), "symbol", document)
    yield from _repeated(keys, ("keys",), "key", document)
    traded = [one.symbol for one in listings_of(settings.symbols)]
    for place, order in enumerate(settings.faults):
        if order.symbol is not None and order.symbol not in traded:
            path: KeyPath = ("faults", place, "symbol")
            yield document.problem(
                path, f"{order.symbol} is not traded here", f"write one of: {', '.join(traded)}"
            )
        if order.key is not None and order.key not in keys:
            path = ("faults", place, "key")
            yield document.problem(path, f"{order.key} opens no account", f"write one of: {', '.join(keys)}")


def _repeated(names: Sequence[str], path: KeyPath, key: str, document: Document) -> Iterator[Problem]:
    for place, name in enumerate(names):
        if name in names[:place]:
            yield document.problem((*path, place, key), f"{name} is there twice", "keep one of the two")


def _recording(symbol: str | None, path: Path, traded: Sequence[str]) -> tuple[str, tuple[PathCandle, ...]]:
    if symbol is None or symbol not in traded:
        what = f"{path} has no symbol" if symbol is None else f"{symbol} is not traded here"
        raise InputRefused(
            Problem("--data", None, "", what, f"write SYMBOL=FILE with one of: {', '.join(traded)}")
        )
    candles: dict[int, PathCandle] = {}
    for row in CsvReader(path).rows():
        if isinstance(row, Candle):
            told = PathCandle(row.time_ms, row.open, row.high, row.low, row.close)
        else:
            told = PathCandle(row.time_ms, row.price, row.price, row.price, row.price)
        former = candles.get(row.time_ms)
        candles[row.time_ms] = told if former is None else former.joined(told)
    return symbol, tuple(candles.values())


def speed_of(text: str) -> Decimal:
    """Read a speed factor; raises InputRefused."""
    try:
        speed = Decimal(text)
    except ArithmeticError:
        speed = Decimal("NaN")
    if not (speed.is_finite() and 0 < speed <= 100_000 * ONE):
        raise InputRefused(
            Problem("--speed", None, "", f"{text!r} is no speed", "write a number above 0, such as 10")
        )
    return speed
