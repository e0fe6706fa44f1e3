"""A desk reached over its socket: the client port, whole, for several at once."""

import asyncio
import os
import stat
from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.commands import Halt, OpenTrade
from desk.contracts.ports.client import DeskClient, DeskUnreachable
from desk.contracts.problems import DeskError, InputRefused, RefusedByState
from desk.contracts.sides import PositionSide
from desk.contracts.snapshot import Snapshot
from desk.contracts.states import DeskState, TradingMode
from desk.control import session
from tests.builders.control import doorway, until

ORDER = OpenTrade("BTC/USDT", PositionSide.LONG, notional_quote=Decimal(10))


async def test_a_client_sees_the_desk_and_commands_it(tmp_path: Path, picture: Snapshot) -> None:
    async with doorway(tmp_path, picture) as door, door.client() as client:
        port: DeskClient = client
        greeting = await client.open()
        assert (greeting.desk_id, greeting.pid, greeting.mode) == ("test-desk", 4711, TradingMode.PAPER)
        assert await port.snapshot() == picture
        outcome = await port.execute(Halt("enough"))
        assert (outcome.accepted, outcome.state) == (True, DeskState.HALTED)
        assert door.desk.commands == [Halt("enough")]
        assert (await port.chart("BTC/USDT", 60_000, 5)).interval_ms == 60_000
        assert tuple(await port.why_not()) == ()


async def test_what_the_desk_refuses_is_refused_at_the_client(tmp_path: Path, picture: Snapshot) -> None:
    async with doorway(tmp_path, picture) as door, door.client() as client:
        with pytest.raises(RefusedByState, match="this desk plans nothing"):
            await client.preview(ORDER)
        with pytest.raises(InputRefused, match="has no 'FIL_1'; give another id"):
            await client.why("FIL_1")
        assert door.failures == []


async def test_a_defect_behind_the_door_is_told_once_and_ends_nothing(
    tmp_path: Path, picture: Snapshot
) -> None:
    async with doorway(tmp_path, picture) as door, door.client() as client:
        for _ in range(3):
            with pytest.raises(DeskError, match="history failed: ZeroDivisionError: a defect"):
                await client.history()
        assert door.failures == ["control history: ZeroDivisionError('a defect')"]
        assert await client.snapshot() == picture


async def test_several_questions_are_under_way_at_once(tmp_path: Path, picture: Snapshot) -> None:
    async with doorway(tmp_path, picture) as door, door.client() as client:
        await client.open()
        door.desk.gate.clear()
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(client.snapshot()) for _ in range(session.MOST_IN_FLIGHT + 4)]
            await until(lambda: door.desk.waiting == session.MOST_IN_FLIGHT)
            door.desk.gate.set()
        assert all(one.result() == picture for one in asked)
        assert door.desk.most_at_once == session.MOST_IN_FLIGHT


async def test_a_command_waits_for_no_question(tmp_path: Path, picture: Snapshot) -> None:
    async with doorway(tmp_path, picture) as door, door.client() as client:
        await client.open()
        door.desk.gate.clear()
        async with asyncio.TaskGroup() as group:
            for _ in range(session.MOST_IN_FLIGHT + 4):
                group.create_task(client.snapshot())
            await until(lambda: door.desk.waiting == session.MOST_IN_FLIGHT)
            group.create_task(client.execute(Halt("now")))
            await until(lambda: door.desk.commands == [Halt("now")])
            door.desk.gate.set()


async def test_ten_clients_see_the_desk_at_once(tmp_path: Path, picture: Snapshot) -> None:
    async with doorway(tmp_path, picture) as door:

        async def look() -> Snapshot:
            async with door.client() as client:
                await client.open()
                return await client.snapshot()

        door.desk.gate.clear()
        async with asyncio.TaskGroup() as group:
            looks = [group.create_task(look()) for _ in range(10)]
            await until(lambda: door.desk.waiting == 10)
            door.desk.gate.set()
        assert all(one.result() == picture for one in looks)


async def test_a_client_finds_the_desk_again_when_it_comes_back(tmp_path: Path, picture: Snapshot) -> None:
    async with doorway(tmp_path, picture) as first, first.client() as client:
        assert await client.snapshot() == picture
        await first.server.close()
        with pytest.raises(DeskUnreachable):
            await client.snapshot()
        async with doorway(tmp_path, picture):
            assert await client.snapshot() == picture


async def test_who_waits_for_an_answer_is_told_that_the_desk_ended(tmp_path: Path, picture: Snapshot) -> None:
    async with doorway(tmp_path, picture) as door, door.client() as client:
        await client.open()
        door.desk.gate.clear()
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(_refused(client))
            await until(lambda: bool(door.desk.commands))
            await door.server.close()
        assert "look again before you ask twice" in asked.result()
        assert door.desk.commands == [Halt()]


async def _refused(client: DeskClient) -> str:
    with pytest.raises(DeskUnreachable) as refused:
        await client.execute(Halt())
    return str(refused.value)


async def test_the_socket_is_its_owners_alone_and_gone_at_the_end(tmp_path: Path, picture: Snapshot) -> None:
    old = os.umask(0)
    try:
        async with doorway(tmp_path, picture) as door:
            socket = door.place.path
            assert stat.S_IMODE(socket.stat().st_mode) == 0o600
            assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    finally:
        os.umask(old)
    assert not socket.exists()


async def test_a_folder_that_was_open_to_others_is_closed_to_them(tmp_path: Path, picture: Snapshot) -> None:
    (tmp_path / "control").mkdir(mode=0o777)
    (tmp_path / "control").chmod(0o777)
    async with doorway(tmp_path, picture) as door:
        assert stat.S_IMODE(door.place.folder.stat().st_mode) == 0o700


async def test_a_path_too_long_for_a_socket_is_reached_all_the_same(
    tmp_path: Path, picture: Snapshot
) -> None:
    deep = tmp_path / ("x" * 120) / ("y" * 120)
    async with doorway(deep, picture) as door, door.client() as client:
        assert await client.snapshot() == picture
        assert stat.S_ISSOCK(door.place.path.stat().st_mode)
    assert not door.place.path.exists()
