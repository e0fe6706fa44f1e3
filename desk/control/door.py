"""From a question on the socket to the desk's answer, both as JSON."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from desk.contracts.ports.client import DeskClient
from desk.control import questions
from desk.control.questions import Question

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")

Answerer = Callable[[object], Awaitable[bytes]]
"""Take parsed JSON, return JSON; raises NotUnderstood, or what the desk raises."""

Door = Mapping[str, Answerer]


def answering(
    question: Question[Asked, Answered], answer: Callable[[Asked], Awaitable[Answered]]
) -> tuple[str, Answerer]:
    """Tie a question to what answers it."""
    question.asked.prepare()
    question.answered.prepare()

    async def answerer(given: object) -> bytes:
        return await question.answered.to_json_in_steps(await answer(question.asked.read(given)))

    return question.name, answerer


def client_door(client: DeskClient) -> Door:
    """Return the answers of a desk's client port."""
    return dict(
        (
            answering(questions.SNAPSHOT, lambda _: client.snapshot()),
            answering(questions.EXECUTE, client.execute),
            answering(questions.PREVIEW, client.preview),
            answering(questions.CHART, lambda one: client.chart(one.symbol, one.interval_ms, one.count)),
            answering(questions.HISTORY, lambda _: client.history()),
            answering(questions.WHY, lambda one: client.why(one.subject_id)),
            answering(questions.WHY_NOT, lambda one: client.why_not(one.subject_id)),
        )
    )
