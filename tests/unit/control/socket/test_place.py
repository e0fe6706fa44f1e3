"""What a client finds where it looks for a desk, and what a desk finds where it wants to listen."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from desk.contracts.ports.client import DeskUnreachable
from desk.contracts.problems import RefusedByState
from desk.contracts.snapshot import Snapshot
from desk.control import link
from desk.control.place import SocketPlace
from desk.control.socket_client import SocketClient
from desk.runtime.tasks import TaskSupervisor
from tests.builders.control import doorway


def place(folder: Path) -> SocketPlace:
    (folder / "control").mkdir(exist_ok=True)
    return SocketPlace(folder / "control")


async def reason(at: SocketPlace) -> str:
    """Try to reach a desk, and return why that failed."""
    supervisor = TaskSupervisor(lambda *_: None)
    with pytest.raises(DeskUnreachable) as refused:
        await SocketClient(at, supervisor).snapshot()
    await supervisor.stop(1000)
    assert str(refused.value).startswith(str(at.path))
    return str(refused.value)


def dead_socket(at: SocketPlace) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as left:
        left.bind(str(at.path))


@asynccontextmanager
async def impostor(at: SocketPlace, says: bytes) -> AsyncIterator[None]:
    """Listen there, and say something else than a desk does."""

    async def on_client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(says)
        await reader.read()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_unix_server(on_client, path=str(at.path))
    async with server:
        yield


async def test_where_no_desk_ever_ran_there_is_no_socket(tmp_path: Path) -> None:
    assert "no desk runs here: there is no control socket" in await reason(place(tmp_path))
    assert "there is no control socket" in await reason(SocketPlace(tmp_path / "nowhere"))


async def test_a_dead_desks_socket_is_known_as_such(tmp_path: Path) -> None:
    at = place(tmp_path)
    dead_socket(at)
    assert "the socket was left by one that died" in await reason(at)


async def test_a_file_in_place_of_the_socket_is_no_desk(tmp_path: Path) -> None:
    at = place(tmp_path)
    at.path.write_text("mine")
    assert "this is no socket" in await reason(at)


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (b'{"desk_control":99,"desk_id":"x"}\n', "the desk speaks protocol 99, this command 1"),
        (b'{"hello":"world"}\n', "who listens is no desk"),
        (b'{"desk_control":1}\n', "who listens is no desk: "),
        (b"220 mail.example ESMTP\r\n", "no JSON"),
        (b'{"id":null,"refused":{"kind":"unreachable","text":"too many"}}\n', "too many"),
    ],
)
async def test_who_is_no_desk_of_this_version_is_not_asked(tmp_path: Path, says: bytes, why: str) -> None:
    at = place(tmp_path)
    async with impostor(at, says):
        assert why in await reason(at)


async def test_a_desk_that_hangs_is_told_from_one_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "GREETS_WITHIN_S", 0.1)
    at = place(tmp_path)
    async with impostor(at, b""):
        assert "who listens does not greet: the desk hangs" in await reason(at)


async def test_a_desk_that_does_not_answer_is_not_waited_for(
    tmp_path: Path, picture: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.control.socket_client.ANSWERS_WITHIN_S", 0.1)
    async with doorway(tmp_path, picture) as door:
        door.desk.gate.clear()
        assert "the desk did not answer snapshot within 0.1 s" in await reason(door.place)


async def test_a_dead_desks_socket_is_replaced(tmp_path: Path, picture: Snapshot) -> None:
    dead_socket(place(tmp_path))
    async with doorway(tmp_path, picture) as door, door.client() as client:
        assert await client.snapshot() == picture


async def test_a_living_socket_is_never_stolen(tmp_path: Path, picture: Snapshot) -> None:
    async with doorway(tmp_path, picture) as door, door.client() as client:
        with pytest.raises(RefusedByState, match=r"something listens at .*/desk\.sock already"):
            door.place.listening()
        assert await client.snapshot() == picture


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_no_socket_is_left_alone(tmp_path: Path, kind: str) -> None:
    at = place(tmp_path)
    if kind == "file":
        at.path.write_text("mine")
    else:
        at.path.mkdir()
    with pytest.raises(RefusedByState, match="is in the way and no socket; move it away"):
        at.listening()
    assert at.path.exists()


def test_a_link_in_place_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "control").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RefusedByState, match="is not a folder of this user"):
        SocketPlace(tmp_path / "control").listening()
    assert list((tmp_path / "elsewhere").iterdir()) == []


async def test_a_desk_that_ends_leaves_another_desks_socket_in_place(
    tmp_path: Path, picture: Snapshot
) -> None:
    async with doorway(tmp_path, picture) as first:
        first.place.path.unlink()
        dead_socket(first.place)
    assert first.place.path.exists()
