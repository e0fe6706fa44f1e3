"""The layers know only what lies below them, and heavy libraries are loaded only where they are used."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOADED_LATE = ("apscheduler", "ccxt", "textual")


def exists(module: str) -> bool:
    """Tell whether a module can be found, without running it."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def loaded_by(module: str, suspects: tuple[str, ...]) -> list[str]:
    """Import a module in a process of its own and name the suspects that came along."""
    program = f"import sys, {module}; print(*(name for name in {suspects!r} if name in sys.modules))"
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_import_contracts_hold() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_library_that_is_loaded_is_noticed() -> None:
    assert loaded_by("json.tool", ("json", "sqlite3")) == ["json"]


@pytest.mark.parametrize(
    ("module", "suspects"),
    [
        ("desk.cli.main", (*LOADED_LATE, "aiosqlite")),
        ("desk.bootstrap", LOADED_LATE),
        ("connectors.registry", (*LOADED_LATE, "connectors.paper")),
    ],
)
def test_heavy_libraries_are_loaded_only_where_they_are_used(module: str, suspects: tuple[str, ...]) -> None:
    if not exists(module):
        pytest.skip(f"{module} is not written yet")
    assert loaded_by(module, suspects) == []
