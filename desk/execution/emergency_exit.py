"""The way out of everything: latch, void, cancel, close, verify by the venue's word, repeat until true."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from desk.contracts.assets import is_affected
from desk.contracts.execution import ExecutionDirective, FlowOutcome
from desk.contracts.orders import OrderStatus
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Spawner
from desk.contracts.positions import Position
from desk.contracts.problems import ReadFailed, StoreFailed
from desk.contracts.states import DeskState
from desk.execution.close import TradeCloser
from desk.execution.desk_state import DeskStateLatch
from desk.execution.flow_registry import FlowRegistry
from desk.execution.flow_termination import FlowTerminationHandler
from desk.execution.lanes import Lanes
from desk.execution.reach import Reach

_MOST_ROUNDS = 20
_BETWEEN_READS_MS = 2000
_MOST_BACKOFF_MS = 30_000
_UNKNOWN_ENTRY_WAIT_MS = 5000


@dataclass(frozen=True, slots=True)
class ExitResult:
    """Say how an exit ended: FLAT, FLAT+DUST or NOT FLAT, with what is left and why."""

    word: str
    remains: tuple[str, ...]
    elapsed_ms: int
    rounds: int

    @property
    def is_flat(self) -> bool:
        """Whether nothing tradable is left."""
        return self.word != "NOT FLAT"


class EmergencyExit:
    """Run the exit ladder; no worker can veto it and no state stands in its way."""

    def __init__(
        self,
        *,
        reach: Reach,
        connector: IAPIConnector,
        spawner: Spawner,
        state: DeskStateLatch,
        flows: FlowRegistry,
        closer: TradeCloser,
        termination: FlowTerminationHandler,
        reconcile: Callable[[], Awaitable[bool]],
    ) -> None:
        self._reach = reach
        self._connector = connector
        self._spawner = spawner
        self._state = state
        self._flows = flows
        self._closer = closer
        self._termination = termination
        self._reconcile = reconcile
        self.last_result: ExitResult | None = None

    def begin(self, directive: ExecutionDirective, lanes: Lanes) -> None:
        """Latch EXITING and leave in the background; exits side by side share their work."""
        latched = self._state.tighten(
            DeskState.EXITING, directive.rationale, directive.strategy_planner_id, directive.directive_id
        )
        lanes.void_all("superseded by the emergency exit")
        self._spawner.spawn(f"exit {directive.directive_id}", self._run(directive, latched))

    async def _run(self, directive: ExecutionDirective, latched: Awaitable[None] | None) -> None:
        began_ms = self._reach.clock.monotonic_ms()
        if latched is not None:
            # A latch that the disk refuses still holds in memory, and leaving cannot wait for a disk.
            with suppress(StoreFailed):
                await latched
        remains: list[str] = ["nothing was tried"]
        rounds = 0
        while remains and rounds < _MOST_ROUNDS:
            if rounds:
                backoff_ms = self._reach.settings.retry.delay_ms(min(rounds, 10))
                await self._reach.clock.sleep_ms(min(backoff_ms, _MOST_BACKOFF_MS))
            rounds += 1
            try:
                remains = await self._round(directive)
            except StoreFailed as failure:
                remains = [f"the journal cannot be written: {failure}"]
        self._finish(directive, remains, rounds, self._reach.clock.monotonic_ms() - began_ms)

    async def _round(self, directive: ExecutionDirective) -> list[str]:
        await self._bound_unknown_entries(directive)
        await self._cancel_entries(directive)
        problems = await asyncio.gather(
            *(self._close(directive, position) for position in self._positions(directive))
        )
        left = [problem for problem in problems if problem is not None]
        if left:
            return left
        await self._cancel_rest(directive)
        first = await self._still_there(directive)
        if first:
            return first
        await self._reach.clock.sleep_ms(_BETWEEN_READS_MS)
        return await self._still_there(directive)

    def _positions(self, directive: ExecutionDirective) -> list[Position]:
        affected = directive.affected_asset
        return [one for one in self._reach.view.positions() if is_affected(one.symbol, affected)]

    async def _bound_unknown_entries(self, directive: ExecutionDirective) -> None:
        for order in self._reach.ledger.live_orders():
            concerned = is_affected(order.request.symbol, directive.affected_asset)
            if concerned and order.status is OrderStatus.UNKNOWN and order.request.leg.adds_risk:
                await self._reach.until_over(order.client_order_id, _UNKNOWN_ENTRY_WAIT_MS)

    async def _cancel_entries(self, directive: ExecutionDirective) -> None:
        entries = [
            order
            for order in self._reach.ledger.live_orders()
            if order.request.leg.adds_risk and is_affected(order.request.symbol, directive.affected_asset)
        ]
        await asyncio.gather(*(self._reach.cancel_and_wait(one, "emergency exit") for one in entries))

    async def _close(self, directive: ExecutionDirective, position: Position) -> str | None:
        return await self._closer.close(
            position.trade_id, directive.directive_id, directive.execution_directive_id
        )

    async def _cancel_rest(self, directive: ExecutionDirective) -> None:
        for order in self._reach.ledger.live_orders():
            if is_affected(order.request.symbol, directive.affected_asset):
                await self._reach.cancel_and_wait(order, "emergency exit")

    async def _still_there(self, directive: ExecutionDirective) -> list[str]:
        """List what the venue still shows; a failed read is never flat."""
        try:
            orders = await self._connector.fetch_open_orders()
            held = await self._connector.fetch_positions()
        except ReadFailed as failure:
            return [f"the venue cannot be read: {failure}"]
        asset = directive.affected_asset
        left = [
            f"order {order.venue_order_id}: {order.side} {order.size_base} {order.symbol}"
            for order in orders
            if is_affected(order.symbol, asset)
        ]
        for one in held:
            instrument = self._reach.view.instrument(one.symbol)
            is_dust = instrument is not None and one.size_base < instrument.min_size_base
            if is_affected(one.symbol, asset) and not is_dust:
                left.append(f"position {one.side} {one.size_base} {one.symbol}")
        if left and not await self._reconcile():
            left.append("the venue could not be reconciled")
        return left

    def _finish(
        self, directive: ExecutionDirective, remains: list[str], rounds: int, elapsed_ms: int
    ) -> None:
        dust = [f"{one.size_base} {one.symbol}" for one in self._positions(directive)]
        word = "NOT FLAT" if remains else "FLAT+DUST" if dust else "FLAT"
        self.last_result = ExitResult(word, tuple(remains or dust), elapsed_ms, rounds)
        text = f"{word} after {elapsed_ms} ms"
        if remains or dust:
            text += ": " + ", ".join(remains or dust)
        flow = self._flows.get(directive.flow_id)
        if flow is not None:
            flow.effects.append(text)
            outcome = FlowOutcome.ERROR if remains else FlowOutcome.SUCCESS
            self._termination.end(flow, outcome, word)
        if not remains:
            self._state.finish_exit(text, directive.strategy_planner_id, directive.directive_id)
