"""`desk workers` shows what a trader needs to write a blueprint."""

import json

import pytest

from desk.cli.main import main
from desk.workers.registry import worker_names


def test_every_worker_is_listed_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workers"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert sorted(listed) == list(worker_names())


def test_a_worker_shows_its_parameters_with_units_and_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workers", "TrailingStopManager"]) == 0
    shown = capsys.readouterr().out
    assert "trailing_stop_manager (DYNAMIC_MANAGEMENT)" in shown
    (line,) = [line for line in shown.splitlines() if line.startswith("trail_distance")]
    assert line.split()[1] == "number"
    assert "0.01" in line
    assert "step or continuous" in shown
    assert "TICK_RECEIVED" in shown


def test_the_answer_in_json_has_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workers", "dca_executor", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    by_name = {one["name"]: one for one in answer["parameters"]}
    assert by_name["schedule"]["required"] is True
    assert by_name["max_price"]["type"] == "number or nothing"
    assert by_name["notional_quote"]["unit"] == "quote"
    assert main(["workers", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["workers"]) == len(worker_names())


def test_a_misspelt_worker_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workers", "trailing_stop"]) == 2
    assert "did you mean `trailing_stop_manager`?" in capsys.readouterr().err
