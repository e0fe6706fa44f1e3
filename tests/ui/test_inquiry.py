"""Questions are asked one at a time and no oftener than they are due, and their last answer is kept."""

import asyncio
from dataclasses import dataclass, field

import pytest

from desk.contracts.ports.client import DeskUnreachable
from desk.ui.inquiry import Inquiry


@dataclass
class Oracle:
    """Answers each question with itself, once it may."""

    now_ms: int = 0
    error: Exception | None = None
    gate: asyncio.Event | None = None
    asked: list[str] = field(default_factory=list)
    drawn: int = 0

    async def ask(self, question: str) -> str:
        self.asked.append(question)
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        return f"{question}!"

    def on_answer(self) -> None:
        self.drawn += 1

    def inquiry(self) -> Inquiry[str, str]:
        return Inquiry(self.ask, self.on_answer, every_ms=1000, now_ms=lambda: self.now_ms)


async def put(inquiry: Inquiry[str, str], question: str) -> bool:
    begins = inquiry.begins(question)
    if begins:
        await inquiry.ask(question)
    return begins


async def test_the_same_question_is_asked_again_when_it_is_due() -> None:
    oracle = Oracle()
    inquiry = oracle.inquiry()
    assert await put(inquiry, "a")
    oracle.now_ms = 999
    assert not await put(inquiry, "a")
    oracle.now_ms = 1000
    assert await put(inquiry, "a")
    assert (inquiry.answer, inquiry.question, oracle.drawn) == ("a!", "a", 2)


async def test_a_new_question_is_asked_at_once() -> None:
    inquiry = Oracle().inquiry()
    await put(inquiry, "a")
    assert await put(inquiry, "b")
    assert inquiry.answer == "b!"


async def test_nothing_is_asked_beside_an_open_question() -> None:
    oracle = Oracle(gate=asyncio.Event())
    inquiry = oracle.inquiry()
    assert inquiry.begins("a")
    assert not inquiry.begins("b")
    assert oracle.gate is not None
    oracle.gate.set()
    await inquiry.ask("a")
    assert inquiry.begins("b")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (DeskUnreachable("the socket is gone"), "the socket is gone"),
        (DeskUnreachable(), "the desk does not answer"),
        (KeyError("x"), "the answer cannot be read (KeyError)"),
    ],
)
async def test_a_failure_keeps_the_last_answer_and_is_told(error: Exception, told: str) -> None:
    oracle = Oracle()
    inquiry = oracle.inquiry()
    await put(inquiry, "a")
    oracle.error, oracle.now_ms = error, 5000
    await put(inquiry, "a")
    assert (inquiry.answer, inquiry.failure, inquiry.old_ms) == ("a!", told, 5000)
    oracle.error, oracle.now_ms = None, 6000
    await put(inquiry, "a")
    assert (inquiry.failure, inquiry.old_ms) == ("", 0)
