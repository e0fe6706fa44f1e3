"""The emergency exit measured: a desk at the local exchange, N positions, and one fault after the other."""

import asyncio
import math
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from connectors.sandbox.faults import FaultOrder
from connectors.sandbox.limits import LimitSettings
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.settings import KeySettings, SandboxSettings, SymbolSettings
from connectors.sandbox.usual import listings_of
from connectors.sandbox.venue import LocalVenue
from desk.bootstrap.assembly import Desk
from desk.bootstrap.drill_plan import fault_names, fault_order, usual_faults
from desk.bootstrap.live import LiveRun, run_live
from desk.bootstrap.plugins import offered_plugins
from desk.config.configuration import Configuration, load_configuration
from desk.contracts import events
from desk.contracts.commands import EmergencyExit, OpenTrade
from desk.contracts.execution import FlowCompletion
from desk.contracts.problems import DeskError, InputRefused, Problem
from desk.contracts.sides import OrderSide, PositionSide
from desk.contracts.snapshot import DrillNote
from desk.runtime.clock import WallClock
from desk.runtime.tasks import TaskSupervisor

_STOPS_WITHIN_MS = 2_000
_PRICE = Decimal(100)
_NOTIONAL = Decimal(1_000)
_PRICES_WITHIN_S = 90
_OPEN_WITHIN_S = 180
_EXIT_WITHIN_S = 300
_KEY = "drill"
_DIED, _NOT_FLAT = "THE DESK DIED", "NOT FLAT"
_PERCENTILES = (50, 95)

_PLATFORM = """\
desk: {{id: drill, account_currency: USDT}}
connector:
  name: ccxt
  ccxt:
    exchange: bybit
    market: swap
    mode: sandbox
    base_url: {base_url}
    api_key: file:{folder}/key
    secret: file:{folder}/secret
feed:
  name: connector
  connector: {{symbols: [{symbols}]}}
risk: {{max_order_notional: 100000, max_position_notional: 1000000, max_open_trades: 1000,
       max_orders_per_minute: 100000, duplicate_window_ms: 0, max_price_age_ms: 60000}}
storage: {{path: {folder}/state}}
control: {{enabled: false}}
"""


@dataclass(frozen=True, slots=True)
class DrillSettings:
    """Say how much is held, and how slow and narrow the way to the venue is.

    `rate` bounds creates, cancels and reads each, in requests a second; `latency_ms` is added to each.
    """

    positions: int
    rate: int
    latency_ms: int


@dataclass(frozen=True, slots=True)
class DrillLine:
    """Say how one exit went: its word, when it was said, and what was true at the venue at that moment.

    `duplicated` counts orders that were taken twice or sent twice; `naked_ms` how long anything was held
    without its stop meanwhile.
    """

    fault: str
    word: str
    elapsed_ms: int
    residual: tuple[str, ...]
    duplicated: int
    naked_ms: int
    remains: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Whether it ended flat, truly, and with every order once."""
        return self.word in {"FLAT", "FLAT+DUST"} and not self.residual and not self.duplicated


@dataclass(frozen=True, slots=True)
class DrillReport:
    """Hold the lines of a drill, in the order of the faults."""

    settings: DrillSettings
    lines: tuple[DrillLine, ...]

    @property
    def is_good(self) -> bool:
        """Whether every exit ended as it must."""
        return all(one.is_good for one in self.lines)

    @property
    def times_ms(self) -> tuple[int, int]:
        """The p50 and p95 of the times to flat, in milliseconds."""
        times = sorted(one.elapsed_ms for one in self.lines) or [0]
        low, high = (times[max(0, math.ceil(len(times) * at / 100) - 1)] for at in _PERCENTILES)
        return low, high


def note_of(report: DrillReport) -> DrillNote:
    """Return what a desk shows of a drill that ended now."""
    low_ms, high_ms = report.times_ms
    return DrillNote(
        time_ms=WallClock().now_ms(),
        exits=len(report.lines),
        flat=sum(one.is_good for one in report.lines),
        is_good=report.is_good,
        p50_ms=low_ms,
        p95_ms=high_ms,
        positions=report.settings.positions,
    )


async def drill(
    settings: DrillSettings, tell: Callable[[str], None], faults: Sequence[str] | None = None
) -> DrillReport:
    """Leave everything once under each fault; each time a new desk at a new exchange.

    Raises InputRefused for a fault that there is not, DeskError where a desk does not begin.
    """
    names = usual_faults() if faults is None else faults
    unknown = [one for one in names if one not in fault_names()]
    if unknown:
        remedy = f"write one of: {', '.join(fault_names())}"
        raise InputRefused(Problem("--fault", None, "", f"unknown fault {unknown[0]!r}", remedy))
    lines: list[DrillLine] = []
    for number, name in enumerate(names, start=1):
        with tempfile.TemporaryDirectory(prefix="desk-drill-") as folder:
            line = await _Exercise(settings, Path(folder), name).carried_out()
        lines.append(line)
        tell(f"{number}/{len(names)} {name}: {line.word} after {line.elapsed_ms / 1000:.1f} s")
    return DrillReport(settings, tuple(lines))


class _Exercise:
    """Hold one exit: the exchange, the desk, and what is written down about it."""

    def __init__(self, settings: DrillSettings, folder: Path, fault: str) -> None:
        self._settings = settings
        self._folder = folder
        self._fault = fault
        self._symbols = [f"C{number:02}/USDT:USDT" for number in range(settings.positions)]
        self._troubles: list[str] = []
        self._tasks = TaskSupervisor(lambda name, error: self._troubles.append(f"{name}: {error}"))
        self._venue = self._built_venue()
        self._server = SandboxServer(self._venue, self._tasks, wanders=True)
        self._desk: Desk | None = None
        self._started: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._stop = asyncio.Event()

    async def carried_out(self) -> DrillLine:
        """Serve, run the desk beside it, and leave; raises DeskError where the desk does not start."""
        await self._server.start(0)
        try:
            self._tasks.spawn("drill desk", self._live())
            try:
                return await self._measured()
            finally:
                self._stop.set()
                await self._gone
        finally:
            await self._server.stop()
            await self._tasks.stop(_STOPS_WITHIN_MS)

    async def _live(self) -> None:
        try:
            await run_live(self._run())
            self._gone.set_result("it was stopped")
        except Exception as error:  # noqa: BLE001 - a task boundary: a desk that dies is a result of the drill
            self._gone.set_result(f"{type(error).__name__}: {error}")

    async def _measured(self) -> DrillLine:
        await asyncio.wait((self._gone, self._started), return_when=asyncio.FIRST_COMPLETED)
        if self._desk is None:
            raise DeskError(f"the drill's desk did not start: {self._gone.result()}")
        desk = self._desk
        await self._open(desk)
        execution, began_naked_ms = desk.core.parts.execution, desk.core.parts.execution.naked.total_ms()
        ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        left: list[str] = []

        def on_end(_: FlowCompletion) -> None:
            """Look at the venue in the very moment in which the word is said."""
            result = execution.executors.emergency_exit.last_result
            if result is not None and not ended.done():
                left.extend(self._residual())
                ended.set_result(result.word)

        for name in (events.FLOW_STOP_SUCCESS, events.FLOW_STOP_ERROR):
            desk.core.parts.bus.subscribe(name, on_end, subscriber="drill")
        self._break()
        self._tasks.spawn("drill exit", self._leave(desk))
        await asyncio.wait((self._gone, ended), timeout=_EXIT_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        naked_ms = execution.naked.total_ms() - began_naked_ms
        result = execution.executors.emergency_exit.last_result
        if result is None:
            word = _DIED if self._gone.done() else _NOT_FLAT
            return self._line(word, _EXIT_WITHIN_S * 1000, self._residual(), naked_ms, tuple(self._troubles))
        return self._line(result.word, result.elapsed_ms, left, naked_ms, result.remains)

    async def _leave(self, desk: Desk) -> None:
        await desk.commands.execute(EmergencyExit("a drill"))

    def _begun(self, desk: Desk) -> None:
        self._desk = desk
        self._started.set_result("it started")

    def _line(
        self, word: str, elapsed_ms: int, residual: Iterable[str], naked_ms: int, remains: tuple[str, ...]
    ) -> DrillLine:
        taken = Counter(one.link_id for one in self._venue.account().cards.values() if one.link_id)
        twice = sum(count - 1 for count in taken.values())
        again = sum(count - 1 for count in self._venue.attempts.values())
        left = tuple(residual)
        return DrillLine(self._fault, word, elapsed_ms, left, max(twice, again), naked_ms, remains)

    async def _open(self, desk: Desk) -> None:
        """Open a trade on every symbol, each with its stop; one entry waits, and another program's order."""
        await self._priced(desk)
        sides = (PositionSide.LONG, PositionSide.SHORT)
        trades = [
            OpenTrade(
                symbol, side := sides[number % 2], notional_quote=_NOTIONAL,
                stop_price=_PRICE * (1 - side.sign * Decimal("0.1")),
            )
            for number, symbol in enumerate(self._symbols)
        ]  # fmt: skip
        answers = await asyncio.gather(*(desk.commands.execute(one) for one in trades))
        refused = [one.message for one in answers if not one.accepted]
        if refused:
            raise DeskError(f"the drill could not begin: {refused[0]}")
        await self._protected(desk)
        waits = OpenTrade(
            self._symbols[0],
            PositionSide.LONG,
            notional_quote=_NOTIONAL,
            limit_price=_PRICE * Decimal("0.96"),
            stop_price=_PRICE * Decimal("0.9"),
        )
        await desk.commands.execute(waits)
        last = self._symbols[-1]
        self._venue.hand.trade(last, OrderSide.BUY, Decimal(1), limit_price=_PRICE * Decimal("0.5"))

    async def _protected(self, desk: Desk) -> None:
        """Wait until every position stands with its stop; raises DeskError where one does not."""
        parts, stands = desk.core.parts, asyncio.Event()

        def look(_: object = None) -> None:
            held = parts.ledger.open_positions()
            if len(held) == len(self._symbols) and all(one.is_protected for one in held):
                stands.set()

        parts.bus.subscribe(events.FLOW_STOP_SUCCESS, look, subscriber="drill")
        look()
        try:
            async with asyncio.timeout(_OPEN_WITHIN_S):
                await stands.wait()
        except TimeoutError:
            raise DeskError(f"the drill could not begin: not all protected in {_OPEN_WITHIN_S} s") from None

    async def _priced(self, desk: Desk) -> None:
        """Wait until every symbol has a price; raises DeskError where the feed brings none."""
        board, priced = desk.core.parts.board, asyncio.Event()

        def on_tick(_: object) -> None:
            if all(board.quote(symbol) is not None for symbol in self._symbols):
                priced.set()

        desk.core.parts.bus.subscribe(events.TICK_RECEIVED, on_tick, subscriber="drill")
        try:
            async with asyncio.timeout(_PRICES_WITHIN_S):
                await priced.wait()
        except TimeoutError:
            raise DeskError(f"the drill could not begin: no prices within {_PRICES_WITHIN_S} s") from None

    def _break(self) -> None:
        order = fault_order(self._fault, self._symbols[0])
        if order is not None:
            self._venue.inject(order)

    def _residual(self) -> list[str]:
        account = self._venue.account()
        held = [f"{one.side} {one.size_base} {one.symbol}" for one in account.positions()]
        return [*held, *(f"order {one.link_id or one.order_id}" for one in account.open_cards())]

    def _built_venue(self) -> LocalVenue:
        rate = self._settings.rate
        settings = SandboxSettings(
            symbols=tuple(
                SymbolSettings(
                    symbol=symbol, start_price=_PRICE, price_step=Decimal("0.01"), size_step=Decimal("0.001"),
                    min_size_base=Decimal("0.001"), annual_volatility=Decimal("0.05"),
                )
                for symbol in self._symbols
            ),
            keys=(KeySettings(key=_KEY, secret=_KEY),),
            opening_balances={"USDT": Decimal(10_000_000)},
            limits=LimitSettings(place=rate, amend=rate, cancel=rate, read=rate),
        )  # fmt: skip
        listings, rng = listings_of(settings.symbols), random.Random(settings.seed)
        venue = LocalVenue(settings, listings, {}, WallClock(), self._tasks, rng)
        if self._settings.latency_ms:
            delay = {"fault": "latency", "delay_ms": self._settings.latency_ms}
            venue.inject(FaultOrder.model_validate(delay, strict=False))
        return venue

    def _run(self) -> LiveRun:
        return LiveRun(
            configuration=self._configuration(),
            duration_ms=None,
            stop=self._stop,
            on_entry=lambda _: None,
            on_started=self._begun,
            log=lambda event, text: self._troubles.append(f"{event}: {text}"),
        )

    def _configuration(self) -> Configuration:
        for name in ("key", "secret"):
            path = self._folder / name
            path.touch(mode=0o600)
            path.write_text(_KEY, encoding="utf-8")
        platform = self._folder / "platform.yaml"
        text = _PLATFORM.format(
            base_url=self._server.base_url, folder=self._folder, symbols=", ".join(self._symbols)
        )
        platform.write_text(text, encoding="utf-8")
        return load_configuration(platform, (), (), {}, offered_plugins())
