"""`python -m benchmarks` measures for minutes: what it is asked wrongly, or only about, begins nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("argument", "code", "told"),
    [
        ("--help", 0, "put the figures into docs/performance.md"),
        ("--wri", 2, "unrecognized arguments: --wri"),
    ],
)
def test_a_question_or_a_mistyped_argument_measures_nothing(argument: str, code: int, told: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks", argument],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.returncode == code
    assert told in answer.stdout + answer.stderr
