"""How the two ends of the control socket talk: lines of JSON, each of bounded length."""

import asyncio
import re
from dataclasses import dataclass
from enum import StrEnum

from pydantic import TypeAdapter
from pydantic_core import from_json

from desk.contracts.ports.client import DeskUnreachable
from desk.contracts.problems import DeskError, InputRefused, Problem, RefusedByState
from desk.contracts.states import TradingMode
from desk.control.codec import Codec, NotUnderstood

PROTOCOL = 1
"""Raised by one with every change that an older end would misread."""

MOST_REQUEST_BYTES = 65_536
MOST_ANSWER_BYTES = 16_777_216


class Misbehaved(Exception):
    """The other end does not keep to the protocol."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """Say which desk listens: the first line it sends."""

    desk_control: int
    desk_id: str
    pid: int
    mode: TradingMode


@dataclass(frozen=True, slots=True)
class ClientGreeting:
    """Say which protocol a client speaks: the first line it sends."""

    desk_control: int


class FailureKind(StrEnum):
    """Which error a refusal becomes at the client."""

    INPUT = "input"
    STATE = "state"
    UNREACHABLE = "unreachable"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Failure:
    """Carry an error to the client."""

    kind: FailureKind
    text: str
    problems: tuple[Problem, ...] = ()

    @classmethod
    def of(cls, error: DeskError | NotUnderstood) -> "Failure":
        """Tell an error of the desk in a form that travels."""
        match error:
            case InputRefused():
                return cls(FailureKind.INPUT, str(error), error.problems)
            case RefusedByState():
                return cls(FailureKind.STATE, str(error))
            case DeskUnreachable():
                return cls(FailureKind.UNREACHABLE, str(error))
            case _:
                return cls(FailureKind.FAILED, str(error))

    def error(self) -> DeskError:
        """Return the error as it was at the desk."""
        match self.kind:
            case FailureKind.INPUT:
                return InputRefused(*self.problems)
            case FailureKind.STATE:
                return RefusedByState(self.text)
            case FailureKind.UNREACHABLE:
                return DeskUnreachable(self.text)
            case FailureKind.FAILED:
                return DeskError(self.text)


GREETING: Codec[Greeting] = Codec(lambda: TypeAdapter(Greeting))
CLIENT_GREETING: Codec[ClientGreeting] = Codec(lambda: TypeAdapter(ClientGreeting))
FAILURE: Codec[Failure] = Codec(lambda: TypeAdapter(Failure))


@dataclass(frozen=True, slots=True)
class Request:
    """Hold one question: `number` is the client's, given back with the answer."""

    number: int
    name: str
    given: object


def request_line(number: int, name: str, given: bytes) -> bytes:
    """Write a question; `given` is JSON."""
    return b'{"id":%d,"ask":"%s","with":%s}\n' % (number, name.encode(), given)


def answer_line(number: int, answer: bytes) -> bytes:
    """Write an answer; `answer` is JSON."""
    return b'{"id":%d,"answer":%s}\n' % (number, answer)


_ANSWER = re.compile(rb'\{"id":(\d{1,18}),"answer":')


def answer_of(line: bytes) -> tuple[int, bytes] | None:
    """Return number and JSON of an answer as `answer_line` wrote it, unread; None for what else was said."""
    found = _ANSWER.match(line)
    return None if found is None else (int(found.group(1)), line[found.end() : -2])


def refusal_line(number: int | None, failure: Failure) -> bytes:
    """Write a refusal; without a number it is about the connection itself."""
    shown = b"null" if number is None else b"%d" % number
    return b'{"id":%s,"refused":%s}\n' % (shown, FAILURE.to_json(failure))


def request_of(line: bytes) -> Request:
    """Read a question; raises Misbehaved."""
    said = parsed(line)
    if said.keys() != {"id", "ask", "with"}:
        raise Misbehaved("a request has id, ask and with")
    number, name = said["id"], said["ask"]
    if type(number) is not int or not isinstance(name, str):
        raise Misbehaved("the id of a request is a whole number, and what it asks a word")
    return Request(number, name, said["with"])


def parsed(line: bytes) -> dict[str, object]:
    """Read one line as a JSON object; raises Misbehaved."""
    try:
        said = from_json(line)
    except ValueError as error:
        raise Misbehaved(f"what was said is no JSON: {error}") from error
    if not isinstance(said, dict):
        raise Misbehaved("what was said is no JSON object")
    return said


async def next_line(reader: asyncio.StreamReader, most_bytes: int) -> bytes | None:
    """Return the next line, None at the end; raises Misbehaved where it is cut short or too long."""
    try:
        return await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise Misbehaved("the connection ended within a line") from error
        return None
    except asyncio.LimitOverrunError as error:
        raise Misbehaved(f"a line is longer than {most_bytes} bytes") from error
