"""One connection to a desk: questions out, answers in as they come, several at once."""

import asyncio
from contextlib import suppress
from typing import TypeVar

from desk.contracts.ports.client import DeskUnreachable
from desk.contracts.ports.time import Spawner
from desk.control.codec import NotUnderstood
from desk.control.place import SocketPlace
from desk.control.protocol import (
    CLIENT_GREETING,
    FAILURE,
    GREETING,
    MOST_ANSWER_BYTES,
    MOST_REQUEST_BYTES,
    PROTOCOL,
    ClientGreeting,
    Greeting,
    Misbehaved,
    answer_of,
    next_line,
    parsed,
    request_line,
)
from desk.control.questions import Question

GREETS_WITHIN_S = 3

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


class Link:
    """Hold a connection until one of its ends lets it go."""

    def __init__(
        self, place: SocketPlace, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, to: Greeting
    ) -> None:
        self.greeting = to
        self._place = place
        self._reader = reader
        self._writer = writer
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._asked = 0
        self._why_ended = "the connection was closed"
        self.is_open = True

    @classmethod
    async def to(cls, place: SocketPlace, spawner: Spawner) -> "Link":
        """Connect and greet; raises DeskUnreachable with the reason."""
        caller = place.connected()
        reader, writer = await asyncio.open_unix_connection(sock=caller, limit=MOST_ANSWER_BYTES)
        try:
            async with asyncio.timeout(GREETS_WITHIN_S):
                greeting = _greeting(await next_line(reader, MOST_ANSWER_BYTES))
                mine = ClientGreeting(PROTOCOL)
                writer.write(CLIENT_GREETING.to_json(mine) + b"\n")
                await writer.drain()
        except TimeoutError:
            await _closed(writer)
            raise DeskUnreachable(f"{place.path}: who listens does not greet: the desk hangs") from None
        except (OSError, Misbehaved, DeskUnreachable) as error:
            await _closed(writer)
            raise DeskUnreachable(f"{place.path}: {error}") from error
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        link = cls(place, reader, writer, greeting)
        spawner.spawn("control link", link._listen())
        return link

    async def ask(self, question: Question[Asked, Answered], given: Asked, within_s: float) -> Answered:
        """Ask and wait; raises DeskUnreachable, or what the desk raised."""
        if not self.is_open:
            raise self._lost()
        self._asked += 1
        number = self._asked
        line = request_line(number, question.name, question.asked.to_json(given))
        if len(line) > MOST_REQUEST_BYTES:
            raise DeskUnreachable(f"{question.name} has {len(line)} bytes, at most {MOST_REQUEST_BYTES}")
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(within_s):
                self._writer.write(line)
                return question.answered.read_json(await answer)
        except TimeoutError:
            message = f"{self._place.path}: the desk did not answer {question.name} within {within_s:g} s"
            raise DeskUnreachable(message) from None
        except NotUnderstood as fault:
            message = f"{self._place.path}: the answer to {question.name} cannot be read: {fault}"
            raise DeskUnreachable(message) from fault
        finally:
            del self._waiting[number]

    def close(self) -> None:
        """Let the connection go; who waits is told."""
        self.is_open = False
        self._writer.close()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(self._lost())

    async def _listen(self) -> None:
        try:
            while (line := await next_line(self._reader, MOST_ANSWER_BYTES)) is not None:
                self._take(line)
            self._why_ended = "the desk ended, or cut the connection"
        except (OSError, Misbehaved, NotUnderstood) as error:
            self._why_ended = f"the connection broke: {error}"
        finally:
            self.close()
            await _closed(self._writer)

    def _take(self, line: bytes) -> None:
        answered = answer_of(line)
        if answered is not None:
            waiting = self._waiting.get(answered[0])
            if waiting is not None and not waiting.done():  # else its asker has given up
                waiting.set_result(answered[1])
            return
        said = parsed(line)
        number, failure = said.get("id"), FAILURE.read(said.get("refused"))
        if number is None:
            raise Misbehaved(failure.text)
        waiting = self._waiting.get(number) if isinstance(number, int) else None
        if waiting is not None and not waiting.done():
            waiting.set_exception(failure.error())

    def _lost(self) -> DeskUnreachable:
        return DeskUnreachable(f"{self._place.path}: {self._why_ended}; look again before you ask twice")


async def _closed(writer: asyncio.StreamWriter) -> None:
    """Let a connection go at once: what was not sent is not wanted any more."""
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


def _greeting(line: bytes | None) -> Greeting:
    if line is None:
        raise DeskUnreachable("who listens says nothing: it is no desk")
    said = parsed(line)
    if "refused" in said:
        raise DeskUnreachable(FAILURE.read(said["refused"]).text)
    version = said.get("desk_control")
    if type(version) is not int:
        raise DeskUnreachable("who listens is no desk")
    if version != PROTOCOL:
        raise DeskUnreachable(
            f"the desk speaks protocol {version}, this command {PROTOCOL}: use the desk's own version"
        )
    try:
        return GREETING.read(said)
    except NotUnderstood as fault:
        raise DeskUnreachable(f"who listens is no desk: {fault}") from fault
