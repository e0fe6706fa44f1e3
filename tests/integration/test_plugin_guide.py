"""docs/plugins.md is followed to the letter: its commands are run, its worker and its test are run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from desk.cli.main import main
from desk.config.worker_path import load_worker
from desk.contracts.problems import InputRefused
from desk.workers.inspection import faults_of

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Follow the commands of the guide, as they are written."""
    made = tmp_path_factory.mktemp("guide")
    (commands,) = blocks("sh")
    assert len(commands.splitlines()) == 5
    with pytest.MonkeyPatch.context() as here:
        here.chdir(made)
        here.setenv("DESK__STORAGE__PATH", str(made / "state"))
        for line in commands.splitlines():
            program, *arguments = shlex.split(line)
            if program == "pytest":
                continue  # below, with the guide's own test, in one process
            assert program == "desk"
            assert main(arguments) == 0, line
    return made


def passes(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_commands_write_the_files_that_it_names(folder: Path) -> None:
    table = re.findall(r"^\| `([\w./]+)` \|", GUIDE, re.MULTILINE)
    assert table
    assert all((folder / name).is_file() for name in table)


def test_its_worker_is_sound_and_its_tests_pass(folder: Path) -> None:
    worker, test = blocks("python")
    plugins = folder / "plugins"
    for name, text in (("quiet.py", worker), ("test_quiet.py", test)):
        (plugins / name).write_text(text, encoding="utf-8")
        (plugins / name).chmod(0o644)
    passes(folder, "plugins/test_dip_buyer.py", "plugins/test_quiet.py")


def test_the_refusal_that_it_shows_is_the_desks_own(tmp_path: Path) -> None:
    (shown,) = re.findall(r"quiet\.py:(\d+): (manifest\.handlers\.TIME_PASSED: .*)$", GUIDE, re.MULTILINE)
    worker = blocks("python")[0].replace('"on_time"}', '"on_tme"}')
    (tmp_path / "quiet.py").write_text(worker, encoding="utf-8")
    (tmp_path / "quiet.py").chmod(0o644)
    with pytest.raises(InputRefused) as caught:
        load_worker("quiet.py:Quiet", tmp_path, faults_of)
    assert str(caught.value).endswith(f"quiet.py:{shown[0]}: {shown[1]}")
