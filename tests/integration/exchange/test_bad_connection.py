"""A daemon at an exchange that goes out of reach: what the real connector shows is what latches the desk."""

import json
from pathlib import Path

import pytest

from tests.builders.exchange_desk import ENVIRONMENT, exchange_platform
from tests.builders.processes import DeskProcess, answered, started
from tests.builders.sandbox import started_sandbox


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def until_said(desk: DeskProcess, word: str) -> None:
    desk.lives_until(lambda: word in desk.words.read_text())


def until_alarmed(desk: DeskProcess, word: str) -> None:
    desk.lives_until_told(lambda told: any(one["type"] == "alarm" and word in one["text"] for one in told))


def test_a_clock_that_is_off_and_streams_that_are_gone_latch_the_desk(tmp_path: Path) -> None:
    log = tmp_path / "state" / "desk.log"
    with started_sandbox() as exchange:
        platform = exchange_platform(tmp_path, exchange)
        exchange.fault("clock_skew", skew_ms=4000)
        with started(tmp_path, "--set", "risk.max_stream_silence_ms=1000", platform=platform) as desk:
            until_said(desk, "ACTIVE is now REDUCING: the clock of ccxt is +")
            exchange.lift_faults()
            exchange.fault("stream_refused")
            exchange.fault("stream_closed")
            until_alarmed(desk, "the stream ")
            desk.lives_until(lambda: not _has_all_streams(tmp_path, platform))
            exchange.lift_faults()
            desk.lives_until(lambda: _ended(log, "the stream "))


def _has_all_streams(folder: Path, platform: str) -> bool:
    code, seen = answered(folder, "status", platform=platform)
    assert code == 0
    return all(one["is_up"] for one in seen["health"]["streams"])


def _ended(log: Path, word: str) -> bool:
    lines = (json.loads(line) for line in log.read_text().splitlines())
    return any(one["event"] == "alarm_ended" and word in one["text"] for one in lines)
