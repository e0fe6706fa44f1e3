"""Lanes per trade: what concerns one trade happens in order, and the way out waits for nothing."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass

from desk.contracts.directives import DirectiveScope
from desk.contracts.execution import ExecutionDirective, TargetPlans
from desk.contracts.ids import TradeId
from desk.contracts.ports.time import Spawner
from desk.execution.precedence import Rank, Wish, beaten

_RANK = {
    DirectiveScope.CLOSE_EXISTING: Rank.CLOSE,
    DirectiveScope.MODIFY_EXISTING: Rank.STOP,
    DirectiveScope.NEW_TRADE: Rank.OPEN,
}


@dataclass(frozen=True, slots=True)
class Job:
    """Carry out an execution directive on one of its targets.

    `wish` is what it asks of a trade that exists; a job without one stands by its scope.
    """

    directive: ExecutionDirective
    target: TargetPlans
    wish: Wish | None = None

    @property
    def rank(self) -> Rank:
        """Where the job stands in its lane."""
        return _RANK[self.directive.scope] if self.wish is None else self.wish.rank

    @property
    def closes(self) -> bool:
        """Whether the job leaves the trade."""
        return self.directive.scope is DirectiveScope.CLOSE_EXISTING


Concerns = Callable[[Job], bool]
Reason = Callable[[Job], str | None]
"""Say why a job that waits is void, None where it is not."""


class Lanes:
    """Run jobs, one at a time per trade; lanes of different trades run side by side.

    A CLOSE voids what waits in its trade's lane and starts at once, beside a job that runs: a request that
    hangs must not keep anyone in. What comes after it waits until it has ended. Of the others the better rank
    goes first, and what it contradicts is void.
    """

    def __init__(
        self,
        spawner: Spawner,
        run: Callable[[Job], Coroutine[object, object, None]],
        void: Callable[[Job, str], None],
    ) -> None:
        self._spawner = spawner
        self._run = run
        self._void = void
        self._waiting: dict[TradeId, list[Job]] = {}
        self._working: set[TradeId] = set()
        self._closing: dict[TradeId, list[Job]] = {}

    def submit(self, job: Job) -> None:
        """Queue a job in its trade's lane, a CLOSE in front of everything."""
        trade_id = job.target.trade_id
        if not job.closes:
            self._wait(job, trade_id)
            return
        reason = f"superseded by {job.directive.directive_id}, which closes the trade"
        self._void_in(self._waiting, trade_id, lambda _: reason)
        if trade_id in self._closing:
            self._closing[trade_id].append(job)
            return
        self._closing[trade_id] = [job]
        self._spawner.spawn(f"close {trade_id}", self._drain_closes(trade_id))

    def _wait(self, job: Job, trade_id: TradeId) -> None:
        """Queue a job by its rank; what it contradicts is void, or it is where it is contradicted."""
        queue = self._waiting.setdefault(trade_id, [])
        earlier = tuple(queue)
        queue.append(job)
        queue.sort(key=lambda waiting: waiting.rank)
        self._void_in(self._waiting, trade_id, lambda one: _lost(one, job, earlier))
        self._start(trade_id)

    def void_all(self, reason: str, concerns: Concerns) -> None:
        """Drop every job that has not begun and is concerned; each one's flow ends with `reason`."""
        for lanes in (self._waiting, self._closing):
            for trade_id in list(lanes):
                self._void_in(lanes, trade_id, lambda job: reason if concerns(job) else None)

    def __len__(self) -> int:
        return len({*self._waiting, *self._working, *self._closing})

    def _void_in(self, lanes: dict[TradeId, list[Job]], trade_id: TradeId, reason: Reason) -> None:
        queue = lanes.get(trade_id, [])
        voided = [(job, why) for job in queue if (why := reason(job)) is not None]
        gone = [job for job, _ in voided]
        queue[:] = [job for job in queue if job not in gone]
        if not queue and lanes is self._waiting:
            lanes.pop(trade_id, None)
        for job, why in voided:
            self._void(job, why)

    def _start(self, trade_id: TradeId) -> None:
        is_free = trade_id not in self._working and trade_id not in self._closing
        if is_free and self._waiting.get(trade_id):
            self._working.add(trade_id)
            self._spawner.spawn(f"lane {trade_id}", self._drain(trade_id))

    async def _drain(self, trade_id: TradeId) -> None:
        try:
            while trade_id not in self._closing and (queue := self._waiting.get(trade_id)):
                job = queue.pop(0)
                if not queue:
                    del self._waiting[trade_id]
                await self._run(job)
        finally:
            self._working.discard(trade_id)

    async def _drain_closes(self, trade_id: TradeId) -> None:
        closes = self._closing[trade_id]
        try:
            while closes:
                await self._run(closes.pop(0))
        finally:
            del self._closing[trade_id]
        self._start(trade_id)


def _lost(one: Job, new: Job, earlier: Sequence[Job]) -> str | None:
    """Say what voids a job of a queue that `new` has joined: an earlier job, or the new one."""
    lost = next((why for other in earlier if (why := _beaten(new, other)) is not None), None)
    if one is new:
        return lost
    return None if lost is not None else _renewed(one, new) or _beaten(one, new)


def _beaten(job: Job, other: Job) -> str | None:
    if job.wish is None or other.wish is None or job.wish.author.is_same(other.wish.author):
        return None
    return beaten(job.wish, other.wish)


def _renewed(job: Job, newer: Job) -> str | None:
    """Say that a worker asks another size than it did; the operator's words are all carried out, in turn."""
    old, new = job.wish, newer.wish
    if old is None or new is None or not old.author.is_same(new.author) or old.author.has_authority:
        return None
    return f"superseded by {new}, which says it anew" if old.resizes and new.resizes else None
