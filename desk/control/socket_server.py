"""The desk's door: a Unix socket for the desk's own user, several clients at once."""

import asyncio
import os

from desk.contracts.ports.time import Spawner
from desk.control.door import Door
from desk.control.place import SocketPlace, peer_uid
from desk.control.protocol import MOST_REQUEST_BYTES, Greeting
from desk.control.session import ClientSession, OnFailure

MOST_CLIENTS = 32
MAY_BE_SENT_AWAY_AFTER_S = 5
"""Where there is no room, who was silent for this long makes room for who comes."""


class ControlServer:
    """Let clients in while it is open."""

    def __init__(self, door: Door, greeting: Greeting, spawner: Spawner, on_failure: OnFailure) -> None:
        """`on_failure` hears of each kind of failure once."""
        self._door = door
        self._greeting = greeting
        self._spawner = spawner
        self._on_failure = on_failure
        self._told: dict[tuple[str, type[Exception]], None] = {}
        self._sessions: dict[ClientSession, None] = {}
        self._server: asyncio.Server | None = None
        self._place: SocketPlace | None = None
        self._identity = (0, 0)

    async def open(self, place: SocketPlace) -> None:
        """Listen; raises RefusedByState where no socket can be made there."""
        listener = place.listening()
        self._place, self._identity = place, place.identity()
        self._server = await asyncio.start_unix_server(
            self._on_client, sock=listener, limit=MOST_REQUEST_BYTES
        )

    async def close(self) -> None:
        """Let nobody in, cut who is there, and take the socket away."""
        server, place = self._server, self._place
        if server is None or place is None:
            return
        self._server = None
        place.remove(self._identity)
        server.close()
        for session in list(self._sessions):
            session.cut()

    def _on_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._spawner.spawn("control client", self._serve(reader, writer))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = ClientSession(reader, writer, self._door, self._spawner, self._once)
        if not _is_own(writer):
            await session.turn_away("the desk belongs to another user")
            return
        if not self._has_room():
            await session.turn_away(f"{MOST_CLIENTS} clients are connected already")
            return
        self._sessions[session] = None
        try:
            await session.serve(self._greeting)
        finally:
            del self._sessions[session]

    def _has_room(self) -> bool:
        if len(self._sessions) < MOST_CLIENTS:
            return True
        silent = min(self._sessions, key=lambda one: one.heard_at_s)
        if asyncio.get_running_loop().time() - silent.heard_at_s < MAY_BE_SENT_AWAY_AFTER_S:
            return False
        silent.cut()
        return True

    def _once(self, name: str, error: Exception) -> None:
        kind = (name, type(error))
        if kind not in self._told:
            self._told[kind] = None
            self._on_failure(f"control {name}", error)


def _is_own(writer: asyncio.StreamWriter) -> bool:
    try:
        return peer_uid(writer.get_extra_info("socket")) == os.geteuid()
    except OSError:
        return False  # gone already
