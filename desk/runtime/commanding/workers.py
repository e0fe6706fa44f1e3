"""Commands about workers and schedules: pause, resume, run now."""

from collections import Counter
from collections.abc import Sequence

from desk.bus.adapter import EventAdapter
from desk.contracts import events
from desk.contracts.commands import CommandOutcome, PauseWorker, ResumeWorker, RunSchedule
from desk.contracts.directives import StrategyDirective
from desk.contracts.events import PeriodSkipped
from desk.contracts.ids import ManualId
from desk.contracts.records import EntryKind, JournalEntry, WorkerStatusChanged
from desk.contracts.states import WorkerStatus
from desk.runtime.commanding.answering import Answers, CommandRefused
from desk.runtime.commanding.checking import named, reason_of
from desk.runtime.commanding.following import FlowFollower
from desk.runtime.commanding.parts import CommandParts

_SUBSCRIBER = "platform.commands"


class WorkerCommands:
    """Pause and resume workers by name, and fire schedules."""

    def __init__(self, parts: CommandParts, answers: Answers, follower: FlowFollower) -> None:
        self._parts = parts
        self._answers = answers
        self._follower = follower
        self._adapters = _by_name(parts.adapters)
        self._issued: list[StrategyDirective] | None = None
        self._skipped: list[str] = []
        parts.bus.subscribe(events.STRATEGY_DIRECTIVE_ISSUED, self._on_directive, subscriber=_SUBSCRIBER)
        parts.bus.subscribe(events.PERIOD_SKIPPED, self._on_skipped, subscriber=_SUBSCRIBER)

    def _on_directive(self, directive: StrategyDirective) -> None:
        if self._issued is not None:
            self._issued.append(directive)

    def _on_skipped(self, skipped: PeriodSkipped) -> None:
        if self._issued is not None:
            self._skipped.append(f"{skipped.worker} let it pass: {skipped.reason}")

    def pause(self, command: PauseWorker, manual_id: ManualId) -> CommandOutcome:
        """Stop calling a worker."""
        adapter = self._adapter(command.worker)
        reason = reason_of(command.reason, "paused by the operator")
        if not adapter.pause(reason):
            raise CommandRefused(f"{command.worker} is never paused: it is the platform's own way out")
        return self._changed(adapter, reason, manual_id)

    def resume(self, command: ResumeWorker, manual_id: ManualId) -> CommandOutcome:
        """Call a worker again."""
        adapter = self._adapter(command.worker)
        adapter.resume()
        return self._changed(adapter, reason_of(command.reason, "resumed by the operator"), manual_id)

    def _adapter(self, worker: str) -> EventAdapter:
        adapter = self._adapters.get(worker)
        if adapter is None:
            raise CommandRefused(f"there is no worker {worker}; there are {named(sorted(self._adapters))}")
        return adapter

    def _changed(self, adapter: EventAdapter, reason: str, manual_id: ManualId) -> CommandOutcome:
        record = WorkerStatusChanged(adapter.strategy_id, adapter.name, adapter.status, reason)
        self._parts.recorder.record(
            JournalEntry(
                EntryKind.WORKER_STATUS_CHANGED,
                adapter.name,
                self._parts.clock.now_ms(),
                record,
                causes=(manual_id,),
                worker=adapter.name,
            )
        )
        word = "paused" if adapter.status is WorkerStatus.PAUSED else "running"
        return self._answers.done(manual_id, f"{adapter.name} is {word}")

    async def run(self, command: RunSchedule, manual_id: ManualId) -> CommandOutcome:
        """Fire a schedule, and answer with how the flows that began by it ended."""
        scheduler = self._parts.scheduler
        names = [] if scheduler is None else [one.name for one in scheduler.schedules]
        if scheduler is None or command.schedule_name not in names:
            raise CommandRefused(f"there is no schedule {command.schedule_name}; there are {named(names)}")
        self._issued, self._skipped = [], []
        try:
            with self._parts.births.by_command(manual_id):
                fired = scheduler.run_now(command.schedule_name)
        finally:
            issued, self._issued = self._issued, None
        if fired is None:
            raise CommandRefused(
                f"the period {command.schedule_name} is in is done already: wait for the next"
            )
        if not issued:
            why = "; ".join(self._skipped) or "no worker asked for anything"
            return self._answers.done(manual_id, f"{command.schedule_name} was run: {why}")
        ends = [await self._follower.end_of(one.directive_id) for one in issued]
        told = [
            f"{one.directive_id} is under way" if end is None else end.reason
            for one, end in zip(issued, ends, strict=True)
        ]
        message = f"{command.schedule_name} was run: {'; '.join(told)}"
        return self._answers.done(manual_id, message, issued[0].directive_id)


def _by_name(adapters: Sequence[EventAdapter]) -> dict[str, EventAdapter]:
    """Name each worker by its own name where that is unique, else as strategy/worker."""
    names = Counter(adapter.name for adapter in adapters)
    return {one.name if names[one.name] == 1 else f"{one.strategy_id}/{one.name}": one for one in adapters}
