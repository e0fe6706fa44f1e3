"""A desk with much to do: many positions, many symbols, many ticks, and a probe. Its screen is elsewhere."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Self

from connectors.paper.connector import PaperConnector
from desk.bootstrap.assembly import Desk
from desk.bootstrap.live import LiveRun, run_live
from desk.bootstrap.plugins import offered_plugins
from desk.config.configuration import Configuration, load_configuration
from desk.contracts import events
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import (
    DirectiveScope,
    EntryDirective,
    ExitDirective,
    SizeDirective,
    StrategyDirective,
)
from desk.contracts.ids import DirectiveId
from desk.contracts.market import ONE, Tick
from desk.contracts.orders import OrderOutcome, OrderRequest
from desk.contracts.ports.time import Spawner
from desk.contracts.sides import OrderSide

SYMBOLS = tuple(f"C{number:02d}/USDT:USDT" for number in range(50))
_PROBE_EVERY_MS = 40

_INSTRUMENT = """\
  - {{symbol: "{symbol}", kind: perpetual, price_step: 0.01, size_step: 0.001, min_size_base: 0.001,
     min_notional_quote: 5, maker_fee: 0, taker_fee: 0, max_leverage: 20}}
"""
_PLATFORM = """\
desk: {{id: busy-desk, account_currency: USDT}}
instruments:
{instruments}
connector:
  name: paper
  paper: {{opening_balances: {{USDT: 100000000}}, latency_ms: 0}}
feed:
  name: synthetic
  synthetic:
    seed: 7
    interval_ms: {interval_ms}
    symbols:
{prices}
risk: {{max_order_notional: 1000000, max_position_notional: 100000000, max_open_trades: 1000,
       max_orders_per_minute: 1000000, duplicate_window_ms: 0, max_price_age_ms: 120000}}
storage: {{path: "{state}"}}
"""
_BLUEPRINT = """\
name: busy
symbols: [{symbols}]
workers:
  - use: trailing_stop_manager
    parameters: {{trigger_threshold: 0.9, trail_distance: 0.15}}
planners:
  entry: [{{use: market}}]
  size: [{{use: fixed_notional, parameters: {{notional_quote: 1000}}}}]
  exit: [{{use: stop_and_target, parameters: {{with_target: false}}}}]
  routing: [{{use: immediate}}]
"""


def busy_configuration(folder: Path, ticks_per_second: int) -> Configuration:
    """Write platform and blueprint for 50 symbols that tick `ticks_per_second` times together."""
    folder.mkdir(parents=True, exist_ok=True)
    platform, blueprint = folder / "platform.yaml", folder / "busy.yaml"
    price = '      "{symbol}": {{start_price: 100, annual_volatility: 0.01, jump_probability: 0}}\n'
    platform.write_text(
        _PLATFORM.format(
            instruments="".join(_INSTRUMENT.format(symbol=one) for one in SYMBOLS),
            prices="".join(price.format(symbol=one) for one in SYMBOLS),
            interval_ms=max(1, len(SYMBOLS) * 1000 // ticks_per_second),
            state=folder / "state",
        )
    )
    blueprint.write_text(_BLUEPRINT.format(symbols=", ".join(f'"{one}"' for one in SYMBOLS)))
    return load_configuration(platform, [blueprint], [], {}, offered_plugins())


@dataclass
class Probe:
    """Trade a little all the time, and note how long from the tick's chain to the order at the connector."""

    microseconds: list[float] = field(default_factory=list)
    requests_ns: list[int] = field(default_factory=list)
    is_on: bool = True


class BusyDesk:
    """Run a desk with this process to itself, but for who waits; leave it to stop it."""

    def __init__(self, configuration: Configuration, positions: int) -> None:
        self._configuration = configuration
        self._positions = positions
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="busy core")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self.socket_folder = configuration.storage.control
        self.probe = Probe()

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(120):
            raise TimeoutError("the busy desk did not open its positions")
        return self

    def __exit__(self, *failure: object) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await run_live(
            LiveRun(self._configuration, None, self._stop, _unheard, self._started, lambda _, __: None)
        )

    def _started(self, desk: Desk) -> None:
        _stamp(desk.core.parts.connector, self.probe)
        spawner: Spawner = desk.core.parts.spawner
        spawner.spawn("bench", _Trader(desk, self.probe, self._positions, self._ready).run())


def _unheard(_: object) -> None:
    return


def _stamp(connector: object, probe: Probe) -> None:
    """Note when orders and cancels reach the venue."""
    if not isinstance(connector, PaperConnector):
        raise TypeError("the busy desk trades on paper")
    place, cancel = connector.place_order, connector.cancel_order

    async def placed(request: OrderRequest) -> OrderOutcome:
        probe.requests_ns.append(time.perf_counter_ns())
        return await place(request)

    async def cancelled(*given: object, **named: object) -> OrderOutcome:
        probe.requests_ns.append(time.perf_counter_ns())
        outcome: Awaitable[OrderOutcome] = cancel(*given, **named)  # type: ignore[arg-type]
        return await outcome

    connector.place_order = placed  # type: ignore[method-assign]
    connector.cancel_order = cancelled  # type: ignore[method-assign]


class _Trader:
    """Open the positions, then open and close one small trade after the other and time each order."""

    def __init__(self, desk: Desk, probe: Probe, positions: int, ready: threading.Event) -> None:
        self._desk = desk
        self._probe = probe
        self._positions = positions
        self._ready = ready

    async def run(self) -> None:
        parts = self._desk.core.parts
        await self._wait(lambda: all(parts.board.quote(one) is not None for one in SYMBOLS))
        for number in range(self._positions):
            self._open(SYMBOLS[number % len(SYMBOLS)])
            await self._wait(lambda: len(parts.execution.flows.all()) < 20)  # noqa: PLR2004 - a few at a time
        await self._wait(lambda: not parts.execution.flows.all())
        self._ready.set()
        while True:
            await parts.clock.sleep_ms(_PROBE_EVERY_MS)
            if self._probe.is_on:
                await self._probe_once()

    async def _probe_once(self) -> None:
        parts, probe = self._desk.core.parts, self._probe
        before = len(probe.requests_ns)
        began_ns = time.perf_counter_ns()
        self._open(SYMBOLS[0])
        await self._wait(lambda: len(probe.requests_ns) > before or not probe.is_on)
        if probe.is_on:
            probe.microseconds.append((probe.requests_ns[before] - began_ns) / 1000)
        await self._wait(lambda: not parts.execution.flows.all())
        newest = parts.ledger.open_positions()[-1:]
        if len(parts.ledger.open_positions()) > self._positions and newest:
            self._issue(DirectiveScope.CLOSE_EXISTING, SYMBOLS[0], target_trade_ids=(newest[0].trade_id,))
            await self._wait(lambda: not parts.execution.flows.all())

    def _open(self, symbol: str) -> None:
        self._issue(
            DirectiveScope.NEW_TRADE,
            symbol,
            entry_directive=EntryDirective(symbol=symbol, direction=OrderSide.BUY),
            size_directive=SizeDirective(notional_quote=Decimal(1000)),
            exit_directive=ExitDirective(stop_loss_tolerance=Decimal("0.5")),
        )

    def _issue(self, scope: DirectiveScope, symbol: str, **given: object) -> None:
        parts = self._desk.core.parts
        quote = parts.board.quote(symbol)
        tick = None if quote is None else quote.tick
        if not isinstance(tick, Tick):
            raise TypeError("the symbol has ticked")
        fields: dict[str, object] = {
            "directive_id": parts.ids.new(DirectiveId),
            "strategy_id": "busy",
            "strategy_planner_id": "bench",
            "decided_at_ms": parts.clock.now_ms(),
            "causality": CausalityChain.born(tick.id),
            "scope": scope,
            "confidence": ONE,
            "rationale": "a trade to measure with",
        }
        directive = StrategyDirective.model_validate(fields | given)
        parts.bus.publish(
            events.STRATEGY_DIRECTIVE_ISSUED, directive, strategy_id="busy", cause=directive.causality
        )

    async def _wait(self, is_so: Callable[[], bool]) -> None:
        while not is_so():
            await self._desk.core.parts.clock.sleep_ms(1)
