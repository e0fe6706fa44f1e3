"""The last step before the network: every request of every ccxt client passes here, paced and checked."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from connectors.ccxt.hosts import HostGuard
from connectors.ccxt.pacer import Pacer, Urgency
from desk.contracts.ports.time import Clock
from desk.contracts.problems import DeskError

_BANNED_STATUS = 418
_BUSY_STATUS = 429
_FIRST_REFUSAL = 400
_FIRST_TROUBLE = 500
_TROUBLE_MS = 2_000
"""How long a server in trouble is believed that it wants no request: no exit waits an hour for it."""

_LONGEST_BAN_MS = 3 * 24 * 3600 * 1000
_BAN_MS = 60_000
_KEY_REFUSALS = frozenset(
    ("AuthenticationError", "PermissionDenied", "AccountNotEnabled", "AccountSuspended")
)
_BREATH_MS = 1000


class Abandoned(DeskError):
    """Nobody wants the request any more: it was not sent."""


class NoAnswer(DeskError):
    """What came back was nothing a venue says: an empty body, a web page, half of an answer."""


@dataclass(slots=True)
class Call:
    """Remember of one change to an order what the wire saw: the only proof of what was sent."""

    urgency: Urgency
    has_left: bool = False
    is_abandoned: bool = False
    may_have_been_sent_twice: bool = False
    status: int | None = None
    reply: Any = None

    def leaves(self, method: str) -> None:
        """Note that bytes may leave from now on; aiohttp sends all but POST once more by itself.

        Raises Abandoned where nobody waits for the answer any more: then nothing leaves.
        """
        if self.is_abandoned:
            raise Abandoned("the caller gave up before the request could leave")
        self.has_left = True
        self.may_have_been_sent_twice = method != "POST"

    def answered(self, status: int, body: str) -> None:
        """Note what came back."""
        self.status = status
        try:
            self.reply = json.loads(body)
        except ValueError:
            self.reply = None


_CALL: ContextVar[Call | None] = ContextVar("ccxt-call", default=None)
_URGENCY: ContextVar[Urgency] = ContextVar("ccxt-urgency", default=Urgency.READ)


@contextmanager
def watched(call: Call) -> Iterator[None]:
    """Let `call` see the requests made inside."""
    token, urgency = _CALL.set(call), _URGENCY.set(call.urgency)
    try:
        yield
    finally:
        _CALL.reset(token)
        _URGENCY.reset(urgency)


@contextmanager
def unwatched() -> Iterator[None]:
    """Make reads inside a change that are no part of it, as urgent as it is."""
    token = _CALL.set(None)
    try:
        yield
    finally:
        _CALL.reset(token)


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what a venue answered to one request; the headers' names in lower case."""

    endpoint: str
    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(slots=True)
class Line:
    """What all clients of one account share."""

    clock: Clock
    pacer: Pacer
    guard: HostGuard | None = None
    on_answer: Callable[[Pacer, "Answer"], None] | None = None
    latency_ms: int | None = None
    key_refused: str | None = None

    def answered(self, answer: Answer) -> None:
        """Heed what the venue says of its budget."""
        if self.on_answer is not None:
            self.on_answer(self.pacer, answer)
        retry_after = answer.headers.get("retry-after", "")
        if retry_after.isdigit() and answer.status >= _FIRST_REFUSAL:
            is_trouble = answer.status >= _FIRST_TROUBLE
            self.pacer.bar(min(int(retry_after) * 1000, _TROUBLE_MS if is_trouble else _LONGEST_BAN_MS))
        elif answer.status == _BUSY_STATUS:
            self.pacer.bar(_BREATH_MS)
        elif answer.status == _BANNED_STATUS:
            self.pacer.bar(_BAN_MS)


class Wire:
    """Mix into a ccxt class, before it: pace, check and record each request of an instance."""

    line: Line
    headers: dict[str, Any]
    _endpoint: ContextVar[str] = ContextVar("ccxt-endpoint", default="")

    async def fetch2(self, path: str, api: Any, method: str, params: Any, config: Any) -> Any:  # noqa: ANN401 - ccxt's own signature
        """Wait for the budget before the request is signed, so that its timestamp is fresh."""
        cost = self.calculate_rate_limiter_cost(api, method, path, params, config)  # type: ignore[attr-defined]  # ccxt's
        turn = await self.line.pacer.admit(path, float(cost or 1), _URGENCY.get())
        token = self._endpoint.set(path)
        try:
            return await super().fetch2(path, api, method, params, config)  # type: ignore[misc]  # ccxt's
        finally:
            self.line.pacer.answered(turn)
            self._endpoint.reset(token)

    async def fetch(self, url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:  # noqa: ANN401 - ccxt's own signature
        """Send, unless the effective address and headers are another world's."""
        is_signed = False
        if self.line.guard is not None:
            is_signed = self.line.guard.check(url, {**(self.headers or {}), **(headers or {})}, body)
        call = _CALL.get()
        if call is not None:
            call.leaves(method)
        began_ms = self.line.clock.monotonic_ms()
        try:
            reply = await super().fetch(url, method, headers, body)  # type: ignore[misc]  # ccxt's
        except Exception as error:
            if is_signed and type(error).__name__ in _KEY_REFUSALS:
                self.line.key_refused = type(error).__name__
            raise
        finally:
            self.line.latency_ms = self.line.clock.monotonic_ms() - began_ms
        if not isinstance(reply, dict | list):
            raise NoAnswer(f"{method} {self._endpoint.get()}: the body is no JSON")
        if is_signed:
            self.line.key_refused = None
        return reply

    def on_rest_response(self, code: int, *said: Any) -> str:  # noqa: ANN401 - ccxt's own signature
        """Record status, budget and body before ccxt turns them into an exception."""
        _reason, _url, _method, headers, body, *_asked = said
        lowered = {name.lower(): str(value) for name, value in headers.items()}
        self.line.answered(Answer(self._endpoint.get(), code, lowered, body))
        call = _CALL.get()
        if call is not None:
            call.answered(code, body)
        return str(super().on_rest_response(code, *said))  # type: ignore[misc]  # ccxt's

    def get_exceptions_by_url(self, url: str, kind: str) -> Any:  # noqa: ANN401 - ccxt's own table
        """Choose Binance's error tables by path: by host, as it does itself, fails on any other host."""
        tables = getattr(self, "exceptions", {})
        named = next((name for part, name in _TABLES if part in url), None)
        return tables.get(named, {}).get(kind, {}) if named else {}


_TABLES = (
    ("/fapi/", "linear"),
    ("/dapi/", "inverse"),
    ("/eapi/", "option"),
    ("/papi/", "portfolioMargin"),
    ("/api/", "spot"),
)
