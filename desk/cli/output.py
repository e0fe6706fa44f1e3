"""What commands write: answers to stdout, diagnostics to stderr, one line each."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum

from desk.contracts.problems import Problem


class ExitCode(IntEnum):
    """What a command's exit means."""

    DONE = 0
    FAILED = 1
    INVALID = 2
    NOT_FLAT = 3
    REFUSED = 4


def say(text: str = "") -> None:
    """Write one answer to stdout."""
    sys.stdout.write(text + "\n")


def say_json(answer: Mapping[str, object]) -> None:
    """Write one JSON object, on one line, to stdout; what JSON does not know becomes text."""
    sys.stdout.write(json.dumps(answer, default=str) + "\n")


def complain(text: str) -> None:
    """Write a diagnostic to stderr."""
    sys.stderr.write(text + "\n")


def table(rows: Iterable[Sequence[str]]) -> str:
    """Lay rows out in columns, two spaces apart; the last column runs on."""
    cells = [tuple(row) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def problem_fields(problem: Problem) -> dict[str, object]:
    """Return a problem as JSON has it."""
    return {
        "file": problem.file,
        "line": problem.line,
        "key": problem.key,
        "what": problem.what,
        "remedy": problem.remedy,
    }
