"""The spool: durable to its last whole record, and never larger than it was made."""

from pathlib import Path

import pytest

from desk.journal.codec import EntryRow, encode
from desk.journal.spool import Spool
from tests.builders import ledger as build


def row(number: int) -> EntryRow:
    return EntryRow(number, *encode(build.fill_booked(number)), b"x" * 32)


def test_batches_come_back_in_order_after_a_restart(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 65536)
    assert spool.append([row(1), row(2)])
    assert spool.append([row(3)])
    spool.close()
    again = Spool(tmp_path / "spool", 65536)
    assert again.batches() == [
        (encode(build.fill_booked(1)), encode(build.fill_booked(2))),
        (encode(build.fill_booked(3)),),
    ]
    assert again.append([row(4)])
    assert len(again.batches()) == 3
    again.close()


def test_it_is_allocated_when_it_is_made_and_never_grows(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    spool = Spool(path, 4096)
    assert path.stat().st_size == 4096
    kept = 0
    while spool.append([row(kept + 1)]):
        kept += 1
    assert kept == len(spool.batches()) > 2
    assert path.stat().st_size == 4096
    spool.close()


def test_what_is_cleared_stays_cleared(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 65536)
    for number in range(1, 9):
        spool.append([row(number)])
    spool.clear()
    assert spool.is_empty
    spool.append([row(9)])
    spool.close()
    again = Spool(tmp_path / "spool", 65536)
    assert again.batches() == [(encode(build.fill_booked(9)),)]
    again.close()


@pytest.mark.parametrize("cut", [1, 7, 8, 9, 100, 400])
def test_a_torn_record_is_left_out_and_overwritten(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "spool"
    spool = Spool(path, 65536)
    spool.append([row(1)])
    whole = spool.end
    spool.append([row(2)])
    spool.close()
    content = bytearray(path.read_bytes())
    content[whole + cut :] = bytes(len(content) - whole - cut)
    path.write_bytes(content)
    again = Spool(path, 65536)
    assert again.batches() == [(encode(build.fill_booked(1)),)]
    again.append([row(3)])
    assert len(again.batches()) == 2
    again.close()
