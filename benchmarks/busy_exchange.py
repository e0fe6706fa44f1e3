"""A desk that holds a position with its stop on every symbol of the local exchange, and leaves them all."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import wraps
from pathlib import Path
from typing import ParamSpec

from benchmarks.exchange import KEY, START_PRICE
from benchmarks.measuring import tell
from desk.bootstrap.assembly import Desk
from desk.bootstrap.live import LiveRun, run_live
from desk.bootstrap.plugins import offered_plugins
from desk.config.configuration import Configuration, load_configuration
from desk.contracts import events
from desk.contracts.commands import EmergencyExit, OpenTrade
from desk.contracts.execution import FlowCompletion
from desk.contracts.orders import OrderOutcome
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.sides import PositionSide
from desk.contracts.states import DeskState

_PLATFORM = """\
desk: {{id: leaving-desk, account_currency: USDT}}
connector:
  name: ccxt
  ccxt: {{exchange: bybit, market: swap, mode: sandbox, base_url: "{base_url}",
         api_key: "file:{folder}/key", secret: "file:{folder}/key"}}
feed: {{name: connector, connector: {{symbols: [{symbols}]}}}}
risk: {{max_order_notional: 100000, max_position_notional: 1000000, max_open_trades: 1000,
       max_orders_per_minute: 100000, duplicate_window_ms: 0, max_price_age_ms: 120000}}
storage: {{path: "{folder}/state"}}
control: {{enabled: false}}
"""
_NOTIONAL = Decimal(1_000)
_STOP_SHARE = Decimal("0.1")
_LOOK_EVERY_MS = 50
_READY_WITHIN_S, _FLAT_WITHIN_S = 120, 120
_BUDGET_WHOLE_MS = 2_500
"""What the opening used of the venue's budget is free again, and every comparison over."""

P = ParamSpec("P")
Answer = Coroutine[object, object, OrderOutcome]


@dataclass(frozen=True, slots=True)
class Left:
    """Say how an exit went, in seconds since it was ordered: all answered, and confirmed flat."""

    word: str
    answered_s: float
    confirmed_s: float
    rounds: int
    closes: int
    cancels: int


class _BusyDesk:
    """Run a desk in this process against an exchange in another."""

    def __init__(self, folder: Path, base_url: str, symbols: Sequence[str]) -> None:
        self._configuration = _configuration(folder, base_url, symbols)
        self._symbols = symbols
        self._stop = asyncio.Event()
        self._started: asyncio.Future[Desk] = asyncio.get_running_loop().create_future()

    async def left(self) -> Left:
        """Open everything, wait until the budget is whole, and leave."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(run_live(self._run()))
            desk = await self._started
            await self._open(desk)
            await desk.core.parts.clock.sleep_ms(_BUDGET_WHOLE_MS)
            left = await _Leaving(desk).measured()
            self._stop.set()
        return left

    def _run(self) -> LiveRun:
        return LiveRun(
            configuration=self._configuration,
            duration_ms=None,
            stop=self._stop,
            on_entry=lambda _: None,
            on_started=self._started.set_result,
            log=lambda event, text: tell(f"{event}: {text}"),
        )

    async def _open(self, desk: Desk) -> None:
        """Open a trade on every symbol, and wait until each has its stop."""
        parts = desk.core.parts
        await _until(desk, lambda: all(parts.board.quote(one) is not None for one in self._symbols))
        stop_price = START_PRICE * (1 - _STOP_SHARE)
        trades = (
            OpenTrade(
                symbol,
                PositionSide.LONG,
                notional_quote=_NOTIONAL,
                stop_price=stop_price,
            )
            for symbol in self._symbols
        )
        for answer in await asyncio.gather(*map(desk.commands.execute, trades)):
            if not answer.accepted:
                raise RuntimeError(answer.message)
        await _until(desk, lambda: not parts.execution.flows.all())
        held = parts.ledger.open_positions()
        stops = [one for one in parts.ledger.live_orders() if one.request.leg.is_protective]
        if len(held) != len(self._symbols) or len(stops) != len(held):
            message = f"{len(held)} positions are open with {len(stops)} stops, not {len(self._symbols)} each"
            raise RuntimeError(message)


class _Leaving:
    """Follow one exit: how many requests it took, and when the last one was answered."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._answered_ns = 0
        self._requests = {"place": 0, "cancel": 0}

    async def measured(self) -> Left:
        """Order the exit, and wait for its word."""
        ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def on_end(_: FlowCompletion) -> None:
            if not ended.done() and self._desk.core.parts.execution.state.current is DeskState.HALTED:
                ended.set_result(time.perf_counter_ns())

        bus, connector = self._desk.core.parts.bus, self._desk.core.parts.connector
        for name in (events.FLOW_STOP_SUCCESS, events.FLOW_STOP_ERROR):
            bus.subscribe(name, on_end, subscriber="bench")
        self._follow(connector)
        began_ns = time.perf_counter_ns()
        await self._desk.commands.execute(EmergencyExit("to measure it"))
        async with asyncio.timeout(_FLAT_WITHIN_S):
            ended_ns = await ended
        result = self._desk.core.parts.execution.executors.emergency_exit.last_result
        if result is None or not result.is_flat:
            message = f"the exit did not end flat: {result}"
            raise RuntimeError(message)
        return Left(
            result.word,
            (self._answered_ns - began_ns) / 1e9,
            (ended_ns - began_ns) / 1e9,
            result.rounds,
            self._requests["place"],
            self._requests["cancel"],
        )

    def _follow(self, connector: IAPIConnector) -> None:
        connector.place_order = self._counted("place", connector.place_order)  # type: ignore[method-assign]
        connector.cancel_order = self._counted("cancel", connector.cancel_order)  # type: ignore[method-assign]

    def _counted(self, kind: str, send: Callable[P, Answer]) -> Callable[P, Answer]:
        @wraps(send)
        async def counted(*given: P.args, **named: P.kwargs) -> OrderOutcome:
            self._requests[kind] += 1
            outcome = await send(*given, **named)
            self._answered_ns = time.perf_counter_ns()
            return outcome

        return counted


async def left_everything(folder: Path, base_url: str, symbols: Sequence[str]) -> Left:
    """Open a position with its stop on each of `symbols`, and leave them all."""
    return await _BusyDesk(folder, base_url, symbols).left()


async def _until(desk: Desk, is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(_READY_WITHIN_S):
        while not is_so():
            await desk.core.parts.clock.sleep_ms(_LOOK_EVERY_MS)


def _configuration(folder: Path, base_url: str, symbols: Sequence[str]) -> Configuration:
    key, platform = folder / "key", folder / "platform.yaml"
    key.touch(mode=0o600)
    key.write_text(KEY, encoding="utf-8")
    named = ", ".join(f'"{one}"' for one in symbols)
    platform.write_text(_PLATFORM.format(base_url=base_url, folder=folder, symbols=named), encoding="utf-8")
    return load_configuration(platform, (), (), {}, offered_plugins())
