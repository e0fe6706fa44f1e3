"""Running scheduled operations by hand."""

from desk.ui.actions.action import Action, Group, Situation, Stage
from desk.ui.actions.asking import ask, is_on, subject_of
from desk.ui.viewmodels.confirmations import run_schedule_proposal
from desk.ui.viewmodels.subject import SubjectKind


async def _run_now(stage: Stage, situation: Situation) -> None:
    subject = subject_of(situation, SubjectKind.SCHEDULE)
    if subject is not None:
        name = subject.id
        await ask(
            stage, "RUN SCHEDULE NOW", f"running {name}", lambda frame: run_schedule_proposal(frame, name)
        )


ACTIONS = (
    Action(
        id="schedules.run_now",
        group=Group.WORKERS,
        title="run now",
        tooltip="Run this schedule for the period that is due; what is done is not done twice",
        keys="r",
        run=_run_now,
        applies=is_on(SubjectKind.SCHEDULE),
        acts=True,
        asks=True,
        hint="run now",
    ),
)
