"""Announced news are a threat from the beginning of their window to its end, as the calendar says."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from desk.bootstrap.plugins import offered_plugins
from desk.config.blueprint_file import BlueprintFile
from desk.config.configuration import check_blueprint
from desk.config.yaml_loader import load_document
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import TIME_PASSED
from desk.contracts.market import TimePassed
from desk.contracts.problems import FileFault, InputRefused
from desk.contracts.signals import ThreatSignal
from desk.testing.bench import Bench
from desk.testing.building import START_MS
from desk.workers.news_calendar import read_calendar
from desk.workers.threat.news_threat import NewsThreat, NewsThreatParameters

HOUR = 3_600_000
HEADER = "start,end,severity,affects,title\n"
BLUEPRINT = """\
name: news
symbols: [BTC/USDT]
workers:
  - use: news_threat
    parameters: {calendar: CALENDAR}
"""


def window(begin_h: int, end_h: int, title: str = "prices", affects: str = "*") -> dict[str, object]:
    """Build a window, its times in hours from the start of the test."""
    return {
        "start_ms": START_MS + begin_h * HOUR,
        "end_ms": START_MS + end_h * HOUR,
        "severity": "0.7",
        "affects": affects,
        "title": title,
    }


def news(*windows: dict[str, object], **parameters: object) -> Bench:
    return Bench(NewsThreat, {"calendar": list(windows), **parameters})


def hours(bench: Bench, count: int) -> list[tuple[int, ThreatSignal]]:
    """Let hours pass; return what was raised and the hour of the clock it was raised at."""
    found = []
    for _ in range(count):
        for one in bench.time_passes(HOUR):
            assert isinstance(one, ThreatSignal)
            found.append(((bench.desk.time_ms - START_MS) // HOUR, one))
    return found


def titles(found: Sequence[tuple[int, ThreatSignal]]) -> list[tuple[int, str]]:
    return [(hour, one.rationale.partition(",")[0]) for hour, one in found]


def test_a_window_is_a_threat_as_it_begins_and_nothing_after() -> None:
    ((hour, threat),) = hours(news(window(5, 7)), 24)
    assert (hour, threat.severity, threat.affected_asset) == (5, Decimal("0.7"), None)
    assert threat.threat_type == "NEWS_WINDOW"
    assert threat.until_ms == START_MS + 7 * HOUR
    assert threat.rationale == "prices, until 2022-01-01 08:20 UTC"


def test_windows_that_overlap_are_each_told() -> None:
    bench = news(window(6, 8, "jobs"), window(5, 9, "prices"), window(5, 6, "rates", "BTC"))
    assert titles(hours(bench, 24)) == [(5, "prices"), (5, "rates"), (6, "jobs")]


def test_a_warning_may_come_before_the_window() -> None:
    ((hour, threat),) = hours(news(window(5, 7), lead_s="7200"), 24)
    assert hour == 3
    assert threat.until_ms == START_MS + 7 * HOUR


def test_a_desk_that_starts_within_a_window_is_told_at_once() -> None:
    assert titles(hours(news(window(-1, 7)), 24)) == [(1, "prices")]


def test_a_window_that_was_slept_through_is_never_told() -> None:
    bench = news(window(1, 3))
    assert bench.time_passes(3 * HOUR) == [], "at its end it is over"
    assert hours(bench, 24) == []


def test_a_window_is_told_again_after_a_restart_and_is_the_same_threat() -> None:
    bench = news(window(5, 9), window(5, 9, "jobs"), window(12, 13, "rates"))
    before = {one.threat_id for _, one in hours(bench, 6)}
    bench.restart()
    after = hours(bench, 6)
    assert titles(after) == [(7, "prices"), (7, "jobs"), (12, "rates")]
    assert len(before) == 2
    assert {one.threat_id for hour, one in after if hour == 7} == before
    assert bench.memory.writes == 0


def test_without_a_window_that_begins_nothing_is_done() -> None:
    assert set(NewsThreat.manifest.handlers) == {TIME_PASSED}
    bench = news(window(5, 7))
    passed = TimePassed(START_MS + HOUR, 1)
    assert isinstance(bench.worker, NewsThreat)
    assert bench.worker.on_time_passed(passed) is DispositionEnvelope.CONTINUE


def test_a_calendar_without_windows_is_pointed_out() -> None:
    assert news(window(1, 2)).parameters.cautions() == ()
    (caution,) = NewsThreatParameters.model_validate_json('{"calendar": []}').cautions()
    assert "no window" in caution


def test_a_calendar_is_read_in_order_of_time() -> None:
    text = (
        "\ufeff# figures\n\n" + HEADER + "2022-01-12T13:30:00Z,2022-01-12T14:30:00+00:00,0.7,BTC,prices\n"
        '2022-01-07T14:30:00+01:00,2022-01-07T13:45:00Z,1,*,"jobs, for December"\n'
    )
    assert read_calendar(text) == [
        {
            "start_ms": 1641562200000, "end_ms": 1641563100000, "severity": "1", "affects": "*",
            "title": "jobs, for December",
        },
        {
            "start_ms": 1641994200000, "end_ms": 1641997800000, "severity": "0.7", "affects": "BTC",
            "title": "prices",
        },
    ]  # fmt: skip


def test_a_window_may_be_told_by_its_length() -> None:
    text = "affects,time,duration_minutes,severity,title\nETH/USDT,2022-01-12T13:30:00Z,7.5,0.3,upgrade\n"
    (found,) = read_calendar(text)
    assert isinstance(found, dict)
    assert found["end_ms"] - found["start_ms"] == 450_000


@pytest.mark.parametrize(
    ("text", "line", "key", "told"),
    [
        ("", None, "", "the calendar has no header"),
        ("when,what\n", 1, "", "the header is 'when,what'"),
        ("# no\n" + HEADER + "a,b\n", 3, "", "2 values stand under 5 columns"),
        (HEADER + "2022-01-12,2022-01-13T00:00:00Z,0.5,*,x\n", 2, "start", "'2022-01-12' is no time with"),
        (HEADER + "2022-01-12T13:30:00,2022-01-13T00:00:00Z,0.5,*,x\n", 2, "start", "is no time with a zone"),
        (HEADER + "2022-01-12T13:30:00Z,soon,0.5,*,x\n", 2, "end", "'soon' is no time with a zone"),
        (HEADER + "2022-01-12T13:30:00Z,2022-01-12T13:30:00Z,0.5,*,x\n", 2, "end", "ends before it begins"),
        (HEADER + "2022-01-12T13:30:00Z,2022-01-12T14:30:00Z,1.1,*,x\n", 2, "severity", "'1.1' is none"),
        (HEADER + "2022-01-12T13:30:00Z,2022-01-12T14:30:00Z,NaN,*,x\n", 2, "severity", "no such number"),
        (HEADER + "2022-01-12T13:30:00Z,2022-01-12T14:30:00Z,0.5,bitcoin,x\n", 2, "affects", "'bitcoin'"),
        (HEADER + "2022-01-12T13:30:00Z,2022-01-12T14:30:00Z,0.5,*,\n", 2, "title", "'' is none"),
        (
            "time,duration_minutes,severity,affects,title\n2022-01-12T13:30:00Z,1e99,0.5,*,x\n",
            2,
            "duration_minutes",
            "no such number",
        ),
    ],
)
def test_a_line_that_is_no_window_is_pointed_at(text: str, line: int | None, key: str, told: str) -> None:
    with pytest.raises(FileFault, match=r".+") as caught:
        read_calendar(text)
    assert (caught.value.line, caught.value.key) == (line, key)
    assert told in caught.value.what
    assert caught.value.remedy


def checked(folder: Path, calendar: str = "news.csv") -> BlueprintFile:
    path = folder / "blueprint.yaml"
    path.write_text(BLUEPRINT.replace("CALENDAR", calendar), encoding="utf-8")
    return check_blueprint(load_document(path), offered_plugins())


def test_a_calendar_lies_beside_its_blueprint(tmp_path: Path) -> None:
    text = HEADER + "2022-01-12T13:30:00Z,2022-01-12T14:30:00Z,0.7,BTC,prices\n"
    (tmp_path / "news.csv").write_text(text, encoding="utf-8")
    parameters = checked(tmp_path).workers[0].parameters
    assert isinstance(parameters, NewsThreatParameters)
    (found,) = parameters.calendar
    assert (found.title, found.asset, found.severity) == ("prices", "BTC", Decimal("0.7"))


def test_windows_may_stand_in_the_blueprint_itself(tmp_path: Path) -> None:
    parameters = checked(tmp_path, json.dumps([window(1, 2)])).workers[0].parameters
    assert isinstance(parameters, NewsThreatParameters)
    assert parameters.calendar[0].title == "prices"


def test_a_fault_of_the_calendar_names_file_line_key_cause_and_remedy(tmp_path: Path) -> None:
    text = HEADER + "2022-01-12T13:30:00Z,2022-01-12T14:30:00Z,7,BTC,prices\n"
    (tmp_path / "news.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused) as caught:
        checked(tmp_path)
    assert str(caught.value) == f"{tmp_path}/news.csv:2: severity: '7' is none; write a number from 0 to 1"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read: No such file or directory; check the path; it is relative to the blueprint"),
        (b"\xff\xfe\x00", "is no text in UTF-8; save it as UTF-8"),
        (b"#" * 1_000_001, "has 1000001 bytes, at most 1000000 are read; name a shorter file"),
    ],
    ids=["missing", "not UTF-8", "too long"],
)
def test_a_calendar_that_cannot_be_read_is_refused_where_it_is_named(
    content: bytes | None, told: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "news.csv").write_bytes(content)
    with pytest.raises(InputRefused) as caught:
        checked(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}/blueprint.yaml:5: workers.0.parameters.calendar: {tmp_path}/news.csv {told}"
    )


def test_a_folder_is_no_calendar(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="is no file; name a text file"):
        checked(tmp_path, "..")
