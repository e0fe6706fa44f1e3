"""Tick to bytes on the wire through ccxt, split into what is ours, ccxt's, aiohttp's and the loop's."""

import asyncio
import time
from asyncio import selector_events
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, TypeVar
from unittest.mock import patch

from benchmarks.exchange import account_at, started_exchange
from benchmarks.fixtures import SYMBOL, configuration
from benchmarks.living import Sent, living
from benchmarks.measuring import Figure, p50_and_p99, tell
from connectors.ccxt.dispatch import Dispatch
from connectors.ccxt.pacer import Pacer

_ORDERS = 200
_WARM_UP = 40
_APART_S = 0.04
"""Each order is followed by a second request: faster ones would wait for the venue's budget by address."""

_PRICE = 50_000
_BODY = b"orderLinkId"
_NS = 1000

_IS_ORDER: ContextVar[bool] = ContextVar("bench-order", default=False)
"""Whether ccxt is at work on an order: reads and streams go the same way."""

P = ParamSpec("P")
R = TypeVar("R")


def measure(folder: Path) -> list[Figure]:
    """Send orders one at a time to the local exchange, and note when each passes from hand to hand."""
    tell(f"tick to bytes on the wire through ccxt, {_ORDERS} orders")
    state = folder / "wire"
    with started_exchange(state, (SYMBOL,), price=_PRICE, wanders=False) as exchange:
        parts = asyncio.run(_measure(folder, state, exchange.base_url))
    return _figures(parts[_WARM_UP:])


@dataclass(frozen=True, slots=True)
class _Parts:
    """Hold where one order spent its time, in microseconds."""

    chain: float
    ours: float
    ccxt: float
    aiohttp: float
    loop: float

    @property
    def total(self) -> float:
        """From the tick to the socket."""
        return self.chain + self.ours + self.ccxt + self.aiohttp + self.loop


@dataclass
class _Marks:
    """Note the first time that each place is passed after a tick, in nanoseconds."""

    at_ns: dict[str, int] = field(default_factory=dict)

    def clear(self) -> None:
        """Forget: the order reaches the connector now."""
        self.at_ns.clear()

    def note(self, place: str) -> None:
        """Pass a place."""
        self.at_ns.setdefault(place, time.perf_counter_ns())

    def between(self, first: str, second: str) -> float:
        """Return the microseconds from one place to the next."""
        return (self.at_ns[second] - self.at_ns[first]) / _NS

    def parts(self, sent: Sent) -> _Parts:
        """Split the way of one order."""
        to_task = (self.at_ns["task asked"] - sent.reached_ns) / _NS
        budget = self.between("budget asked", "budget given")
        turns = self.between("task asked", "task begun"), self.between("writer asked", "writer begun")
        return _Parts(
            chain=sent.microseconds,
            ours=to_task + self.between("task begun", "ccxt called") + budget,
            ccxt=self.between("ccxt called", "aiohttp called") - budget,
            aiohttp=self.between("aiohttp called", "bytes written") - turns[1],
            loop=sum(turns),
        )


async def _measure(folder: Path, state: Path, base_url: str) -> list[_Parts]:
    marks, parts = _Marks(), []
    connected = living(configuration(folder), state, account_at(base_url), marks.clear)
    with _marked(marks):
        async with connected as desk:
            for number in range(_ORDERS):
                parts.append(marks.parts(await desk.order(number)))
                await asyncio.sleep(_APART_S)
    return parts


@contextmanager
def _marked(marks: _Marks) -> Iterator[None]:
    """Let every hand on the way note that an order is passed to it.

    It reaches into the private parts of libraries: where a new version has moved them, no figure comes out.
    """
    import aiohttp  # noqa: PLC0415 - it is ccxt's, and slow to import
    import ccxt.async_support  # noqa: PLC0415 - as above
    from aiohttp.client_reqrep import ClientRequest  # noqa: PLC0415 - as above

    bybit, session = ccxt.async_support.bybit, aiohttp.ClientSession
    transport = selector_events._SelectorSocketTransport  # type: ignore[attr-defined]  # noqa: SLF001
    hands = [
        (Dispatch, "_to_its_end", _task(marks, "task", Dispatch._to_its_end, lambda: True)),  # noqa: SLF001
        (bybit, "create_order", _created(marks, bybit.create_order)),
        (Pacer, "admit", _passed(marks, "budget asked", Pacer.admit, "budget given")),
        (session, "_request", _passed(marks, "aiohttp called", session._request)),  # noqa: SLF001
        (ClientRequest, "write_bytes", _task(marks, "writer", ClientRequest.write_bytes, _IS_ORDER.get)),
        *(
            (transport, name, _written(marks, vars(transport)[name]))
            for name in ("write", "writelines")
            if name in vars(transport)
        ),
    ]
    with ExitStack() as patches:
        for owner, name, wrapped in hands:
            patches.enter_context(patch.object(owner, name, wrapped))
        yield


def _created(marks: _Marks, create: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Note when ccxt is called; what it causes in turn is part of the order's way."""

    async def wrapped(*given: P.args, **named: P.kwargs) -> R:
        marks.note("ccxt called")
        token = _IS_ORDER.set(True)
        try:
            return await create(*given, **named)
        finally:
            _IS_ORDER.reset(token)

    return wrapped


def _passed(
    marks: _Marks, before: str, work: Callable[P, Awaitable[R]], after: str = ""
) -> Callable[P, Awaitable[R]]:
    async def wrapped(*given: P.args, **named: P.kwargs) -> R:
        if not _IS_ORDER.get():
            return await work(*given, **named)
        marks.note(before)
        done = await work(*given, **named)
        if after:
            marks.note(after)
        return done

    return wrapped


def _task(
    marks: _Marks, what: str, work: Callable[P, Awaitable[R]], is_meant: Callable[[], bool]
) -> Callable[P, Awaitable[R]]:
    """Note when a task is asked for, and when the loop gets round to it."""

    def wrapped(*given: P.args, **named: P.kwargs) -> Awaitable[R]:
        if not is_meant():
            return work(*given, **named)
        marks.note(f"{what} asked")

        async def begun() -> R:
            marks.note(f"{what} begun")
            return await work(*given, **named)

        return begun()

    return wrapped


def _written(marks: _Marks, write: Callable[[object, object], None]) -> Callable[[object, object], None]:
    """Note when the order was handed to the socket, its body with its head."""

    def wrapped(transport: object, data: object) -> None:
        write(transport, data)
        if _IS_ORDER.get() and _BODY in _joined(data):
            marks.note("bytes written")

    return wrapped


def _joined(data: object) -> bytes:
    """Return what a transport was given, one piece or many, as one."""
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data)
    return b"".join(data) if isinstance(data, Iterable) else b""


def _figures(parts: list[_Parts]) -> list[Figure]:
    def figure(what: str, of: Callable[[_Parts], float], beside: str) -> Figure:
        return Figure(f"{what}: p50 / p99", p50_and_p99([of(one) for one in parts]), beside)

    return [
        figure("tick → order's bytes on the wire, through ccxt", lambda one: one.total, "µs"),
        figure("of it the desk: tick → connector, intent durable", lambda one: one.chain, "µs"),
        figure("of it our connector: checks, request budget", lambda one: one.ours, "µs"),
        figure("of it ccxt: the request built and signed", lambda one: one.ccxt, "µs; our guard within"),
        figure("of it aiohttp", lambda one: one.aiohttp, "µs"),
        figure("of it the loop: until a task's turn came, twice", lambda one: one.loop, "µs"),
    ]
