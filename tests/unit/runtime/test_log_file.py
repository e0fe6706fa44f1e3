"""What the log file keeps."""

import errno
import json
from pathlib import Path

import pytest

from desk.contracts.execution import FlowCompletion, FlowOutcome
from desk.contracts.ids import AlarmId, DirectiveId
from desk.contracts.records import AlarmRaised, EntryKind, JournalEntry, Record
from desk.contracts.states import AlarmSeverity
from desk.runtime.log_file import LogFile, open_log
from desk.runtime.rotating_file import RotatingFile

FLOW = DirectiveId.at(0, 1)


def ended(outcome: FlowOutcome) -> FlowCompletion:
    return FlowCompletion(
        flow_id=FLOW, outcome=outcome, final_state="executed", reason="because", completed_at_ms=0
    )


ALARM = AlarmRaised(AlarmId.at(0, 1), AlarmSeverity.WARNING, "slow")
ENTRIES: list[tuple[EntryKind, Record]] = [
    (EntryKind.FLOW_ENDED, ended(FlowOutcome.SUCCESS)),
    (EntryKind.FLOW_ENDED, ended(FlowOutcome.ERROR)),
    (EntryKind.ALARM_RAISED, ALARM),
]


@pytest.mark.parametrize(("logs_executions", "lines"), [(True, 3), (False, 2)])
def test_without_all_executions_the_log_keeps_what_failed(
    tmp_path: Path, *, logs_executions: bool, lines: int
) -> None:
    log = open_log(tmp_path / "desk.log", logs_executions=logs_executions)
    for kind, record in ENTRIES:
        log.entry(JournalEntry(kind, FLOW, 0, record, flow_id=FLOW))
    log.close()
    written = [json.loads(line) for line in (tmp_path / "desk.log").read_text().splitlines()]
    assert len(written) == lines
    assert written[-1]["event"] == "alarm_raised"
    assert (written[-1]["level"], written[-1]["text"]) == ("warning", "warning: slow")
    assert written[-2]["text"] == "error, executed: because"


def test_the_log_file_is_the_owners_alone(tmp_path: Path) -> None:
    open_log(tmp_path / "desk.log").close()
    assert (tmp_path / "desk.log").stat().st_mode & 0o777 == 0o600


def test_a_full_disk_stops_nobody_who_logs() -> None:
    log = open_log(Path("/dev/full"))
    log.write("started", "ACTIVE")
    log.entry(JournalEntry(EntryKind.ALARM_RAISED, FLOW, 0, ALARM, flow_id=FLOW))
    log.close()


def kept_lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def test_a_log_that_is_large_enough_is_set_aside_and_the_oldest_goes(tmp_path: Path) -> None:
    path = tmp_path / "desk.log"
    log = RotatingFile(path, size_bytes=40, kept=2)
    for number in range(9):
        log.write(f"line number {number}")  # 14 bytes: two to a file
    log.close()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["desk.log", "desk.log.1", "desk.log.2"]
    assert kept_lines(path) == ["line number 8"]
    assert kept_lines(tmp_path / "desk.log.1") == ["line number 6", "line number 7"]
    assert kept_lines(tmp_path / "desk.log.2") == ["line number 4", "line number 5"]
    assert {one.stat().st_mode & 0o777 for one in tmp_path.iterdir()} == {0o600}


def test_a_line_that_is_larger_than_the_file_may_be_is_written_all_the_same(tmp_path: Path) -> None:
    log = RotatingFile(tmp_path / "desk.log", size_bytes=10, kept=1)
    for _ in range(3):
        log.write("x" * 100)
    log.close()
    assert [len(one.read_text()) for one in tmp_path.iterdir()] == [101, 101]


def test_a_log_that_was_moved_away_goes_on_under_its_name(tmp_path: Path) -> None:
    path = tmp_path / "desk.log"
    log = open_log(path)
    log.write("one", "")
    path.rename(tmp_path / "moved.log")
    log.write("two", "")
    log.reopen()
    log.write("three", "")
    log.close()
    assert [json.loads(line)["event"] for line in kept_lines(tmp_path / "moved.log")] == ["one", "two"]
    assert [json.loads(line)["event"] for line in kept_lines(path)] == ["three"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_gone_leaves_the_open_log_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    log = RotatingFile(folder / "desk.log", size_bytes=10, kept=1)
    log.write("first line")
    (folder / "desk.log").rename(tmp_path / "kept.log")
    folder.rmdir()
    log.write("second line")
    log.reopen()
    log.write("third line")
    log.close()
    assert kept_lines(tmp_path / "kept.log") == ["first line", "second line", "third line"]


class FullDisk(RotatingFile):
    """A file on a disk that is full after `room` bytes, until `free` is said."""

    room: int | None = None

    def _put(self, text: bytes) -> int:
        if self.room is None:
            return super()._put(text)
        taken, self.room = text[: self.room], max(0, self.room - len(text))
        if not taken:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super()._put(taken)


def test_a_disk_that_was_full_shows_what_is_missing_and_nothing_torn(tmp_path: Path) -> None:
    path = tmp_path / "desk.log"
    file = FullDisk(path, size_bytes=10_000, kept=1)
    log = LogFile(file)
    log.write("before", "")
    file.room = 7
    for _ in range(3):
        log.write("lost", "")
    file.room = None
    log.write("after", "")
    log.write("later", "")
    log.close()
    first, torn, lost, after, later = kept_lines(path)
    assert [json.loads(one)["event"] for one in (first, lost, after, later)] == [
        "before",
        "lines lost",
        "after",
        "later",
    ]
    assert len(torn) == 7
    assert json.loads(lost)["text"] == "3 lines could not be written here"
