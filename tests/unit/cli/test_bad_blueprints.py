"""One mistake in a blueprint is one line: file, line, key, cause and remedy."""

from pathlib import Path

import pytest

from desk.cli.main import main
from tests.builders.config import PLATFORM, written

GOOD = """\
name: trial
symbols: [BTC/USDT]
workers:
  - use: trailing_stop_manager
    parameters: {trigger_threshold: 0.01, trail_distance: 0.005}
planners:
  exit: [{use: stop_and_target}]
"""
WORKER = "  - use: trailing_stop_manager\n    parameters: {trigger_threshold: 0.01, trail_distance: 0.005}\n"
USE = "the worker's registered name (see `desk workers`), or a path as FILE.py:ClassName"

MISTAKES = {
    "no workers": (
        f"workers:\n{WORKER}",
        "workers: []\n",
        "3: workers: is empty; write the workers that decide",
    ),
    "a worker without use": (
        "use: trailing_stop_manager\n    ",
        "",
        f"4: workers.0.use: is missing; add it: {USE}",
    ),
    "a worker of nothing": (WORKER, "  - {}\n", f"4: workers.0.use: is missing; add it: {USE}"),
    "an empty use": ("trailing_stop_manager", '""', f"4: workers.0.use: is empty; write {USE}"),
    "a bare name": (
        WORKER,
        "  - trailing_stop_manager\n",
        (
            "4: workers.0: expected a mapping (`key: value` lines), was 'trailing_stop_manager'; "
            "write its keys: use, name, parameters"
        ),
    ),
    "a file without a class": (
        "trailing_stop_manager",
        "mine.py",
        "4: workers.0.use: there is no worker 'mine.py'; write mine.py:CLASS, with the name of its class",
    ),
    "a symbol of no form": (
        "BTC/USDT",
        "BTCUSDT",
        "2: symbols.0: 'BTCUSDT' has the wrong form; write a symbol, such as BTC/USDT or BTC/USDT:USDT",
    ),
    "a symbol twice": (
        "[BTC/USDT]",
        "[BTC/USDT, BTC/USDT]",
        "2: symbols: BTC/USDT is written twice; keep one of the two",
    ),
    "three ends of a range": (
        "{use: stop_and_target}",
        "{use: stop_and_target, when: {confidence: [0, 1, 2]}}",
        (
            "7: planners.exit.0.when.confidence: has 3 entries, and may have at most 2; write ranges of the "
            "directive's fields, as field: [lowest, highest], both included"
        ),
    ),
    "a tab": (
        "    parameters",
        "\tparameters",
        "5: not valid YAML: a tab stands where YAML allows none; write spaces in place of the tab",
    ),
    "a list without end": (
        "[BTC/USDT]",
        "[BTC/USDT",
        (
            "3: not valid YAML: expected ',' or ']', but got ':', in what begins on line 2; "
            "mend the indentation or quote the text"
        ),
    ),
    "a character that none sees": (
        "BTC/USDT",
        "BTC\x00/USDT",
        (
            "2: not valid YAML: the character 0x0000 is not allowed; remove it, and save the file as "
            "plain UTF-8 text"
        ),
    ),
    "two documents": (
        "planners:",
        "---\nplanners:",
        "6: not valid YAML: a second document begins (`---`); keep one document in the file",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    old, new, told = MISTAKES[name]
    assert old in GOOD
    written(tmp_path, "platform.yaml", PLATFORM)
    written(tmp_path, "trial.yaml", GOOD.replace(old, new, 1))
    assert main(["check", "platform.yaml", "trial.yaml"]) == 2
    assert capsys.readouterr().err.splitlines() == [f"trial.yaml:{told}"]


def test_a_word_in_place_of_a_yes_or_no_is_told_with_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "platform.yaml", PLATFORM)
    assert main(["check", "platform.yaml", "--set", 'control.enabled="yes"']) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("--set: control.enabled: expected true or false, was 'yes'; write true or false: ")
