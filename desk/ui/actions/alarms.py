"""Saying that alarms were seen: it changes nothing but the noise, so it asks nothing."""

from desk.contracts.commands import AcknowledgeAlarm
from desk.ui.actions.action import Action, Group, Situation, Stage
from desk.ui.actions.asking import subject_of
from desk.ui.viewmodels.subject import SubjectKind


def _unseen(situation: Situation) -> frozenset[str]:
    return frozenset(one.alarm_id for one in situation.frame.snapshot.alarms if not one.is_acknowledged)


def _is_on_unseen(situation: Situation) -> bool:
    subject = subject_of(situation, SubjectKind.ALARM)
    return subject is not None and subject.id in _unseen(situation)


async def _acknowledge(stage: Stage, situation: Situation) -> None:
    subject = subject_of(situation, SubjectKind.ALARM)
    if subject is not None:
        await stage.carry_out(AcknowledgeAlarm(subject.id), "acknowledging the alarm")


async def _acknowledge_all(stage: Stage, _: Situation) -> None:
    await stage.carry_out(AcknowledgeAlarm(), "acknowledging every alarm")


ACTIONS = (
    Action(
        id="alarms.acknowledge",
        group=Group.DESK,
        title="acknowledge this alarm",
        tooltip="Say that this alarm was seen; what it is about stays as it is",
        keys="a",
        run=_acknowledge,
        applies=_is_on_unseen,
        acts=True,
        hint="seen",
    ),
    Action(
        id="alarms.acknowledge_all",
        group=Group.DESK,
        title="acknowledge every alarm",
        tooltip="Say that all alarms were seen; what they are about stays as it is",
        keys="b",
        run=_acknowledge_all,
        applies=lambda situation: bool(_unseen(situation)),
        acts=True,
        hint="all seen",
    ),
)
