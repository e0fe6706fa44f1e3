"""What can be asked over the socket: each question's name, what it takes and what answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import TypeAdapter

from desk.contracts.commands import CommandOutcome, OpenTrade
from desk.contracts.history import ChartView, History
from desk.contracts.snapshot import Snapshot
from desk.contracts.ticket import TradePreview
from desk.contracts.why import CauseTree, Refusal
from desk.control.codec import Codec, CommandCodec, WideCodec

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


@dataclass(frozen=True, slots=True)
class Question(Generic[Asked, Answered]):
    """Tie a name to what is sent with it and to what comes back."""

    name: str
    asked: Codec[Asked]
    answered: Codec[Answered]


@dataclass(frozen=True, slots=True)
class ChartAsked:
    """Ask for the bars of a symbol."""

    symbol: str
    interval_ms: int
    count: int


@dataclass(frozen=True, slots=True)
class SubjectAsked:
    """Ask about one id."""

    subject_id: str


@dataclass(frozen=True, slots=True)
class AnySubjectAsked:
    """Ask about one id, or about all of them."""

    subject_id: str | None


SNAPSHOT = Question("snapshot", Codec(lambda: TypeAdapter(None)), WideCodec(Snapshot))
EXECUTE = Question("execute", CommandCodec(), Codec(lambda: TypeAdapter(CommandOutcome)))
PREVIEW = Question("preview", Codec(lambda: TypeAdapter(OpenTrade)), Codec(lambda: TypeAdapter(TradePreview)))
CHART = Question("chart", Codec(lambda: TypeAdapter(ChartAsked)), Codec(lambda: TypeAdapter(ChartView)))
HISTORY = Question("history", Codec(lambda: TypeAdapter(None)), Codec(lambda: TypeAdapter(History)))
WHY = Question("why", Codec(lambda: TypeAdapter(SubjectAsked)), Codec(lambda: TypeAdapter(CauseTree)))
WHY_NOT = Question(
    "why_not", Codec(lambda: TypeAdapter(AnySubjectAsked)), Codec(lambda: TypeAdapter(Sequence[Refusal]))
)
