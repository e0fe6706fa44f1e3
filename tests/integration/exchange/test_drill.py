"""`desk drill`: real exits at a real server, and what a desk shows of them."""

import json
from pathlib import Path

import pytest

from connectors.sandbox.faults import FAULTS
from desk.bootstrap.drill_plan import NO_FAULT, fault_names, fault_order, usual_faults
from desk.cli.main import main
from desk.contracts.snapshot import DrillNote
from desk.control.drill_note import DrillFile, write_drill_note
from tests.builders.config import written
from tests.builders.desk import PLATFORM

SMALL = ("drill", "--positions", "2", "--rate", "50", "--latency-ms", "0", "--json")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def test_exits_are_measured_and_true_at_the_venue(capsys: pytest.CaptureFixture[str]) -> None:
    code = main([*SMALL, "--fault", NO_FAULT, "--fault", "stream_lost", "--fault", "traded_by_hand"])
    seen = capsys.readouterr()
    answer = json.loads(seen.out)
    assert (code, answer["is_good"]) == (0, True), answer
    assert [one["fault"] for one in answer["exits"]] == [NO_FAULT, "stream_lost", "traded_by_hand"]
    for one in answer["exits"]:
        assert (one["word"], one["residual"], one["duplicated"]) == ("FLAT", [], 0)
        assert 0 < one["elapsed_ms"] < 60_000
    assert answer["p50_ms"] <= answer["p95_ms"]
    assert "1/3 none: FLAT after" in seen.err
    assert "only some of the faults" in seen.err


def test_every_fault_of_the_exchange_is_in_the_drill_with_a_measure_that_ends() -> None:
    assert fault_names() == (NO_FAULT, *FAULTS)
    assert {*fault_names()} - {*usual_faults()} == {"banned"}
    for name in FAULTS:
        order = fault_order(name, "C00/USDT:USDT")
        assert order is not None
        ends = order.for_ms is not None or order.times is not None or order.kind.stage.value == "event"
        assert ends, f"{name} would never end"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--positions", "0"), "--positions: 0 is out of range"),
        (("--rate", "0"), "--rate: 0 is out of range"),
        (("--latency-ms", "-1"), "--latency-ms: -1 is out of range"),
        (("--fault", "nonsense"), "unknown fault 'nonsense'"),
    ],
)
def test_what_cannot_be_drilled_is_refused_in_one_line(
    arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["drill", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_the_note_of_a_drill_is_read_by_the_desk_of_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "drill.json"
    at_ms = 0
    file = DrillFile(path, lambda: at_ms)
    assert file.note() is None
    note = DrillNote(1_000, 46, 46, is_good=True, p50_ms=3_000, p95_ms=9_000, positions=10)
    write_drill_note(path, note)
    assert file.note() is None
    at_ms = 5_000
    assert file.note() == note
    assert path.stat().st_mode & 0o077 == 0
    path.write_text("{broken", encoding="utf-8")
    at_ms = 10_000
    assert file.note() is None


def test_a_whole_drill_leaves_its_note_in_the_state_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("desk.bootstrap.drill.usual_faults", lambda: (NO_FAULT,))
    file = written(tmp_path, "platform.yaml", f"{PLATFORM}storage: {{path: {tmp_path / 'state'}}}\n")
    assert main([*SMALL[:-1], "--platform", str(file)]) == 0
    note = DrillFile(tmp_path / "state" / "drill.json", lambda: 0).note()
    assert note is not None
    assert (note.exits, note.flat, note.is_good, note.positions) == (1, 1, True, 2)
    assert "1 of 1 exits ended flat" in capsys.readouterr().out
