"""Ask the desk something again and again while it is looked at, one question at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from desk.contracts.ports.client import DeskUnreachable
from desk.contracts.problems import DeskError
from desk.ui.poll import monotonic_ms

_GIVE_UP_S = 10.0

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Inquiry(Generic[Question, Answer]):
    """Keep the newest answer to a question; whoever draws says when, so that nobody looking costs nothing.

    `begins` tells whether to ask now, and takes the turn; `ask` asks then. `on_answer` is called after each.
    """

    def __init__(
        self,
        ask: Callable[[Question], Awaitable[Answer]],
        on_answer: Callable[[], None],
        *,
        every_ms: int = 1_000,
        now_ms: Callable[[], int] = monotonic_ms,
    ) -> None:
        self._ask = ask
        self._on_answer = on_answer
        self._every_ms = every_ms
        self._now_ms = now_ms
        self._is_asking = False
        self._asked: Question | None = None
        self._asked_at_ms = 0
        self._answered_at_ms = now_ms()
        self.question: Question | None = None
        """What `answer` answers."""
        self.answer: Answer | None = None
        self.failure = ""

    @property
    def old_ms(self) -> int:
        """How long ago the answer came."""
        return self._now_ms() - self._answered_at_ms

    def begins(self, question: Question) -> bool:
        """Tell whether to ask now: never beside another, at once what is new, else when it is due."""
        is_due = question != self._asked or self._now_ms() - self._asked_at_ms >= self._every_ms
        if self._is_asking or not is_due:
            return False
        self._is_asking, self._asked, self._asked_at_ms = True, question, self._now_ms()
        return True

    async def ask(self, question: Question) -> None:
        """Ask, and keep the answer or why there is none."""
        try:
            async with asyncio.timeout(_GIVE_UP_S):
                answer = await self._ask(question)
        except DeskUnreachable as refusal:
            self.failure = str(refusal) or "the desk does not answer"
        except TimeoutError:
            self.failure = f"no answer within {_GIVE_UP_S:.0f} s"
        except DeskError as refusal:
            self.failure = str(refusal)
        except Exception as error:  # noqa: BLE001 - a client's fault is shown beside what is known
            self.failure = f"the answer cannot be read ({type(error).__name__})"
        else:
            self.question, self.answer, self.failure = question, answer, ""
            self._answered_at_ms = self._now_ms()
        finally:
            self._is_asking = False
        self._on_answer()
