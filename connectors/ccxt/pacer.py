"""The venue's request budget: exits and cancels first, and always a share of it kept for them."""

import asyncio
from dataclasses import dataclass, field
from enum import IntEnum
from inspect import CORO_CLOSED, getcoroutinestate
from math import inf

from connectors.ccxt.windows import Window
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.problems import DeskError

RESERVE = 0.2
"""The share of every budget that only exits and cancels may use."""

_PATIENCE_MS = 2000
_LONGEST_SLEEP_MS = 20
_SECOND_MS = 1000
_MISCOUNT = 0.3
_SHARED_MS = 60_000


class Urgency(IntEnum):
    """Who goes first when the budget is short."""

    EXIT = 0
    ORDER = 1
    READ = 2

    @property
    def share(self) -> float:
        """How much of a budget may be in use after such a request."""
        return 1.0 if self is Urgency.EXIT else 1.0 - RESERVE


class Barred(DeskError):
    """The venue wants no request for a while: nothing was sent."""


@dataclass(frozen=True, slots=True)
class PacingTerms:
    """State a venue's budget: `limit` units per `period_ms`, and requests per second by endpoint.

    Where `counts_requests`, each request is one unit, whatever ccxt reckons it to cost.
    """

    limit: float
    period_ms: int
    counts_requests: bool = False
    per_second: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class _Waiter:
    urgency: Urgency
    turn: int
    endpoint: str
    cost: float
    admitted: asyncio.Future[None] = field(repr=False)


class Pacer:
    """Admit requests as the budget allows, the urgent before the patient, each kind in order."""

    def __init__(self, terms: PacingTerms, clock: Clock, spawner: Spawner) -> None:
        self._terms = terms
        self._clock = clock
        self._spawner = spawner
        self._all = Window(terms.limit, terms.period_ms)
        self._by_endpoint = {name: Window(limit, _SECOND_MS) for name, limit in terms.per_second}
        self._waiting: list[_Waiter] = []
        self._turns = 0
        self._barred_until_ms = 0
        self._shared_until_ms = 0
        self._is_running = False

    @property
    def banned_for_ms(self) -> int | None:
        """How long the venue wants no request; None where it takes them."""
        left_ms = self._barred_until_ms - self._clock.monotonic_ms()
        return left_ms if left_ms > 0 else None

    @property
    def budget_left(self) -> float:
        """The share of the tightest budget that is free now, 0 to 1; nothing while banned."""
        if self.banned_for_ms is not None:
            return 0.0
        now_ms = self._clock.monotonic_ms()
        return min(one.left(now_ms) for one in (self._all, *self._by_endpoint.values()))

    def learn(self, endpoint: str, per_second: int) -> None:
        """Take the venue's own word for what an endpoint bears in a second."""
        known = self._by_endpoint.get(endpoint)
        if known is None:
            self._by_endpoint[endpoint] = Window(per_second, _SECOND_MS)
        elif known.limit != per_second:
            known.limit = per_second

    def exhausted(self, endpoint: str) -> None:
        """Take the venue's word that an endpoint's second is used up."""
        window = self._by_endpoint.get(endpoint, self._all)
        window.used_up(self._clock.monotonic_ms())

    def refused(self, endpoint: str, per_second: int) -> None:
        """Take the venue's refusal for too many requests.

        Where we counted too few for that on the endpoint, the venue counts all requests together, or another
        program uses the key too: for a while all requests share that limit.
        """
        now_ms = self._clock.monotonic_ms()
        window = self._by_endpoint.get(endpoint)
        if per_second > 0 and window is not None and window.left(now_ms) > _MISCOUNT:
            self._all = Window(per_second, _SECOND_MS)
            self._shared_until_ms = now_ms + _SHARED_MS
            self._all.used_up(now_ms)
        elif window is not None:
            window.used_up(now_ms)

    def bar(self, for_ms: int) -> None:
        """Send nothing for a while, as the venue asked; who cannot wait that long is told."""
        self._barred_until_ms = max(self._barred_until_ms, self._clock.monotonic_ms() + for_ms)
        if self._is_long():
            for one in self._waiting:
                if not one.admitted.done():
                    one.admitted.set_exception(self._barred())
            self._waiting.clear()

    async def admit(self, endpoint: str, cost: float, urgency: Urgency) -> int:
        """Wait for the request's turn; raises Barred where the venue's ban outlasts all patience.

        What it returns is handed to `answered` as soon as the request is over.
        """
        if self._is_long():
            raise self._barred()
        units = 1.0 if self._terms.counts_requests else max(cost, 0.0)
        self._turns += 1
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiter = _Waiter(urgency, self._turns, endpoint, units, future)
        self._waiting.append(waiter)
        self._waiting.sort(key=lambda one: (one.urgency, one.turn))
        if self._release() is not None and not self._is_running:
            self._begin(waiter)
        try:
            await future
        except asyncio.CancelledError:
            self.answered(waiter.turn)
            raise
        return waiter.turn

    def _begin(self, waiter: _Waiter) -> None:
        """Let the queue move on by itself; a desk that is stopping lets nothing begin."""
        work = self._run()
        self._is_running = True
        self._spawner.spawn("ccxt-pacer", work)
        if getcoroutinestate(work) == CORO_CLOSED:
            self._is_running = False
            self._waiting.remove(waiter)
            raise Barred("the desk is stopping: the request was not sent")

    def answered(self, turn: int) -> None:
        """Note that an admitted request is over, well or badly."""
        now_ms = self._clock.monotonic_ms()
        for window in (self._all, *self._by_endpoint.values()):
            window.answered(turn, now_ms)

    def _is_long(self) -> bool:
        return (self.banned_for_ms or 0) > _PATIENCE_MS

    def _barred(self) -> Barred:
        return Barred(f"the venue takes no request for another {self.banned_for_ms} ms: it was not sent")

    async def _run(self) -> None:
        try:
            while (wait_ms := self._release()) is not None:
                await self._clock.sleep_ms(max(1, min(round(wait_ms + 0.5), _LONGEST_SLEEP_MS)))
        finally:
            self._is_running = False

    def _release(self) -> float | None:
        """Admit who can go, in order; return how long the next has to wait, None where nobody waits.

        Who waits for a window holds it against all who come after and need it too.
        """
        now_ms = self._clock.monotonic_ms()
        if 0 < self._shared_until_ms <= now_ms:
            self._shared_until_ms = 0
            self._all = Window(self._terms.limit, self._terms.period_ms)
        self._waiting = [one for one in self._waiting if not one.admitted.done()]
        if self.banned_for_ms is not None:
            return float(self.banned_for_ms) if self._waiting else None
        held: set[int] = set()
        shortest: float | None = None
        still = []
        for one in self._waiting:
            wait_ms = self._admitted_in(one, now_ms, held)
            if wait_ms == 0:
                one.admitted.set_result(None)
                continue
            still.append(one)
            shortest = wait_ms if shortest is None else min(shortest, wait_ms)
        self._waiting = still
        return shortest

    def _admitted_in(self, one: _Waiter, now_ms: int, held: set[int]) -> float:
        windows = [(self._all, one.cost)]
        if one.endpoint in self._by_endpoint:
            windows.append((self._by_endpoint[one.endpoint], 1.0))
        waits = {id(window): window.wait_ms(cost, one.urgency.share, now_ms) for window, cost in windows}
        longest = max(waits.values())
        if longest == 0 and held.isdisjoint(waits):
            for window, cost in windows:
                window.leaves(one.turn, cost)
            return 0
        held.update(name for name, wait_ms in waits.items() if wait_ms > 0)
        return longest or inf
