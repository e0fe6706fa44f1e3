"""The venue's truth outlives the desk, belongs to one desk at a time, and is never ahead of its file."""

import asyncio
import gc
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.paper.connector import PaperConnector
from desk.contracts.orders import OrderStatus, OutcomeKind
from desk.contracts.problems import ReadFailed, RefusedByState
from tests.builders.venue import BUY, PERP, SELL, SPOT, D, PaperRig, amendment, request

ROOT = Path(__file__).parents[3]


async def truth(connector: PaperConnector) -> list[object]:
    return [
        await connector.fetch_open_orders(),
        await connector.fetch_fills(0),
        await connector.fetch_positions(),
        await connector.fetch_balances(),
    ]


async def trade_a_little(rig: PaperRig) -> None:
    """Leave a position, a cancelled, a filled, a triggered and two resting orders behind."""
    send = rig.connector.place_order
    await send(request("long", BUY, "1.5", symbol=PERP))
    await send(request("stop", SELL, "1.5", symbol=PERP, stop="95.5", reduce_only=True, oco_group="g"))
    await send(request("bid", BUY, "2", limit="98.7"))
    await send(request("gone", SELL, "1", limit="130"))
    await rig.connector.cancel_order(SPOT, "gone")
    await send(request("late", SELL, "1", stop="99", limit="98.9"))
    await rig.connector.amend_order(amendment("stop", symbol=PERP, stop="96"))
    rig.clock.set_ms(rig.clock.now_ms() + 5)
    rig.tick("98.8")
    rig.connector.hand.place(PERP, BUY, D("0.25"))


async def test_a_dropped_desk_finds_its_account_as_it_was(tmp_path: Path) -> None:
    rig = await PaperRig(tmp_path / "account.sqlite").opened()
    await trade_a_little(rig)
    before = await truth(rig.connector)
    del rig
    gc.collect()
    again = PaperRig(tmp_path / "account.sqlite")
    await again.connector.open()
    assert await truth(again.connector) == before
    cancelled = await again.connector.fetch_order(SPOT, "gone")
    assert cancelled is not None
    assert cancelled.status is OrderStatus.CANCELED
    again.tick(95, symbol=PERP)
    assert [fill.client_order_id for fill in again.fills] == ["stop"]
    assert again.fills[0].venue_trade_id not in {fill.venue_trade_id for fill in before[1]}  # type: ignore[attr-defined]
    duplicate = await again.connector.place_order(request("long", BUY, 1))
    assert duplicate.code == "DUPLICATE_CLIENT_ID"
    await again.connector.close()


KILLED = """
import asyncio, sys
from pathlib import Path
from tests.unit.paper.test_account_file import PaperRig, trade_a_little, truth

async def main():
    rig = await PaperRig(Path(sys.argv[1])).opened()
    await trade_a_little(rig)
    print(await truth(rig.connector), flush=True)
    sys.stdin.read()

asyncio.run(main())
"""


def test_a_killed_desk_loses_nothing_it_was_told(tmp_path: Path) -> None:
    path = tmp_path / "account.sqlite"
    command = [sys.executable, "-c", KILLED, str(path)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        told = process.stdout.readline().strip()
        os.kill(process.pid, signal.SIGKILL)

    async def reopened() -> list[object]:
        rig = PaperRig(path)
        await rig.connector.open()
        found = await truth(rig.connector)
        await rig.connector.close()
        return found

    assert told
    assert str(asyncio.run(reopened())) == told


async def test_opening_balances_are_for_a_new_account_alone(tmp_path: Path) -> None:
    rig = await PaperRig(tmp_path / "account.sqlite").opened()
    rig.connector.hand.deposit("USDT", D(-1))
    await rig.connector.close()
    again = PaperRig(tmp_path / "account.sqlite", opening_balances={"USDT": D(5), "EUR": D(5)})
    await again.connector.open()
    balances = {one.currency: one.total for one in await again.connector.fetch_balances()}
    assert balances == {"USDT": D(9999), "BTC": D(10)}
    await again.connector.close()


async def test_a_second_desk_on_the_same_account_is_refused(tmp_path: Path) -> None:
    first, second = PaperRig(tmp_path / "account.sqlite"), PaperRig(tmp_path / "account.sqlite")
    await first.connector.open()
    with pytest.raises(RefusedByState, match="another desk holds the paper account"):
        await second.connector.open()
    outcome = await second.connector.place_order(request("a", BUY, 1))
    assert outcome.kind is OutcomeKind.NOT_SENT
    await first.connector.close()
    await second.connector.open()
    await second.connector.close()


async def test_an_account_of_a_newer_desk_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "account.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(RefusedByState, match="newer desk"):
        await PaperRig(path).connector.open()


async def test_rubbish_instead_of_an_account_is_a_failed_read(tmp_path: Path) -> None:
    path = tmp_path / "account.sqlite"
    path.write_bytes(b"no database" * 100)
    with pytest.raises(ReadFailed, match="cannot be opened"):
        await PaperRig(path).connector.open()
    assert path.read_bytes() == b"no database" * 100


async def test_a_position_in_an_unknown_symbol_is_refused(tmp_path: Path) -> None:
    rig = await PaperRig(tmp_path / "account.sqlite").opened()
    await rig.connector.place_order(request("a", BUY, 1, symbol=PERP))
    await rig.connector.close()
    with sqlite3.connect(tmp_path / "account.sqlite") as database:
        database.execute("UPDATE positions SET symbol = 'ETH/USDT:USDT'")
    database.close()
    again = PaperRig(tmp_path / "account.sqlite")
    with pytest.raises(RefusedByState, match="ETH/USDT:USDT"):
        await again.connector.open()


async def test_a_closed_account_opened_again_knows_the_last_price(tmp_path: Path) -> None:
    rig = await PaperRig(tmp_path / "account.sqlite").opened()
    await rig.connector.place_order(request("a", BUY, 1, symbol=PERP))
    rig.tick(107, symbol=PERP)
    await rig.connector.close()
    again = PaperRig(tmp_path / "account.sqlite")
    await again.connector.open()
    outcome = again.connector.hand.close_position(PERP)
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert again.fills[0].price == 107
    await again.connector.close()


async def test_a_failed_write_leaves_the_account_as_its_file_has_it(tmp_path: Path) -> None:
    rig = await PaperRig(tmp_path / "account.sqlite").opened()
    await rig.connector.place_order(request("stop", SELL, 1, stop=95))
    before = await truth(rig.connector)
    database_of(rig.connector).execute("PRAGMA query_only = ON")
    outcome = await rig.connector.place_order(request("a", BUY, 1))
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert "readonly" in outcome.reason
    rig.told.clear()
    for _ in range(3):
        rig.tick(94)
        await rig.clock.advance(1)
    assert rig.told == []
    assert len(rig.spawner.failures) == 1
    assert await truth(rig.connector) == before
    assert await rig.connector.fetch_order(SPOT, "a") is None
    database_of(rig.connector).execute("PRAGMA query_only = OFF")
    rig.tick(93)
    assert [fill.client_order_id for fill in rig.fills] == ["stop"]
    await rig.connector.close()


def database_of(connector: PaperConnector) -> sqlite3.Connection:
    account = connector._account  # noqa: SLF001 - only the connection itself can be made to fail
    assert account is not None
    return account._db  # noqa: SLF001 - as above


async def test_an_account_is_nobody_elses_to_read(tmp_path: Path) -> None:
    rig = await PaperRig(tmp_path / "account.sqlite").opened()
    await rig.connector.place_order(request("a", BUY, 1))
    assert readable_by_others(tmp_path) == []
    await rig.connector.close()


def readable_by_others(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir() if one.stat().st_mode & 0o077]
