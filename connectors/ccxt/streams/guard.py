"""Any exchange of ccxt's pro kind, made so that no message can silence it and no reconnect is hidden."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, Final, Protocol

import aiohttp
from ccxt.async_support.base.exchange import Exchange
from ccxt.async_support.base.ws.client import Client
from ccxt.base.errors import NetworkError

from connectors.ccxt.streams.wire import Wire

_CLOSE_S: Final = 0.2
"""A venue that does not answer a close is left; shorter than ccxt itself waits at the end."""

_LOGIN: Final = "authenticated"


class _Connection(Protocol):
    """What is used of ccxt's client of one URL."""

    url: str
    futures: Mapping[str, asyncio.Future[object]]
    isConnected: bool  # noqa: N815 - ccxt's name
    dial_failed: bool
    last_retry_after: float | None
    is_reported_lost: bool
    check_message: Callable[[str, object], None]
    woken: list[str]

    def on_error(self, error: Exception) -> None:
        """Reject all who wait, and close."""
        ...


def watched(exchange_class: type[Any]) -> type[Any]:
    """Derive an exchange class whose instances report to their `wire`, once it is set.

    They ask `check_message` before each message leaves, which raises for one that must not, and
    `venue_ahead_ms` how far the venue's clock is ahead of ours.
    """
    return type(exchange_class.__name__, (_WatchedExchange, exchange_class), {})


def _allow(url: str, message: object) -> None: ...


def _nothing() -> int:
    return 0


class _WatchedExchange(Exchange):  # type: ignore[misc]  # ccxt ships no types
    """Report what happens to each connection; comes before the venue's own class."""

    wire: Wire | None = None
    check_message: Callable[[str, object], None] = staticmethod(_allow)
    venue_ahead_ms: Callable[[], int] = staticmethod(_nothing)

    def milliseconds(self) -> int:
        """Tell the venue's time: a log-in that expires by ours may have expired by its."""
        return int(super().milliseconds()) + self.venue_ahead_ms()

    def client(self, url: str) -> _Connection:
        is_new = url not in (self.clients or {})
        client: _Connection = super().client(url)
        if is_new:
            client.__class__ = _WatchedClient  # ccxt makes its own kind by name, and asks nobody
            client.check_message = self.check_message
            client.woken = []
        if self.wire is not None:
            self.wire.asked(url)
        return client

    def handle_message(self, client: _Connection, message: object) -> None:
        try:
            super().handle_message(client, message)
        finally:
            if self.wire is not None:
                woken, client.woken = client.woken, []
                self.wire.heard(client.url, woken)

    def on_connected(self, client: _Connection, message: object = None) -> None:
        super().on_connected(client, message)
        if self.wire is not None:
            self.wire.connected(client.url)

    def on_error(self, client: _Connection, error: BaseException) -> None:
        has_dialled = not client.dial_failed
        super().on_error(client, error)
        if not has_dialled and client.last_retry_after is None:
            self.ws_dial_backoff.pop(client.url, None)  # the pumps pause by themselves, and not for 30 s
        self._report_loss(client, f"{error}")

    def on_close(self, client: _Connection, error: object) -> None:
        super().on_close(client, error)
        self._report_loss(client, f"closed by the venue ({error})")

    def drop_stream(self, url: str, reason: str) -> None:
        """Close one connection now; what waits on it hears NetworkError."""
        client = (self.clients or {}).get(url)
        if client is not None:
            client.on_error(NetworkError(reason))

    def unanswered_logins(self) -> Iterator[str]:
        """List the connections whose log-in the venue has not answered."""
        for url, client in (self.clients or {}).items():
            login = client.futures.get(_LOGIN)
            if login is not None and not login.done() and client.isConnected:
                yield url

    def _report_loss(self, client: _Connection, reason: str) -> None:
        if self.wire is not None and not client.is_reported_lost:
            client.is_reported_lost = True
            self.wire.lost(client.url, reason)


class _WatchedClient(Client):  # type: ignore[misc]  # ccxt ships no types
    """Outlive a message that cannot be read: the connection is begun anew instead of going deaf."""

    is_reported_lost = False
    check_message: Callable[[str, object], None]
    woken: list[str]
    lastPong: int | None  # noqa: N815 - ccxt's name

    def handle_message(self, message: object) -> None:
        pong_ms = self.lastPong
        try:
            super().handle_message(message)
        except Exception as error:  # noqa: BLE001 - whatever it is, ccxt would never read again
            self.on_error(NetworkError(f"a message could not be read: {type(error).__name__}: {error}"))
        if self.lastPong != pong_ms:
            self.lastPong = Exchange.milliseconds()  # some venues' pongs bear their own time

    def resolve(self, result: object, message_hash: str | None) -> object:
        if message_hash is not None:
            self.woken.append(message_hash)
        return super().resolve(result, message_hash)

    async def send(self, message: object) -> object:
        self.check_message(self.url, message)
        return await super().send(message)

    async def receive(self) -> object:
        try:
            return await super().receive()
        except Exception as error:
            self.on_error(NetworkError(f"nothing can be received: {error}"))
            raise

    def create_connection(self, session: aiohttp.ClientSession) -> Awaitable[object]:
        dialling: Awaitable[object] = super().create_connection(_BriefGoodbye(session))
        return dialling


class _BriefGoodbye:
    """Dial as the session does, but never wait long for the other side's close."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self.cookie_jar = session.cookie_jar

    def ws_connect(self, url: str, **options: Any) -> object:  # noqa: ANN401 - handed on as they come
        goodbye = aiohttp.ClientWSTimeout(ws_close=_CLOSE_S)
        return self._session.ws_connect(url, timeout=goodbye, **options)
