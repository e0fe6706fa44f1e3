"""Ask with the exact effect, and a field or two where something is to be typed."""

from collections.abc import Awaitable, Callable, Mapping

from desk.ui.actions.action import Situation, Stage
from desk.ui.screens.proposal import ProposalScreen
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.proposal import Proposal
from desk.ui.viewmodels.subject import Subject, SubjectKind
from desk.ui.widgets.question_lines import Field

Run = Callable[[Stage, Situation], Awaitable[None]]


async def ask(stage: Stage, title: str, doing: str, propose: Callable[[Frame], Proposal]) -> None:
    """Ask yes or no."""

    def answer(frame: Frame, _: Mapping[str, str]) -> Proposal:
        return propose(frame)

    await stage.ask(ProposalScreen(stage, title, doing, answer))


async def ask_value(
    stage: Stage, title: str, doing: str, field: Field, propose: Callable[[Frame, str], Proposal]
) -> None:
    """Ask for one value."""

    def answer(frame: Frame, typed: Mapping[str, str]) -> Proposal:
        return propose(frame, typed[field.name])

    await stage.ask(ProposalScreen(stage, title, doing, answer, (field,)))


def subject_of(situation: Situation, *kinds: SubjectKind) -> Subject | None:
    """Return what the cursor is on where it is one of `kinds`."""
    subject = situation.subject
    return subject if subject is not None and subject.kind in kinds else None


def is_on(*kinds: SubjectKind) -> Callable[[Situation], bool]:
    """Return whether the cursor is on one of `kinds`."""
    return lambda situation: subject_of(situation, *kinds) is not None
