"""Pausing and resuming workers."""

from desk.contracts.snapshot import WorkerRow
from desk.contracts.states import WorkerStatus
from desk.ui.actions.action import Action, Group, Situation, Stage
from desk.ui.actions.asking import Run, ask, subject_of
from desk.ui.viewmodels.confirmations import worker_proposal
from desk.ui.viewmodels.subject import SubjectKind


def _worker(situation: Situation) -> WorkerRow | None:
    subject = subject_of(situation, SubjectKind.WORKER)
    if subject is None:
        return None
    rows = situation.frame.snapshot.workers
    named = (one for one in rows if one.name == subject.id)
    return next((one for one in named if subject.strategy_id in (None, one.strategy_id)), None)


def _can_pause(situation: Situation) -> bool:
    worker = _worker(situation)
    return worker is not None and worker.status is WorkerStatus.RUNNING


def _can_resume(situation: Situation) -> bool:
    worker = _worker(situation)
    return worker is not None and worker.status is not WorkerStatus.RUNNING


def _ask(title: str, word: str, *, pause: bool) -> Run:
    async def run(stage: Stage, situation: Situation) -> None:
        worker = _worker(situation)
        if worker is not None:
            name, strategy = worker.name, worker.strategy_id
            await ask(
                stage,
                title,
                f"{word} {name}",
                lambda frame: worker_proposal(frame, name, strategy, pause=pause),
            )

    return run


ACTIONS = (
    Action(
        id="workers.pause",
        group=Group.WORKERS,
        title="pause",
        tooltip="Stop calling this worker until it is resumed",
        keys="p",
        run=_ask("PAUSE WORKER", "pausing", pause=True),
        applies=_can_pause,
        acts=True,
        asks=True,
        hint="pause",
    ),
    Action(
        id="workers.resume",
        group=Group.WORKERS,
        title="resume",
        tooltip="Call this worker again, its errors forgiven",
        keys="r",
        run=_ask("RESUME WORKER", "resuming", pause=False),
        applies=_can_resume,
        acts=True,
        asks=True,
        hint="resume",
    ),
)
