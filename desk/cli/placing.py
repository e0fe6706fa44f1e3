"""Faults that a screen finds in its settings, named by where each was written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from desk.config.document import Document
from desk.contracts.problems import InputRefused, Problem

_OF_THE_SCREEN = "ui."
_OF_A_KEY = "ui.keymap."


@contextmanager
def placed(document: Document) -> Iterator[None]:
    """Let a refusal say file and line, `--set` or the variable; the screen itself knows none of them."""
    try:
        yield
    except InputRefused as refused:
        raise InputRefused(*(_placed(one, document) for one in refused.problems)) from None


def _placed(problem: Problem, document: Document) -> Problem:
    if not problem.key.startswith(_OF_THE_SCREEN):
        return problem
    action = problem.key.removeprefix(_OF_A_KEY)
    steps = tuple(problem.key.split(".")) if action == problem.key else ("ui", "keymap", action)
    place = document.place(steps)
    return replace(problem, file=place.file, line=place.line)
