"""Out of everything without the desk: by the venue's word alone, and verified by it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from desk.contracts.causality import CausalityChain
from desk.contracts.directives import EMERGENCY_STRATEGY, DirectiveScope
from desk.contracts.execution import ExecutionDirective, TargetPlans
from desk.contracts.ids import DirectiveId, ExecutionDirectiveId, ManualId, TradeId
from desk.contracts.market import ONE, ZERO
from desk.contracts.orders import (
    Leg,
    OrderOutcome,
    OrderRequest,
    OrderType,
    OutcomeKind,
    VenueEvent,
    VenueOrder,
)
from desk.contracts.plans import TimeInForce
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Clock, IdSource
from desk.contracts.problems import ReadFailed
from desk.contracts.sides import OrderSide
from desk.execution.client_ids import client_order_id
from desk.execution.emergency_exit import ExitResult
from desk.execution.holdings import AccountReader, Held, Holdings, order_words
from desk.execution.settings import ExecutionSettings
from desk.execution.waiting import Signals

FLATTENER = "platform.flatten"

_MOST_ROUNDS = 100
_MOST_ROUNDS_IN_VAIN = 8
_FIRST_BACKOFF_MS = 250
_MOST_BACKOFF_MS = 10_000
_BETWEEN_READS_MS = 1_000
_FIRST_LOOKS_MS = (250, 500, 1000)
_LATER_LOOK_MS = 2000
_NEGATIVES_NEEDED = 2
_UNPROVABLE_MS = 20_000
"""How long an order that only reduces is waited for where a venue can prove no absence: a second one of its
kind can do no more than close."""


@dataclass(frozen=True, slots=True)
class FlattenPorts:
    """Hold what flattening is connected to; `tell` takes each step as it is taken, in words."""

    connector: IAPIConnector
    account: AccountReader
    clock: Clock
    ids: IdSource
    settings: ExecutionSettings
    tell: Callable[[str], None]


@dataclass
class Flattener:
    """Close all that is held, cancel all that is ordered, and ask the venue whether that is so."""

    ports: FlattenPorts
    _trades: dict[str, TradeId] = field(default_factory=dict)
    _attempts: dict[str, int] = field(default_factory=dict)
    _unresolved: dict[str, tuple[OrderRequest, int]] = field(default_factory=dict)
    _sent: set[str] = field(default_factory=set)
    _heard: dict[str, VenueOrder] = field(default_factory=dict)
    _signals: Signals = field(default_factory=Signals)

    def __post_init__(self) -> None:
        self.ports.connector.subscribe(self._hear)

    def directive(self, holdings: Holdings, reason: str) -> ExecutionDirective:
        """Write the directive that everything sent will carry."""
        ids, manual_id = self.ports.ids, self.ports.ids.new(ManualId)
        return ExecutionDirective(
            execution_directive_id=ids.new(ExecutionDirectiveId),
            directive_id=ids.new(DirectiveId),
            strategy_id=EMERGENCY_STRATEGY,
            strategy_planner_id=FLATTENER,
            causality=CausalityChain.born(manual_id),
            scope=DirectiveScope.CLOSE_EXISTING,
            confidence=ONE,
            rationale=reason,
            created_at_ms=self.ports.clock.now_ms(),
            targets=tuple(
                TargetPlans(trade_id=self._trade(one.symbol), symbol=one.symbol) for one in holdings.held
            ),
            emergency=True,
        )

    async def run(self, directive: ExecutionDirective) -> ExitResult:
        """Go on until the venue says twice that nothing is left, or eight rounds in a row were in vain."""
        clock = self.ports.clock
        began_ms = clock.monotonic_ms()
        remains, dust, rounds, in_vain = ["nothing was tried"], tuple[Held, ...](), 0, 0
        while remains and rounds < _MOST_ROUNDS and in_vain < _MOST_ROUNDS_IN_VAIN:
            if rounds:
                self.ports.tell(f"round {rounds} left {'; '.join(remains)}")
                await clock.sleep_ms(min(_FIRST_BACKOFF_MS << in_vain, _MOST_BACKOFF_MS))
            rounds, before = rounds + 1, remains
            try:
                remains, dust = await self._round(directive)
            except ReadFailed as failure:
                remains = [f"the venue cannot be read: {failure}"]
            except Exception as fault:  # noqa: BLE001 - whatever broke, the next round tries again
                remains = [f"{type(fault).__name__}: {fault}"]
            in_vain = in_vain + 1 if remains == before else 0
        word = "NOT FLAT" if remains else "FLAT+DUST" if dust else "FLAT"
        told = tuple(remains) or tuple(one.words() for one in dust)
        return ExitResult(word, told, clock.monotonic_ms() - began_ms, rounds)

    async def _round(self, directive: ExecutionDirective) -> tuple[list[str], tuple[Held, ...]]:
        """Cancel what opens and close what is held, side by side; stops go last."""
        account = self.ports.account
        seen = await account.holdings()
        opening = [one for one in seen.orders if _opens(one)]
        problems = await self._side_by_side(
            *(self._cancel(one) for one in opening),
            *(self._close(one, seen, directive) for one in seen.held),
        )
        seen = await account.holdings()
        if seen.held:
            return problems or [f"{one.words()} is left" for one in seen.held], seen.dust
        problems = await self._side_by_side(*(self._cancel(one) for one in seen.orders))
        first = await account.holdings()
        if not first.is_empty:
            return [*problems, *first.words()], first.dust
        self.ports.tell("the venue shows nothing; it is asked once more")
        await self.ports.clock.sleep_ms(_BETWEEN_READS_MS)
        second = await account.holdings()
        unknown = [f"the fate of {one.client_order_id} is not known" for one, _ in self._unresolved.values()]
        return [*([] if second.is_empty else second.words()), *unknown], second.dust

    async def _side_by_side(self, *work: Awaitable[str | None]) -> list[str]:
        return [one for one in await asyncio.gather(*work) if one is not None]

    async def _cancel(self, order: VenueOrder) -> str | None:
        outcome = await self._answered(self.ports.connector.cancel_order(order.symbol, order.client_order_id))
        words = order_words(order)
        if outcome.kind is OutcomeKind.ACCEPTED:
            self.ports.tell(f"cancelled {words}")
            return None
        self.ports.tell(f"not cancelled yet: {words}: {outcome.reason}")
        return f"{words}: {outcome.reason}"

    async def _close(self, held: Held, seen: Holdings, directive: ExecutionDirective) -> str | None:
        """Close one holding by one order seen through to its end; coins are freed from their stops first."""
        try:
            if not await self._is_resolved(held.symbol):
                return f"{held.words()}: the fate of an order is not known"
            if held.is_spot:
                sellers = [one for one in seen.orders if one.symbol == held.symbol and _sells(one)]
                locked = await self._side_by_side(*(self._cancel(one) for one in sellers))
                if locked:
                    return locked[0]
            return await self._send(held, directive)
        except ReadFailed as failure:
            return f"{held.words()}: the venue cannot be read: {failure}"

    async def _send(self, held: Held, directive: ExecutionDirective) -> str | None:
        request = self._request(held, directive)
        if request is None:
            return f"{held.words()}: {held.symbol} is not known here, so it cannot be closed"
        self._unresolved[held.symbol] = (request, self.ports.clock.monotonic_ms())
        self.ports.tell(f"closing {held.words()}")
        outcome = await self._answered(self.ports.connector.place_order(request))
        if outcome.kind in {OutcomeKind.NOT_SENT, OutcomeKind.NOT_ACCEPTED}:
            del self._unresolved[held.symbol]
            self.ports.tell(f"not closed yet: {held.words()}: {outcome.reason}")
            return f"{held.words()}: {outcome.reason}"
        if outcome.order is not None:
            self._hear(outcome.order)
        if not await self._is_resolved(held.symbol):
            return f"{held.words()}: the fate of its close is not known"
        ended = self._heard.get(request.client_order_id)
        if ended is None or not ended.filled_base > ZERO:
            return f"{held.words()}: the venue did not fill the close"
        self.ports.tell(f"{ended.side} {ended.filled_base:f} {ended.symbol} filled")
        return None

    def _hear(self, event: VenueEvent) -> None:
        """Keep the venue's newest word on each order of ours, whether asked for or told."""
        if isinstance(event, VenueOrder) and event.client_order_id in self._sent:
            before = self._heard.get(event.client_order_id)
            if before is None or not before.status.is_terminal:
                self._heard[event.client_order_id] = event
                self._signals.raise_for(event.client_order_id)

    async def _is_resolved(self, symbol: str) -> bool:
        """See the last order of a symbol to its end; False where its fate stays unknown for now.

        Its end is mostly told by the venue's stream; what is not told is asked for.
        """
        if symbol not in self._unresolved:
            return True
        request, sent_ms = self._unresolved[symbol]
        order_id = request.client_order_id
        clock, deadline_ms = self.ports.clock, self.ports.clock.monotonic_ms() + self._timeout_ms
        negatives, pauses = 0, iter(_FIRST_LOOKS_MS)
        while clock.monotonic_ms() < deadline_ms:
            if self._has_ended(order_id) or negatives >= _NEGATIVES_NEEDED:
                del self._unresolved[symbol]
                return True
            if await self._signals.wait(order_id, next(pauses, _LATER_LOOK_MS)):
                continue
            found = await self.ports.account.reader.order(symbol, order_id)
            if found is not None:
                self._hear(found)
            negatives = negatives + 1 if found is None and self._is_late(request, sent_ms) else 0
        await self._answered(self.ports.connector.cancel_order(symbol, order_id))
        return False

    def _has_ended(self, order_id: str) -> bool:
        heard = self._heard.get(order_id)
        return heard is not None and heard.status.is_terminal

    def _is_late(self, request: OrderRequest, sent_ms: int) -> bool:
        """Tell whether the venue would by now know an order that it took."""
        proof_ms = self.ports.connector.capabilities.absence_proof_ms
        if proof_ms is None and request.reduce_only:
            proof_ms = _UNPROVABLE_MS
        return proof_ms is not None and self.ports.clock.monotonic_ms() - sent_ms >= proof_ms

    async def _answered(self, call: Awaitable[OrderOutcome]) -> OrderOutcome:
        try:
            async with asyncio.timeout(self._timeout_ms / 1000):
                return await call
        except TimeoutError:
            reason = f"no answer within {self._timeout_ms} ms"
            return OrderOutcome(OutcomeKind.UNKNOWN, None, "TIMEOUT", reason)
        except Exception as fault:  # noqa: BLE001 - whatever broke on the way, nothing is proven by it
            return OrderOutcome(OutcomeKind.UNKNOWN, None, "BROKEN", f"{type(fault).__name__}: {fault}")

    @property
    def _timeout_ms(self) -> int:
        return self.ports.settings.timeout_ms

    def _request(self, held: Held, directive: ExecutionDirective) -> OrderRequest | None:
        instrument = self.ports.account.instruments.get(held.symbol)
        if instrument is None:
            return None
        attempt = self._attempts[held.symbol] = self._attempts.get(held.symbol, 0) + 1
        desk_id, trade_id = self.ports.settings.desk_id, self._trade(held.symbol)
        of = directive.execution_directive_id
        size_base = instrument.floor_size(held.size_base)
        order_id = client_order_id(desk_id, of, trade_id, Leg.CLOSE, attempt)
        self._sent.add(order_id)
        return OrderRequest(
            client_order_id=order_id,
            execution_directive_id=of,
            leg=Leg.CLOSE,
            attempt=attempt,
            symbol=held.symbol,
            side=held.side.exit_side,
            order_type=OrderType.MARKET,
            size_base=min(size_base, instrument.max_size_base or size_base),
            time_in_force=TimeInForce.IOC,
            reduce_only=not held.is_spot,
        )

    def _trade(self, symbol: str) -> TradeId:
        if symbol not in self._trades:
            self._trades[symbol] = self.ports.ids.new(TradeId)
        return self._trades[symbol]


def _opens(order: VenueOrder) -> bool:
    """Tell whether an order may add to what is held; a sale that lies on coins is no such order."""
    is_spot = ":" not in order.symbol
    return order.side is OrderSide.BUY if is_spot else not order.reduce_only


def _sells(order: VenueOrder) -> bool:
    return order.side is OrderSide.SELL
