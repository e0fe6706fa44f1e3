"""What can be typed, what becomes of a mistake, and which exit code an end has."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from desk.cli.main import main
from desk.cli.options import DataFile, ReplayOptions, RunOptions, ScreenOptions
from desk.contracts.problems import DeskError, RefusedByState

ROOT = Path(__file__).parents[3]


class Recorded(ModuleType):
    """Stand in for a command's module and keep the options it is called with."""

    def __init__(self, name: str, end: int | Exception = 0) -> None:
        super().__init__(name)
        self.end = end
        self.options: object = None
        self.screen: object = None

    def command(self, options: object, screen: object = None) -> int:
        self.options, self.screen = options, screen
        if isinstance(self.end, Exception):
            raise self.end
        return self.end


def stand_in(monkeypatch: pytest.MonkeyPatch, name: str, end: int | Exception = 0) -> Recorded:
    module = Recorded(f"desk.cli.{name}", end)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


@pytest.mark.parametrize("name", ["run", "daemon"])
def test_what_is_typed_reaches_a_run_as_typed_values(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    module = stand_in(monkeypatch, name)
    files = "--platform p.yaml --blueprint a.yaml --blueprint b.yaml"
    assert main([name, *f"{files} --set x.y=1 --set z=2 --duration 30s --live --json".split()]) == 0
    assert module.options == RunOptions(
        Path("p.yaml"), (Path("a.yaml"), Path("b.yaml")), ("x.y=1", "z=2"), 30_000, live=True, json=True
    )


def test_a_run_needs_no_options(monkeypatch: pytest.MonkeyPatch) -> None:
    module = stand_in(monkeypatch, "run")
    assert main(["run"]) == 0
    assert module.options == RunOptions()


@pytest.mark.parametrize("name", ["run", "attach"])
def test_what_is_typed_of_the_screen_reaches_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    module = stand_in(monkeypatch, name)
    assert main([name, "--ascii", "--observe"]) == 0
    assert module.screen == ScreenOptions(ascii_only=True, observe=True)


def test_a_replay_takes_several_files_with_and_without_symbol(monkeypatch: pytest.MonkeyPatch) -> None:
    module = stand_in(monkeypatch, "replay")
    typed = "--data BTC/USDT:USDT=a=1.csv b=2.csv --data c.csv --blueprint x.yaml --strict"
    assert main(["replay", *typed.split()]) == 0
    assert module.options == ReplayOptions(
        (DataFile(Path("a=1.csv"), "BTC/USDT:USDT"), DataFile(Path("b=2.csv")), DataFile(Path("c.csv"))),
        (Path("x.yaml"),),
        strict=True,
    )


@pytest.mark.parametrize(
    ("end", "code", "line"),
    [
        (3, 3, None),
        (DeskError("it broke"), 1, "desk: it broke"),
        (RefusedByState("another desk runs"), 4, "desk: another desk runs"),
        (
            OSError(28, "No space left on device", "desk.lock"),
            1,
            "desk: desk.lock: No space left on device; free the disk, or mend its permissions",
        ),
    ],
)
def test_the_end_of_a_command_is_its_exit_code(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    end: int | Exception,
    code: int,
    line: str,
) -> None:
    stand_in(monkeypatch, "run", end)
    assert main(["run"]) == code
    assert capsys.readouterr().err.splitlines() == ([line] if line else [])


@pytest.mark.parametrize(
    "typed",
    [
        "nonsense",
        "run --nonsense",
        "run extra",
        "run --duration",
        "run --duration soon",
        "run --duration 0s",
        "replay",
        "replay --data a.csv",
        "replay --blueprint a.yaml",
        "why",
        "journal nonsense",
        "workers no_such_worker",
    ],
)
def test_a_mistyped_command_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    assert main(typed.split()) == 2
    answer = capsys.readouterr()
    assert len(answer.err.splitlines()) == 1
    assert answer.out == ""


def test_help_is_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    answer = capsys.readouterr().out
    for name in ("run", "daemon", "replay", "check", "workers", "why", "why-not", "journal"):
        assert name in answer


def test_the_command_runs_as_a_process_of_its_own() -> None:
    command = [sys.executable, "-W", "error", "-m", "desk.cli.main", "daemon", "--nonsense"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "desk: Unknown option: --nonsense. See `desk --help`.\n"
