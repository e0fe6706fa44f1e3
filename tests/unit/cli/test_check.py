"""`desk check` says of every file whether a desk would start with it."""

import json
import re
from pathlib import Path

import pytest

from desk.cli.main import main
from tests.builders.config import BLUEPRINT, DCA, DIRECT, PLATFORM, changed, written
from tests.builders.faulty_plugins import faulty_plugin

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_the_project_ships_is_valid(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["check"]) == 0
    answer = capsys.readouterr()
    assert answer.err == ""
    assert answer.out.splitlines() == [
        "platform.yaml: a valid platform",
        *(
            f"{one.relative_to(ROOT)}: a valid blueprint"
            for one in sorted((ROOT / "blueprints").glob("*.yaml"))
        ),
    ]


@pytest.mark.parametrize("page", ["sandbox.md", "exchanges.md"])
def test_the_block_of_a_page_replaces_what_it_says_of_the_file_that_is_shipped(
    page: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (block,) = re.findall(r"```yaml\n(connector:.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)
    told, _, limits = block.partition("risk: ")
    shipped = (ROOT / "platform.yaml").read_text()
    before, after = shipped.partition("connector:\n")[0], shipped.partition("orchestration:\n")[2]
    written(folder, "platform.yaml", f"{before}{told}orchestration:\n{after}")
    settings = [f"--set=risk.{name}={value}" for name, value in re.findall(r"(\w+): (\d+)", limits)]
    assert main(["check", *settings]) == 0
    assert capsys.readouterr().err == ""


def test_what_the_project_ships_for_pairs_is_valid(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT / "blueprints" / "btc-pairs")
    assert main(["check", "platform.yaml", "eleven-pairs.yaml"]) == 0
    assert capsys.readouterr().err == ""


def test_files_that_are_named_are_checked_together(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["platform.yaml", "trend.yaml", "dca.yaml", "direct.yaml"]
    for name, text in zip(names, [PLATFORM, BLUEPRINT, DCA, DIRECT], strict=True):
        written(folder, name, text)
    assert main(["check", *names]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_the_answer_in_json_is_one_object(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(folder, "platform.yaml", PLATFORM)
    written(folder, "bad.yaml", changed(BLUEPRINT, "mode: swot", "mode: swat"))
    assert main(["check", "platform.yaml", "bad.yaml", "--json"]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert answer["files"] == [
        {"file": "platform.yaml", "kind": "platform"},
        {"file": "bad.yaml", "kind": "blueprint"},
    ]
    (problem,) = answer["problems"]
    assert (problem["file"], problem["line"], problem["key"]) == ("bad.yaml", 2, "mode")


def test_what_is_probably_not_meant_is_a_caution_and_no_fault(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(folder, "wide.yaml", changed(BLUEPRINT, "trail_distance: 0.01", "trail_distance: 0.03"))
    assert main(["check", "wide.yaml"]) == 0
    assert capsys.readouterr().err.startswith("caution: wide.yaml:15: workers.2.parameters: ")


def test_settings_and_environment_are_checked_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written(folder, "platform.yaml", PLATFORM)
    assert main(["check", "--set", "risk.max_open_trades=none"]) == 2
    assert capsys.readouterr().err.startswith("--set: risk.max_open_trades: ")
    monkeypatch.setenv("DESK__DESK__ID", "Not Good")
    assert main(["check"]) == 2
    assert capsys.readouterr().err.startswith("environment DESK__DESK__ID: desk.id: ")


def test_a_key_of_the_screen_that_cannot_be_pressed_is_told_with_its_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(folder, "platform.yaml", PLATFORM + "ui:\n  keymap:\n    view.zoom: f6\n    desk.halt: ctrl+h\n")
    assert main(["check"]) == 2
    line = len(PLATFORM.splitlines()) + 4
    assert capsys.readouterr().err == (
        f"platform.yaml:{line}: ui.keymap.desk.halt: a terminal cannot tell ctrl+h from backspace; "
        "choose another key, such as f6 or ctrl+g\n"
    )
    assert main(["check", "--set", "ui.theme=desk-drak"]) == 2
    assert capsys.readouterr().err.startswith("--set: ui.theme: no theme ")


@pytest.mark.usefixtures("folder")
def test_a_folder_without_files_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 2
    assert "name the files to check" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("way", "told"),
    [
        ("raise ValueError('no such book')", "ValueError: no such book (faulty.py:31)"),
        ("sys.exit(3)", "SystemExit: 3 (faulty.py:31)"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt (faulty.py:31)"),
        ("self.context.cause()", "CalledOutsideOfAnEvent: faulty was not called by an event with a cause"),
    ],
)
def test_a_worker_that_cannot_be_made_is_told_in_one_line(
    way: str, told: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plugin = faulty_plugin(folder, "raises")
    written(folder, plugin.name, plugin.read_text().replace("        self.calls = 0\n", f"        {way}\n"))
    use = "  - use: faulty.py:Faulty\nplanners:\n"
    written(folder, "dca.yaml", changed(DCA, "planners:\n", use))
    assert main(["check", "dca.yaml"]) == 2
    answer = capsys.readouterr()
    (line,) = answer.err.splitlines()
    assert re.match(r"dca\.yaml:\d+: workers\.1\.use: faulty cannot be made: ", line)
    assert told in line
    assert line.endswith("; mend its __init__")
    assert answer.out == ""


def test_a_worker_is_made_as_the_desk_makes_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plugin = faulty_plugin(folder, "raises")
    asks = "assert context.view.account_currency == 'USDT' and not context.view.positions()"
    written(folder, plugin.name, plugin.read_text().replace("        self.calls = 0\n", f"        {asks}\n"))
    written(folder, "platform.yaml", PLATFORM)
    written(folder, "dca.yaml", changed(DCA, "planners:\n", "  - use: faulty.py:Faulty\nplanners:\n"))
    assert main(["check", "platform.yaml", "dca.yaml"]) == 0
    assert capsys.readouterr().err == ""
