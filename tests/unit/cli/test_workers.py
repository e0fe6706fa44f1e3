"""`desk workers` shows what a trader needs to write a blueprint."""

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from desk.cli import workers
from desk.cli.main import main
from desk.contracts.manifests import WorkerCategory
from desk.contracts.snapshot import WorkerRow
from desk.contracts.states import WorkerStatus
from desk.workers.registry import worker_names
from tests.builders.config import BLUEPRINT, PLATFORM, written

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_every_worker_is_listed_once_by_category(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workers"]) == 0
    listed, _, state = capsys.readouterr().out.partition("\n\n")
    rows = [re.split(r" {2,}", line) for line in listed.splitlines()]
    assert sorted(row[0] for row in rows) == list(worker_names())
    assert {row[2] for row in rows} == {"built in"}
    categories = [row[1] for row in rows]
    assert categories == sorted(categories, key=[str(one) for one in WorkerCategory].index)
    assert state == "no desk is known here: there is no platform.yaml\n"


def test_a_worker_shows_its_parameters_with_units_and_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workers", "TrailingStopManager"]) == 0
    shown = capsys.readouterr().out
    assert "trailing_stop_manager (DYNAMIC_MANAGEMENT, built in)" in shown
    (line,) = [line for line in shown.splitlines() if line.startswith("trail_distance")]
    assert line.split()[1] == "number"
    assert "0.01" in line
    assert "above 0, below 1" in line
    assert "step or continuous" in shown
    assert "TICK_RECEIVED" in shown


def test_the_answer_in_json_has_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workers", "dca_executor", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    by_name = {one["name"]: one for one in answer["parameters"]}
    assert by_name["schedule"]["required"] is True
    assert by_name["max_price"]["type"] == "number or nothing"
    assert by_name["notional_quote"]["unit"] == "quote"
    assert by_name["notional_quote"]["range"] == "above 0"
    assert by_name["symbol"]["range"] == "such as BTC/USDT or BTC/USDT:USDT"
    assert answer["place"] == "built in"
    assert main(["workers", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["workers"]) == len(worker_names())


def test_a_misspelt_worker_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workers", "trailing_stop"]) == 2
    assert "did you mean `trailing_stop_manager`?" in capsys.readouterr().err


def test_what_stands_in_a_list_has_its_ranges(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workers", "partial_profit_taker"]) == 0
    assert re.search(r"targets .* share above 0, at most 1", capsys.readouterr().out)


def test_a_worker_by_path_is_listed_and_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new-worker", "dip_watch", "--category", "threat"]) == 0
    capsys.readouterr()
    assert main(["workers"]) == 0
    assert re.search(r"dip_watch +THREAT +by path in plugins/dip_watch\.yaml +Sees", capsys.readouterr().out)
    for name in ("dip_watch", "plugins/dip_watch.py:DipWatch"):
        assert main(["workers", name]) == 0
        shown = capsys.readouterr().out
        assert shown.startswith("dip_watch (THREAT, by path")
        assert re.search(r"window_bars +whole number +bars +15 +at least 1, at most 5000 ", shown)
    (folder / "elsewhere.yaml").write_text(
        "workers: [{use: plugins/dip_watch.py:DipWatch}]", encoding="utf-8"
    )
    assert main(["workers", "--blueprint", "elsewhere.yaml", "--json"]) == 0
    by_name = {one["name"]: one for one in json.loads(capsys.readouterr().out)["workers"]}
    assert by_name["dip_watch"]["place"] == "by path in elsewhere.yaml"


def test_a_worker_that_cannot_be_run_is_listed_with_the_reason(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "blueprints").mkdir()
    written(folder / "blueprints", "mine.yaml", "workers: [{use: mine.py:Mine}]")
    assert main(["workers"]) == 0
    assert "refused: there is no such file; check the path" in capsys.readouterr().out
    assert main(["workers", "mine.py:Mine"]) == 2
    assert capsys.readouterr().err == "mine.py: there is no such file; check the path\n"


def test_a_desk_that_does_not_run_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(folder, "platform.yaml", PLATFORM)
    state = f"storage.path={folder / 'state'}"
    assert main(["workers", "--set", state]) == 0
    assert capsys.readouterr().out.endswith("no desk of platform.yaml runs, so none of them does\n")
    assert main(["workers", "dca_executor", "--json", "--set", state]) == 0
    assert json.loads(capsys.readouterr().out)["running"] is None


def test_a_desk_that_runs_tells_how_its_workers_are(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written(folder, "platform.yaml", PLATFORM)
    stopped = WorkerRow("dca_executor", "weekly", "SCHEDULED", WorkerStatus.STOPPED, 5, "5 errors, the last")
    running = WorkerRow("trend_context", "trend", "CONTEXT", WorkerStatus.RUNNING, 0, "")
    monkeypatch.setattr(workers, "ask", lambda *_: SimpleNamespace(workers=[running, stopped]))
    assert main(["workers"]) == 0
    told = capsys.readouterr().out
    assert re.search(r"dca_executor +weekly +STOPPED +5 +5 errors, the last\n", told)
    assert re.search(r"trend_context +trend +RUNNING +0\n", told)
    assert main(["workers", "dca_executor", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["running"]
    assert (row["status"], row["errors"]) == ("STOPPED", 5)
    assert main(["workers", "breakeven_mover"]) == 0
    assert capsys.readouterr().out.endswith("the desk that runs here does not use it\n")


def test_nothing_heavy_is_loaded_to_list_them() -> None:
    program = (
        "import sys; from desk.cli.main import main; main(['workers']); "
        "sys.exit(', '.join({'textual', 'ccxt', 'apscheduler', 'hypothesis', 'pytest'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.stderr.strip() == ""


PACKAGED = """
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest
from desk.workers.base import Worker


class Watcher(Worker):
    manifest = WorkerManifest(
        name="watcher", category=WorkerCategory.CONTEXT, summary="Watches.",
        handlers={"TICK_RECEIVED": "on_tick"}, publishes=frozenset(), parameters=Parameters,
    )

    def on_tick(self, tick) -> DispositionEnvelope:
        return DispositionEnvelope.CONTINUE
"""
POINTS = """[desk.workers]
watcher = watching_from_afar:Watcher
trend_context = watching_from_afar:Watcher
broken = watching_from_afar:Absent
"""


def test_what_a_package_offers_is_listed_with_its_name_and_faults(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    package = folder / "site"
    info = package / "watching-1.0.dist-info"
    info.mkdir(parents=True)
    written(package, "watching_from_afar.py", PACKAGED)
    written(info, "METADATA", "Metadata-Version: 2.1\nName: watching\nVersion: 1.0\n")
    written(info, "entry_points.txt", POINTS)
    monkeypatch.syspath_prepend(str(package))
    monkeypatch.delitem(sys.modules, "watching_from_afar", raising=False)
    assert main(["workers"]) == 0
    told = capsys.readouterr().out
    assert re.search(r"^watcher +CONTEXT +package watching 1\.0 +Watches\.$", told, re.MULTILINE)
    assert re.search(
        r"^broken +- +package watching 1\.0 +refused: .*watching_from_afar:Absent", told, re.MULTILINE
    )
    assert re.search(r"^trend_context +CONTEXT +built in ", told, re.MULTILINE)
    assert main(["workers", "broken"]) == 2
    assert "does not load from watching_from_afar:Absent: AttributeError" in capsys.readouterr().err
    written(folder, "mine.yaml", BLUEPRINT)
    assert main(["check", "mine.yaml"]) == 2
    assert re.search(
        r"mine\.yaml:\d+: workers\.0\.use: package watching 1\.0: offers a worker 'trend_context', and",
        capsys.readouterr().err,
    )
