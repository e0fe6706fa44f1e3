"""Ask why: of whatever the cursor is on."""

from desk.ui.actions.action import Action, Group, Situation, Stage
from desk.ui.screens.why import WhyScreen
from desk.ui.viewmodels.subject import SubjectKind

_ASKED = frozenset(
    {
        SubjectKind.POSITION,
        SubjectKind.ORDER,
        SubjectKind.DIRECTIVE,
        SubjectKind.TERMINATION,
        SubjectKind.CLOSED_TRADE,
        SubjectKind.ALARM,
        SubjectKind.LOG,
    }
)


def _has_causes(situation: Situation) -> bool:
    subject = situation.subject
    return subject is not None and subject.kind in _ASKED and bool(subject.id)


async def _ask_why(stage: Stage, situation: Situation) -> None:
    if situation.subject is not None:
        stage.open_screen(WhyScreen(stage.client, situation.subject.id, situation.frame.writing))


ACTIONS = (
    Action(
        id="why.open",
        group=Group.VIEW,
        title="why",
        tooltip="The causes of what the cursor is on, from its tick to its end",
        keys="enter",
        run=_ask_why,
        applies=_has_causes,
        hint="why",
    ),
)
