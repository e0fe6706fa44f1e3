"""Changes to orders: sent once, seen to their end whatever becomes of the caller, judged by proof."""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import CORO_CLOSED, getcoroutinestate
from typing import Any

from connectors.ccxt.creation import amend_problem, problem_of
from connectors.ccxt.dialect import Dialect, Named, NotSupported
from connectors.ccxt.markets import Markets, Row, UnreadableRow
from connectors.ccxt.memory import OrderMemory
from connectors.ccxt.outcomes import Ending, Verdict, judge_failure, judge_reply
from connectors.ccxt.pacer import Urgency
from connectors.ccxt.reads import Reads
from connectors.ccxt.streams.own_tasks import is_told_to_end
from connectors.ccxt.wire import Call, unwatched, watched
from desk.contracts.orders import AmendRequest, Leg, OrderOutcome, OrderRequest, OutcomeKind, VenueOrder
from desk.contracts.ports.time import Spawner
from desk.contracts.problems import ReadFailed

_EXITS = frozenset((Leg.CLOSE, Leg.REDUCE, Leg.STOP))
_LOCAL = "LOCAL"

Send = Callable[[], Awaitable[Row]]
Conclude = Callable[[Verdict, Row | None], Awaitable[OrderOutcome]]


class Dispatch:
    """Place, amend and cancel by a client of its own.

    Each request runs in a task of its own: a caller that gives up leaves it to its end once bytes left, and
    stops it where none did.
    """

    def __init__(  # noqa: PLR0917 - everything a change meets
        self,
        exchange: Any,  # noqa: ANN401 - a ccxt exchange
        dialect: Dialect,
        markets: Markets,
        memory: OrderMemory,
        reads: Reads,
        spawner: Spawner,
        secrets: tuple[str, ...],
        on_skew: Callable[[], None],
    ) -> None:
        self._exchange = exchange
        self._dialect = dialect
        self._markets = markets
        self._memory = memory
        self._reads = reads
        self._spawner = spawner
        self._secrets = secrets
        self._on_skew = on_skew

    async def place(self, request: OrderRequest) -> OrderOutcome:
        """Send one order."""
        problem = problem_of(request, self._markets.instrument(request.symbol))
        if problem is not None:
            return _unsent(problem)
        try:
            asked = self._dialect.creation(self._exchange, request, self._markets)
        except NotSupported as refusal:
            return _unsent(str(refusal))
        name = request.client_order_id
        self._memory.placed(request.symbol, name, request.order_type)
        urgency = Urgency.EXIT if request.leg in _EXITS else Urgency.ORDER

        async def conclude(verdict: Verdict, row: Row | None) -> OrderOutcome:
            if verdict.ending is Ending.PRESENT:
                return await self._already_there(request.symbol, name, verdict)
            if verdict.ending is not Ending.TAKEN:
                return _outcome(verdict)
            seen = self._told(row)
            self._memory.placed(request.symbol, name, request.order_type, _venue_id(row))
            return OrderOutcome(OutcomeKind.ACCEPTED, seen)

        return await self._run(name, urgency, lambda: self._dialect.create(self._exchange, asked), conclude)

    async def cancel(self, symbol: str, name: str) -> OrderOutcome:
        """Cancel an order; NOT_ACCEPTED where a look-up proves that there is nothing to cancel."""
        try:
            named = await self._whole(symbol, name)
        except ReadFailed as failure:
            return OrderOutcome(OutcomeKind.NOT_SENT, None, _LOCAL, str(failure))
        if named is None:
            return OrderOutcome(OutcomeKind.NOT_ACCEPTED, reason=f"the venue knows no order {name}")
        aimed = named

        async def conclude(verdict: Verdict, row: Row | None) -> OrderOutcome:
            if verdict.ending is Ending.TAKEN:
                return OrderOutcome(OutcomeKind.ACCEPTED, self._told(row))
            if verdict.ending is Ending.GONE:
                return await self._nothing_to_cancel(aimed, verdict)
            is_unsent = verdict.ending is Ending.NOT_SENT
            kind = OutcomeKind.NOT_SENT if is_unsent else OutcomeKind.UNKNOWN
            return OrderOutcome(kind, None, verdict.code, verdict.reason)

        return await self._run(
            name, Urgency.EXIT, lambda: self._dialect.cancel(self._exchange, aimed), conclude
        )

    async def amend(self, request: AmendRequest) -> OrderOutcome:
        """Change a resting order in place."""
        problem = amend_problem(request, self._markets.instrument(request.symbol))
        if problem is not None:
            return _unsent(problem)
        symbol, name = request.symbol, request.client_order_id
        named = self._memory.named(symbol, name)

        async def send() -> Row:
            return await self._dialect.amend(self._exchange, named, request, self._markets)

        async def conclude(verdict: Verdict, row: Row | None) -> OrderOutcome:
            if verdict.ending is Ending.GONE:
                return await self._nothing_to_cancel(named, verdict)
            if verdict.ending is Ending.TAKEN:
                return OrderOutcome(OutcomeKind.ACCEPTED, self._told(row))
            if verdict.is_passing:
                return OrderOutcome(OutcomeKind.NOT_SENT, None, verdict.code, verdict.reason)
            return _outcome(verdict)

        return await self._run(name, Urgency.EXIT, send, conclude)

    async def _run(self, name: str, urgency: Urgency, send: Send, conclude: Conclude) -> OrderOutcome:
        """Send in a task that outlives the caller; bytes that have not left by then never do."""
        call = Call(urgency)
        ended: asyncio.Future[OrderOutcome] = asyncio.get_running_loop().create_future()
        work = self._to_its_end(call, name, send, conclude, ended)
        self._spawner.spawn(f"ccxt {name}", work)
        if getcoroutinestate(work) == CORO_CLOSED:
            return _unsent("the desk is stopping")
        try:
            return await ended
        except asyncio.CancelledError:
            call.is_abandoned = True
            raise

    async def _to_its_end(
        self, call: Call, name: str, send: Send, conclude: Conclude, ended: asyncio.Future[OrderOutcome]
    ) -> None:
        outcome = OrderOutcome(OutcomeKind.UNKNOWN, reason="the request was interrupted")
        try:
            with watched(call):
                verdict, row = await self._sent(call, name, send)
                if verdict.is_skewed:
                    self._on_skew()
                with unwatched():
                    outcome = await conclude(verdict, row)
        finally:
            if not ended.done():
                ended.set_result(outcome)

    async def _sent(self, call: Call, name: str, send: Send) -> tuple[Verdict, Row | None]:
        try:
            row = await send()
        except asyncio.CancelledError as error:
            if is_told_to_end():
                raise
            return judge_failure(error, call, self._dialect.codes, self._secrets), None
        except Exception as error:  # noqa: BLE001 - whatever broke, the wire knows what was sent
            return judge_failure(error, call, self._dialect.codes, self._secrets), None
        return judge_reply(row, None if name.startswith("#") else name, call, self._dialect.codes), row

    async def _whole(self, symbol: str, name: str) -> Named | None:
        """Return an order's name with where the venue keeps it; None where nothing is there to aim at.

        A read may lag behind an order: where our own id is enough, the venue's answer to the cancel decides.
        """
        named = self._memory.named(symbol, name)
        if self._dialect.can_aim(named):
            return named
        order = await self._reads.fetch_order(symbol, name)
        is_hopeless = order is None and not self._dialect.cancels_by_client_id
        return None if is_hopeless else self._memory.named(symbol, name)

    async def _already_there(self, symbol: str, name: str, verdict: Verdict) -> OrderOutcome:
        """Look the order up that the venue says it has: never a second one, never given up."""
        try:
            order = await self._reads.fetch_order(symbol, name)
        except ReadFailed as failure:
            return OrderOutcome(OutcomeKind.UNKNOWN, None, verdict.code, f"{verdict.reason}; {failure}")
        if order is None:
            reason = f"the venue refuses {name} as a duplicate and does not show it"
            return OrderOutcome(OutcomeKind.UNKNOWN, None, verdict.code, reason)
        return OrderOutcome(OutcomeKind.ACCEPTED, order, verdict.code, verdict.reason)

    async def _nothing_to_cancel(self, aimed: Named, verdict: Verdict) -> OrderOutcome:
        """Find out what "no such order" means: filled, ended, never there, or not yet seen."""
        try:
            order = await self._reads.fetch_order(aimed.symbol, aimed.name)
        except ReadFailed as failure:
            return OrderOutcome(OutcomeKind.UNKNOWN, None, verdict.code, f"{verdict.reason}; {failure}")
        if order is not None and not order.status.is_terminal:
            self._memory.doubt(aimed)
            reason = f"{verdict.reason}, and yet the venue lists it as {order.status}"
            return OrderOutcome(OutcomeKind.UNKNOWN, order, verdict.code, reason)
        return OrderOutcome(OutcomeKind.NOT_ACCEPTED, order, verdict.code, verdict.reason)

    def _told(self, row: Row | None) -> VenueOrder | None:
        """Read the order out of an answer that tells more than its id."""
        if row is None or not row.get("status") or not row.get("side"):
            return None
        try:
            return self._memory.saw(self._reads.rows.order(row))
        except UnreadableRow:
            return None


def _outcome(verdict: Verdict) -> OrderOutcome:
    kinds = {
        Ending.NOT_SENT: OutcomeKind.NOT_SENT,
        Ending.REFUSED: OutcomeKind.NOT_ACCEPTED,
        Ending.UNCHANGED: OutcomeKind.ACCEPTED,
    }
    return OrderOutcome(kinds.get(verdict.ending, OutcomeKind.UNKNOWN), None, verdict.code, verdict.reason)


def _unsent(reason: str) -> OrderOutcome:
    return OrderOutcome(OutcomeKind.NOT_SENT, None, _LOCAL, reason)


def _venue_id(row: Row | None) -> str | None:
    return None if row is None else str(row.get("id"))
