"""One lane per trade: what concerns one trade happens in order, and the way out goes first."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

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


@dataclass(slots=True)
class _Lane:
    queue: list[Job] = field(default_factory=list)


class Lanes:
    """Run jobs, one at a time per trade; lanes of different trades run side by side."""

    def __init__(
        self,
        spawner: Spawner,
        run: Callable[[Job], Coroutine[object, object, None]],
        void: Callable[[Job, str], None],
    ) -> None:
        self._spawner = spawner
        self._run = run
        self._void = void
        self._lanes: dict[TradeId, _Lane] = {}

    def submit(self, job: Job) -> None:
        """Queue a job in its trade's lane; a CLOSE voids what waits there and wants less."""
        trade_id = job.target.trade_id
        lane = self._lanes.get(trade_id)
        if lane is None:
            self._lanes[trade_id] = _Lane([job])
            self._spawner.spawn(f"lane {trade_id}", self._drain(trade_id))
            return
        if job.rank == _RANK[DirectiveScope.CLOSE_EXISTING]:
            self._void_queue(lane, f"superseded by {job.directive.directive_id}, which closes the trade")
        lane.queue.append(job)
        lane.queue.sort(key=lambda waiting: waiting.rank)

    def void_all(self, reason: str) -> None:
        """Drop every job that has not begun; each one's flow ends with `reason`."""
        for lane in list(self._lanes.values()):
            self._void_queue(lane, reason, closes_too=True)

    def is_busy(self, trade_id: TradeId) -> bool:
        """Tell whether a job of this trade runs or waits."""
        return trade_id in self._lanes

    def __len__(self) -> int:
        return len(self._lanes)

    def _void_queue(self, lane: _Lane, reason: str, *, closes_too: bool = False) -> None:
        kept = [job for job in lane.queue if job.rank == 0 and not closes_too]
        voided = [job for job in lane.queue if job not in kept]
        lane.queue[:] = kept
        for job in voided:
            self._void(job, reason)

    async def _drain(self, trade_id: TradeId) -> None:
        lane = self._lanes[trade_id]
        try:
            while lane.queue:
                await self._run(lane.queue.pop(0))
        finally:
            del self._lanes[trade_id]
