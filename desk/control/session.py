"""One client at the desk's door: what it asks is answered, and what it does badly ends it, not the desk."""

import asyncio
from collections.abc import Callable
from contextlib import nullcontext

from desk.contracts.ports.time import Spawner
from desk.contracts.problems import DeskError
from desk.control.codec import NotUnderstood
from desk.control.door import Door
from desk.control.protocol import (
    CLIENT_GREETING,
    GREETING,
    MOST_ANSWER_BYTES,
    MOST_REQUEST_BYTES,
    PROTOCOL,
    Failure,
    FailureKind,
    Greeting,
    Misbehaved,
    Request,
    answer_line,
    next_line,
    parsed,
    refusal_line,
    request_of,
)
from desk.control.questions import EXECUTE

GREETS_WITHIN_S = 5
SILENT_FOR_S = 120
"""A client that says nothing for this long is cut off; it may connect again."""

TAKES_WITHIN_S = 5
"""A client that does not take an answer within this time is cut off."""

MOST_IN_FLIGHT = 8
"""More questions of one client wait for their turn; a command waits for none of them."""

MOST_HEARD = 64
"""More than these wait in the client's socket, unread."""

OnFailure = Callable[[str, Exception], None]


class ClientSession:
    """Talk with one client until it goes, falls silent or misbehaves."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        door: Door,
        spawner: Spawner,
        on_failure: OnFailure,
    ) -> None:
        """`on_failure` is told of what should not happen: the question's name and the error."""
        self._reader = reader
        self._writer = writer
        self._door = door
        self._spawner = spawner
        self._on_failure = on_failure
        self._in_flight = asyncio.Semaphore(MOST_IN_FLIGHT)
        self._heard_of = asyncio.Semaphore(MOST_HEARD)
        self._one_at_a_time = asyncio.Lock()
        self.heard_at_s = asyncio.get_running_loop().time()

    async def serve(self, greeting: Greeting) -> None:
        """Greet, then answer; returns when the connection is over."""
        try:
            await self._greet(greeting)
            while not self._writer.is_closing() and (line := await self._heard(SILENT_FOR_S)) is not None:
                request = request_of(line)
                await self._heard_of.acquire()
                self._spawner.spawn("control request", self._answer(request))
        except Misbehaved as fault:
            await self.end(f"{fault}; the connection is closed")
        except OSError:
            pass  # gone, or silent for too long: nobody is there to be told
        finally:
            await self._let_go()

    async def turn_away(self, why: str) -> None:
        """Say why this client is not served."""
        await self.end(why)
        await self._let_go()

    async def end(self, why: str) -> None:
        """Say why it is over; `serve` returns."""
        await self._say(refusal_line(None, Failure(FailureKind.UNREACHABLE, why)))
        self.cut()

    def cut(self) -> None:
        """Say nothing more; what was said goes out as far as the client takes it. `serve` returns."""
        self._writer.close()
        self._reader.feed_eof()

    async def _let_go(self) -> None:
        self._writer.close()
        try:
            async with asyncio.timeout(TAKES_WITHIN_S):
                await self._writer.wait_closed()
        except OSError:
            self._writer.transport.abort()

    async def _greet(self, greeting: Greeting) -> None:
        await self._say(GREETING.to_json(greeting) + b"\n")
        line = await self._heard(GREETS_WITHIN_S)
        if line is None:
            raise ConnectionResetError
        try:
            spoken = CLIENT_GREETING.read(parsed(line)).desk_control
        except NotUnderstood as fault:
            raise Misbehaved(f"this is no greeting: {fault}") from fault
        if spoken != PROTOCOL:
            raise Misbehaved(f"this desk speaks protocol {PROTOCOL}, the client {spoken}")

    async def _heard(self, within_s: int) -> bytes | None:
        async with asyncio.timeout(within_s):
            line = await next_line(self._reader, MOST_REQUEST_BYTES)
        self.heard_at_s = asyncio.get_running_loop().time()
        return line

    async def _answer(self, request: Request) -> None:
        turn = nullcontext() if request.name == EXECUTE.name else self._in_flight
        try:
            async with turn:
                await self._say(await self._answered(request))
        finally:
            self._heard_of.release()

    async def _answered(self, request: Request) -> bytes:
        number, answerer = request.number, self._door.get(request.name)
        if answerer is None:
            text = f"this desk cannot be asked for {request.name!r}"
            return refusal_line(number, Failure(FailureKind.FAILED, text))
        try:
            line = answer_line(number, await answerer(request.given))
        except (DeskError, NotUnderstood) as error:
            return refusal_line(number, Failure.of(error))
        except Exception as error:  # noqa: BLE001 - the task's boundary: told to client and desk
            self._on_failure(request.name, error)
            text = f"{request.name} failed: {type(error).__name__}: {error}"
            return refusal_line(number, Failure(FailureKind.FAILED, text))
        if len(line) > MOST_ANSWER_BYTES:
            text = f"the answer has {len(line)} bytes, at most {MOST_ANSWER_BYTES} are sent"
            return refusal_line(number, Failure(FailureKind.FAILED, text))
        return line

    async def _say(self, line: bytes) -> None:
        """Send a line; a client that does not take it is cut off, and the core does not wait for it."""
        async with self._one_at_a_time:
            if self._writer.is_closing():
                return
            try:
                self._writer.write(line)
                async with asyncio.timeout(TAKES_WITHIN_S):
                    await self._writer.drain()
            except OSError:
                self._writer.transport.abort()
