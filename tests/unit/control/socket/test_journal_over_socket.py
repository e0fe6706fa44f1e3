"""A journal proven over the socket is judged as its file would be, and no fault of it is missed."""

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from desk.contracts.snapshot import Snapshot
from desk.control.journal_asking import exported, journal_door, verified
from desk.control.socket_client import SocketClient
from desk.journal.asking import Question
from desk.journal.export import export
from desk.journal.opening import Durability, open_journal
from desk.journal.pages import JournalPages
from desk.journal.reader import reading, told_at_once
from desk.journal.verify import verify
from tests.builders.control import doorway
from tests.builders.desk import DeskHouse
from tests.builders.living_desk import LivingDesk

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class JournalFile:
    """Answer from a file that nobody writes."""

    path: Path

    async def ask(self, question: Question[Answer]) -> Answer:
        with reading(self.path) as journal:
            return told_at_once(question(journal))


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the journal of a desk that traded: more entries than a page holds."""
    house = DeskHouse(tmp_path_factory.mktemp("traded"))

    async def trades(desk: LivingDesk) -> None:
        for _ in range(8):
            desk.tick("50000")
            desk.issue(desk.new_trade())
            await desk.settle(price="50000")
            desk.issue(desk.close(*desk.positions))
            await desk.settle(price="50000")

    house.live(trades)
    return house.state.journal


@pytest.fixture
def journal(traded: Path, tmp_path: Path) -> Path:
    """Copy it: it may be harmed."""
    return Path(shutil.copy(traded, tmp_path / "journal.sqlite3"))


@asynccontextmanager
async def asking(folder: Path, picture: Snapshot, journal: Path) -> AsyncIterator[SocketClient]:
    door = journal_door(JournalPages(JournalFile(journal)))
    async with doorway(folder, picture, door) as opened, opened.client() as client:
        yield client


async def test_it_is_exported_as_from_its_file(tmp_path: Path, picture: Snapshot, journal: Path) -> None:
    async with asking(tmp_path, picture, journal) as client:
        lines = [line async for line in exported(client)]
    assert len(lines) > 250
    assert lines == list(export(journal))


async def test_a_whole_one_is_found_whole(tmp_path: Path, picture: Snapshot, journal: Path) -> None:
    async with asking(tmp_path, picture, journal) as client:
        report = await verified(client)
    assert report.is_whole
    assert report == verify(journal)


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        ("UPDATE entry SET time_ms = time_ms + 1 WHERE sequence = 251", "does not match its hash"),
        ("DELETE FROM entry WHERE sequence = 252", "entry 252 is missing: 253 follows 251"),
        ("UPDATE trade SET fees_quote = '1' WHERE rowid = 1", "trade has 8 rows, and they are not the 8"),
        ("DELETE FROM flow_end WHERE rowid = 1", "flow_end has 15 rows, and they are not the 16"),
        (
            "UPDATE cause SET parent_id = 'TCK_0' WHERE sequence = (SELECT max(sequence) FROM cause)",
            "the table of causes is not what the entries name",
        ),
    ],
)
async def test_no_fault_is_missed(
    tmp_path: Path, picture: Snapshot, journal: Path, harm: str, fault: str
) -> None:
    writer = sqlite3.connect(journal)
    writer.execute(harm)
    writer.commit()
    writer.close()
    assert not verify(journal).is_whole
    async with asking(tmp_path, picture, journal) as client:
        report = await verified(client)
    assert report.fault is not None
    assert fault in report.fault


async def test_an_empty_one_is_whole(tmp_path: Path, picture: Snapshot) -> None:
    empty = tmp_path / "journal.sqlite3"
    open_journal(empty, Durability.NORMAL).close()
    async with asking(tmp_path, picture, empty) as client:
        report = await verified(client)
    assert (report.entries, report.fault) == (0, None)
