"""A client that says nonsense, half of something, too much or nothing costs the desk nothing."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from desk.contracts.snapshot import Snapshot
from desk.control import session, socket_server
from desk.control.protocol import MOST_REQUEST_BYTES, PROTOCOL
from tests.builders.control import WITHIN_S, Doorway, doorway, until

GREETING = b'{"desk_control":%d}\n' % PROTOCOL
SNAPSHOT = b'{"id":1,"ask":"snapshot","with":null}\n'


@dataclass
class RawClient:
    """Somebody at the socket who says what a test says."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def says(self, *lines: bytes) -> None:
        self.writer.write(b"".join(lines))
        await self.writer.drain()

    async def hears(self) -> dict[str, Any]:
        async with asyncio.timeout(WITHIN_S):
            heard: dict[str, Any] = json.loads(await self.reader.readuntil(b"\n"))
        return heard

    async def is_cut_off(self) -> bool:
        async with asyncio.timeout(WITHIN_S):
            try:
                while await self.reader.read(1 << 16):
                    pass
            except ConnectionResetError:
                pass
        return True


@asynccontextmanager
async def raw_client(door: Doorway, *said: bytes) -> AsyncIterator[RawClient]:
    """Connect, hear the greeting, and say something."""
    reader, writer = await asyncio.open_unix_connection(str(door.place.path), limit=1 << 24)
    client = RawClient(reader, writer)
    try:
        assert (await client.hears())["desk_id"] == "test-desk"
        await client.says(*said)
        yield client
    finally:
        writer.close()


async def still_serves(door: Doorway, picture: Snapshot) -> bool:
    async with door.client() as client:
        return await client.snapshot() == picture


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "no JSON"),
        (b"\xff\xfe\x00\n", "no JSON"),
        (b"[" * 5000 + b"\n", "no JSON"),
        (b"[1]\n", "no JSON object"),
        (b"{}\n", "this is no greeting"),
        (b'{"desk_control":"1"}\n', "this is no greeting"),
        (b'{"desk_control":99}\n', f"this desk speaks protocol {PROTOCOL}, the client 99"),
        (b"x" * (MOST_REQUEST_BYTES + 2), f"a line is longer than {MOST_REQUEST_BYTES} bytes"),
        (GREETING + b"{}\n", "a request has id, ask and with"),
        (GREETING + b'{"id":1.5,"ask":"snapshot","with":null}\n', "the id of a request is a whole number"),
        (GREETING + b'{"id":1,"ask":[],"with":null}\n', "what it asks a word"),
        (GREETING + b'{"id":1,"ask":"snapshot","with":"' + b"x" * MOST_REQUEST_BYTES, "a line is longer"),
    ],
)
async def test_nonsense_is_answered_by_a_reason_and_the_end(
    tmp_path: Path, picture: Snapshot, said: bytes, fault: str
) -> None:
    async with doorway(tmp_path, picture) as door:
        async with raw_client(door, said) as client:
            assert fault in (await client.hears())["refused"]["text"]
            assert await client.is_cut_off()
        assert door.desk.pictures_taken == 0
        assert await still_serves(door, picture)
        assert door.failures == []


async def test_a_question_nobody_answers_ends_no_connection(tmp_path: Path, picture: Snapshot) -> None:
    async with doorway(tmp_path, picture) as door, raw_client(door, GREETING) as client:
        await client.says(b'{"id":7,"ask":"shutdown","with":null}\n')
        assert await client.hears() == {
            "id": 7,
            "refused": {"kind": "failed", "text": "this desk cannot be asked for 'shutdown'", "problems": []},
        }
        await client.says(b'{"id":8,"ask":"execute","with":{"command":"Halt","arguments":{"x":1}}}\n')
        assert "Halt takes no x" in (await client.hears())["refused"]["text"]
        await client.says(SNAPSHOT)
        assert (await client.hears())["answer"]["desk_id"] == "test-desk"
        assert door.desk.commands == []


async def test_half_a_message_is_dropped_with_its_client(tmp_path: Path, picture: Snapshot) -> None:
    async with doorway(tmp_path, picture) as door:
        half = b'{"id":1,"ask":"execute","with":{"command":"Halt","argum'
        async with raw_client(door, GREETING, half) as client:
            client.writer.write_eof()
            assert await client.is_cut_off()
        assert door.desk.commands == []
        assert await still_serves(door, picture)
        assert door.failures == []


async def test_a_command_outlives_the_client_that_gave_it(tmp_path: Path, picture: Snapshot) -> None:
    async with doorway(tmp_path, picture) as door:
        door.desk.gate.clear()
        async with raw_client(door, GREETING) as client:
            await client.says(b'{"id":1,"ask":"execute","with":{"command":"Halt","arguments":{}}}\n')
            await until(lambda: door.desk.waiting == 1)
            client.writer.transport.abort()
        await until(lambda: door.supervisor.running == ("control request",))
        door.desk.gate.set()
        await until(lambda: not door.supervisor.running)
        assert door.desk.waiting == 0
        assert door.failures == []


async def test_who_does_not_take_answers_is_cut_off(
    tmp_path: Path, picture: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "TAKES_WITHIN_S", 0.2)
    async with doorway(tmp_path, picture) as door:
        slow = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(0)
        slow.connect(str(door.place.path))
        try:
            slow.sendall(GREETING + SNAPSHOT * 400)
            await until(lambda: "control client" in door.supervisor.running)
            await until(lambda: not door.supervisor.running)
            assert door.desk.pictures_taken < 400
            assert await still_serves(door, picture)
        finally:
            slow.close()


async def test_who_does_not_greet_is_cut_off(
    tmp_path: Path, picture: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "GREETS_WITHIN_S", 0.1)
    async with doorway(tmp_path, picture) as door, raw_client(door) as client:
        assert await client.is_cut_off()


async def test_who_falls_silent_is_cut_off(
    tmp_path: Path, picture: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "SILENT_FOR_S", 0.1)
    async with doorway(tmp_path, picture) as door, raw_client(door, GREETING) as client:
        assert await client.is_cut_off()


async def test_a_crowd_is_turned_away_and_the_silent_make_room(
    tmp_path: Path, picture: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_server, "MOST_CLIENTS", 2)
    async with (
        doorway(tmp_path, picture) as door,
        raw_client(door, GREETING) as first,
        raw_client(door, GREETING) as second,
    ):
        for one in (first, second):
            await one.says(SNAPSHOT)
            await one.hears()
        reader, writer = await asyncio.open_unix_connection(str(door.place.path))
        third = RawClient(reader, writer)
        assert "2 clients are connected already" in (await third.hears())["refused"]["text"]
        assert await third.is_cut_off()
        writer.close()
        monkeypatch.setattr(socket_server, "MAY_BE_SENT_AWAY_AFTER_S", 0)
        async with raw_client(door, GREETING) as fourth:
            assert await first.is_cut_off()
            await fourth.says(SNAPSHOT)
            assert (await fourth.hears())["id"] == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
async def test_another_user_is_refused_even_where_he_can_reach_the_socket(
    tmp_path: Path, picture: Snapshot
) -> None:
    script = (
        "import os, socket, sys; s = socket.socket(socket.AF_UNIX); os.setuid(65534); "
        "s.connect(sys.argv[1]); print(s.recv(9999).decode())"
    )
    async with doorway(tmp_path, picture) as door:
        for folder in (door.place.folder, *door.place.folder.parents):
            if folder.stat().st_mode & 0o001 == 0:
                folder.chmod(0o755)
        door.place.path.chmod(0o666)
        asked = [sys.executable, "-S", "-c", script, str(door.place.path)]
        stranger = await asyncio.create_subprocess_exec(*asked, stdout=subprocess.PIPE)
        said, _ = await stranger.communicate()
        assert b"the desk belongs to another user" in said
        assert b"test-desk" not in said
