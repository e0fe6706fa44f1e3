"""What `desk new-worker` writes runs unchanged, for every category: its test, the check and a replay."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from desk.cli.main import main
from desk.contracts.manifests import WorkerCategory

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a worker of each category."""
    made = tmp_path_factory.mktemp("plugins")
    with pytest.MonkeyPatch.context() as here:
        here.chdir(made)
        for category in WorkerCategory:
            assert main(["new-worker", name_of(category), "--category", category.lower()]) == 0
    return made


def name_of(category: WorkerCategory) -> str:
    return f"my_{category.lower()}"


def test_their_tests_pass(folder: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "plugins"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert "warning" not in done.stdout


def test_the_desk_would_start_with_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert main(["check"]) == 0
    blueprints = [f"plugins/{name_of(category)}.yaml" for category in WorkerCategory]
    assert main(["check", *blueprints, "--platform", "platform.yaml"]) == 0


@pytest.mark.parametrize("category", WorkerCategory)
def test_a_replay_trades_by_them(
    folder: Path,
    category: WorkerCategory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    blueprint = f"plugins/{name_of(category)}.yaml"
    arguments = ["--data", "plugins/sample_prices.csv", "--blueprint", blueprint, "--json"]
    assert main(["replay", *arguments, "--set", f"storage.path={folder / 'state'}"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    deciding = {line["worker"] for line in lines if line["type"] == "directive"}
    assert deciding
    decides_itself = category not in {
        WorkerCategory.CONTEXT,
        WorkerCategory.OPPORTUNITY,
        WorkerCategory.THREAT,
    }
    assert (name_of(category) in deciding) is decides_itself
    assert lines[-1]["type"] == "summary"


def test_a_replay_tells_why_a_worker_was_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new-worker", "dip_buyer", "--category", "opportunity"]) == 0
    worker = tmp_path / "plugins" / "dip_buyer.py"
    text = worker.read_text(encoding="utf-8").replace("max(self._closes)", "max([])")
    worker.write_text(text, encoding="utf-8")
    line = 1 + text.splitlines().index("        high = max([])")
    arguments = ["--data", "plugins/sample_prices.csv", "--blueprint", "plugins/dip_buyer.yaml"]
    assert main(["replay", *arguments, "--set", f"storage.path={tmp_path / 'state'}"]) == 0
    told = "desk: worker dip_buyer of dip-buyer was stopped: 5 errors within 60 min, the last in on_bar: "
    why = f"{told}ValueError: max() arg is an empty sequence (dip_buyer.py:{line})"
    said = capsys.readouterr().err.splitlines()
    failed = [place for place, one in enumerate(said) if one.startswith("desk: handler failed: ")]
    assert len(failed) == 5
    assert said.index(why) > failed[-1]
