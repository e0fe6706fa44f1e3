"""What the log file keeps."""

import json
from pathlib import Path

import pytest

from desk.contracts.execution import FlowCompletion, FlowOutcome
from desk.contracts.ids import AlarmId, DirectiveId
from desk.contracts.records import AlarmRaised, EntryKind, JournalEntry, Record
from desk.contracts.states import AlarmSeverity
from desk.runtime.log_file import open_log

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
