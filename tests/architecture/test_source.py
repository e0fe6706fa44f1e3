"""The source keeps to its rules: short, telling names, no float for money, no trace of a machine."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import source_rules

ROOT = Path(__file__).parents[2]
MONEY = ("desk/ledger/", "desk/execution/", "desk/planning/", "connectors/venue/")
SHIPPED = ("desk/", "connectors/")


def project_files() -> list[str]:
    """List what is in the project, also what is new and not yet committed."""
    git = shutil.which("git")
    assert git, "git tells which files are the project's"
    command = [git, "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in listed.splitlines() if (ROOT / name).is_file()]


FILES = project_files()
PYTHON = [name for name in FILES if name.endswith(".py") and name.startswith((*SHIPPED, "tests/"))]


def faults(names: list[str], rule: Callable[[str], list[str]]) -> list[str]:
    """Apply a rule to the text of each file."""
    texts = ((name, (ROOT / name).read_text(encoding="utf-8", errors="replace")) for name in names)
    return [f"{name}:{fault}" for name, text in texts for fault in rule(text)]


def test_there_is_source_to_look_at() -> None:
    assert "tests/architecture/test_source.py" in PYTHON
    assert {"pyproject.toml", "README.md", "requirements.lock"} <= set(FILES)


def test_no_file_is_over_450_lines() -> None:
    assert faults(PYTHON, source_rules.long_file) == []


def test_no_function_is_over_40_lines() -> None:
    shipped = [name for name in PYTHON if name.startswith(SHIPPED)]
    assert faults(shipped, source_rules.long_functions) == []


def test_no_module_has_a_vague_name() -> None:
    assert [f"{name}: {fault}" for name in PYTHON for fault in source_rules.vague_names(name)] == []


def test_no_money_is_a_float() -> None:
    assert faults([name for name in PYTHON if name.startswith(MONEY)], source_rules.floats) == []


def test_no_file_holds_a_path_or_package_host_of_one_machine() -> None:
    assert faults(FILES, source_rules.local_traces) == []


@pytest.mark.parametrize("line", ["aiosqlite", "hatchling", "pydantic", "pytest", "ruff"])
def test_every_pin_in_the_lock_has_a_hash(line: str) -> None:
    entries = (ROOT / "requirements.lock").read_text(encoding="utf-8").split("\n")
    at = next(number for number, text in enumerate(entries) if text.startswith(f"{line}=="))
    assert "--hash=sha256:" in entries[at + 1]
