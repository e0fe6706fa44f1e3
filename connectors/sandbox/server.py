"""The doors of the exchange: HTTP and WebSocket on one port of this machine."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Final

from aiohttp import ClientConnectionResetError, WSMsgType, web

from connectors.sandbox.account import AccountNews
from connectors.sandbox.admin import Admin
from connectors.sandbox.faults import FaultOrder
from connectors.sandbox.harm import Ending, Reply
from connectors.sandbox.listings import Category, Listing
from connectors.sandbox.market import PublicTrade
from connectors.sandbox.rest import Asked, Rest
from connectors.sandbox.stream import Stream
from connectors.sandbox.venue import LocalVenue
from desk.contracts.ports.time import Spawner

_MOST_BYTES: Final = 1_000_000
_STREAMS: Final[Mapping[str, Category | None]] = {
    "/v5/public/spot": Category.SPOT,
    "/v5/public/linear": Category.LINEAR,
    "/v5/private": None,
}


class SandboxServer:
    """Serve one exchange; prices go on by themselves where `wanders`."""

    def __init__(self, venue: LocalVenue, spawner: Spawner, *, wanders: bool) -> None:
        self.venue = venue
        self._spawner = spawner
        self._wanders = wanders
        self._rest = Rest(venue)
        self._admin = Admin(venue)
        self._streams: dict[Stream, None] = {}
        self._connections = 0
        self._runner: web.AppRunner | None = None
        self._ended = asyncio.Event()
        self.port = 0
        venue.market.subscribe(self._tell_price)
        venue.hand.on_break(self._break_streams)
        for account in venue.accounts.values():
            account.subscribe(self._tell_account)

    @property
    def streams(self) -> list[Stream]:
        """The connections there are, oldest first."""
        return list(self._streams)

    @property
    def base_url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, port: int) -> None:
        """Open the doors on this machine alone; port 0 takes a free one. Raises OSError."""
        app = web.Application(client_max_size=_MOST_BYTES)
        app.router.add_route("*", "/{tail:.*}", self._serve)
        # A request goes on when its sender has given up, as it does at a venue.
        runner = web.AppRunner(app, access_log=None, handler_cancellation=False, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        try:
            await site.start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        host = runner.addresses[0]
        self.port = int(host[1])
        if self._wanders:
            self._spawner.spawn("sandbox prices", self._wander())

    async def stop(self) -> None:
        """Close the doors, and every connection."""
        self._ended.set()
        for stream in list(self._streams):
            stream.break_off(at_once=False)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _wander(self) -> None:
        while not self._ended.is_set():
            self.venue.wander()
            await self.venue.clock.sleep_ms(self.venue.settings.interval_ms)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path, _, raw_query = request.raw_path.partition("?")
        if path in _STREAMS:
            return await self._talk(request, _STREAMS[path])
        try:
            body = (await request.read()).decode("utf-8", "replace")
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413, text="Request Entity Too Large")
        asked = Asked(request.method, path, raw_query, request.headers, body)
        if path.startswith("/admin/"):
            reply = self._admin.answer(asked)
        else:
            reply = await self._rest.answer(asked)
        return await self._send(request, reply)

    async def _send(self, request: web.Request, reply: Reply) -> web.StreamResponse:
        transport = request.transport
        if reply.ending is Ending.HANGS:
            await self._ended.wait()
        if reply.ending in {Ending.RESETS, Ending.HANGS}:
            if transport is not None:
                transport.abort()
            return web.Response()
        headers = {**reply.headers, "Content-Type": reply.content_type}
        if reply.ending is Ending.WHOLE:
            return web.Response(status=reply.status, body=reply.body, headers=headers)
        response = web.StreamResponse(status=reply.status, headers=headers)
        response.content_length = len(reply.body)
        await response.prepare(request)
        with contextlib.suppress(ClientConnectionResetError):
            await response.write(reply.body[: reply.kept_bytes])
        if transport is not None:
            transport.close()
        return response

    async def _talk(self, request: web.Request, category: Category | None) -> web.StreamResponse:
        self._connections += 1
        stream = Stream(self.venue, category, self._connections)
        refused = self.venue.faults.in_force("stream_refused")
        if refused is not None and stream.kind in refused.calls:
            return web.Response(status=503, text="Service Unavailable")
        socket = web.WebSocketResponse(max_msg_size=_MOST_BYTES, autoping=True, timeout=1)
        if not socket.can_prepare(request):
            return web.Response(status=426, text="this path speaks WebSocket alone")
        await socket.prepare(request)
        self._streams[stream] = None
        self._spawner.spawn("sandbox stream", self._write(stream, socket, request))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    stream.hear(message.data)
        finally:
            self._streams.pop(stream, None)
            stream.break_off(at_once=False)
        return socket

    async def _write(self, stream: Stream, socket: web.WebSocketResponse, request: web.Request) -> None:
        clock = self.venue.clock
        while (outgoing := await stream.outbox.get()) is not None and not stream.is_broken:
            wait_ms = outgoing.due_ms - clock.monotonic_ms()
            if wait_ms > 0:
                await clock.sleep_ms(wait_ms)
            try:
                await socket.send_str(outgoing.text)
            except (ClientConnectionResetError, ConnectionError):
                return
        if stream.is_broken and request.transport is not None:
            request.transport.abort()
        else:
            with contextlib.suppress(ClientConnectionResetError, ConnectionError):
                await socket.close()

    def _tell_price(self, listing: Listing, trade: PublicTrade) -> None:
        for stream in list(self._streams):
            stream.tell_price(listing, trade)

    def _tell_account(self, news: AccountNews) -> None:
        for stream in list(self._streams):
            stream.tell_account(news)

    def _break_streams(self, order: FaultOrder) -> None:
        for stream in list(self._streams):
            if stream.kind in order.calls:
                stream.break_off(at_once=order.fault == "stream_reset")
