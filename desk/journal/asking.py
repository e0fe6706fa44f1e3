"""Ask a journal that is being written: over its own connection, in steps between which it goes on writing."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from desk.contracts.why import CauseTree, Refusal
from desk.journal.reader import JournalReader, Steps
from desk.journal.refusals import searching
from desk.journal.trace import TreeBounds, tracing

Answer = TypeVar("Answer")

Question = Callable[[JournalReader], Steps[Answer]]
"""What is asked of a reader; it is answered in steps."""

_BOUNDS = TreeBounds(nodes=400, facts=40)
_REFUSALS = 500


class AskedStore(Protocol):
    """The store as those who ask see it."""

    async def ask(self, question: Question[Answer]) -> Answer:
        """Answer from all that is recorded by now; raises StoreFailed where the journal is closed."""
        ...


class JournalQuestions:
    """Answer why and why not on a living desk, within bounds that no screen chokes on."""

    def __init__(self, store: AskedStore) -> None:
        self._store = store

    async def ask(self, question: Question[Answer]) -> Answer:
        """Answer any question; raises StoreFailed where the journal is closed."""
        return await self._store.ask(question)

    async def why(self, subject_id: str) -> CauseTree:
        """Return the cause tree of any id; raises InputRefused where the journal does not know it."""
        return await self._store.ask(lambda journal: tracing(journal, subject_id, _BOUNDS))

    async def why_not(self, subject_id: str | None = None) -> Sequence[Refusal]:
        """Return what came to nothing, newest last: the newest 500, or what is about one thing."""
        return await self._store.ask(lambda journal: searching(journal, subject_id, _REFUSALS))
