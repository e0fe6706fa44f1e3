"""Lanes per trade: what concerns one trade happens in order, and the way out waits for nothing."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from desk.contracts.directives import DirectiveScope
from desk.contracts.execution import ExecutionDirective, TargetPlans
from desk.contracts.ids import TradeId
from desk.contracts.ports.time import Spawner

_RANK = {
    DirectiveScope.CLOSE_EXISTING: 0,
    DirectiveScope.MODIFY_EXISTING: 1,
    DirectiveScope.NEW_TRADE: 2,
}


@dataclass(frozen=True, slots=True)
class Job:
    """Carry out an execution directive on one of its targets."""

    directive: ExecutionDirective
    target: TargetPlans

    @property
    def rank(self) -> int:
        """Where the job stands: a CLOSE before a MODIFY before a NEW_TRADE."""
        return _RANK[self.directive.scope]

    @property
    def closes(self) -> bool:
        """Whether the job leaves the trade."""
        return self.directive.scope is DirectiveScope.CLOSE_EXISTING


Concerns = Callable[[Job], bool]


class Lanes:
    """Run jobs, one at a time per trade; lanes of different trades run side by side.

    A CLOSE voids what waits in its trade's lane and starts at once, beside a job that runs: a request that
    hangs must not keep anyone in. What comes after it waits until it has ended.
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
            queue = self._waiting.setdefault(trade_id, [])
            queue.append(job)
            queue.sort(key=lambda waiting: waiting.rank)
            self._start(trade_id)
            return
        reason = f"superseded by {job.directive.directive_id}, which closes the trade"
        self._void_in(self._waiting, trade_id, reason)
        if trade_id in self._closing:
            self._closing[trade_id].append(job)
            return
        self._closing[trade_id] = [job]
        self._spawner.spawn(f"close {trade_id}", self._drain_closes(trade_id))

    def void_all(self, reason: str, concerns: Concerns) -> None:
        """Drop every job that has not begun and is concerned; each one's flow ends with `reason`."""
        for lanes in (self._waiting, self._closing):
            for trade_id in list(lanes):
                self._void_in(lanes, trade_id, reason, concerns)

    def is_busy(self, trade_id: TradeId) -> bool:
        """Tell whether a job of this trade runs or waits."""
        return trade_id in self._waiting or trade_id in self._working or trade_id in self._closing

    def __len__(self) -> int:
        return len({*self._waiting, *self._working, *self._closing})

    def _void_in(
        self,
        lanes: dict[TradeId, list[Job]],
        trade_id: TradeId,
        reason: str,
        concerns: Concerns = lambda _: True,
    ) -> None:
        queue = lanes.get(trade_id, [])
        voided = [job for job in queue if concerns(job)]
        queue[:] = [job for job in queue if job not in voided]
        if not queue and lanes is self._waiting:
            lanes.pop(trade_id, None)
        for job in voided:
            self._void(job, reason)

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
