"""Rules about the source, as functions from a text to its faults, so that each can be shown to bite."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath

MAX_FILE_LINES = 450
MAX_FUNCTION_LINES = 40
VAGUE_NAMES = frozenset({"common", "helper", "helpers", "manager", "misc", "util", "utils"})
NOT_MONEY = "# not money:"
# In pieces, so that this file does not break the rule it holds.
MACHINE_PATH = re.compile(r"(?<![\w.~$}-])/(?:work|root|Users|home/[a-z]\w*)/")
REGISTRY_HOST = re.compile(r"pypi\.(?:org)|pythonhosted\.(?:org)|registry\.npmjs\.(?:org)|file:/(?:/)")


def long_file(source: str) -> list[str]:
    lines = len(source.splitlines())
    return [f"{lines} lines, at most {MAX_FILE_LINES}"] if lines > MAX_FILE_LINES else []


def long_functions(source: str) -> list[str]:
    return [
        f"{node.lineno}: {node.name} has {length} lines, at most {MAX_FUNCTION_LINES}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := function_length(node)) > MAX_FUNCTION_LINES
    ]


def function_length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines from `def` to the end, its docstring left out."""
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node, clean=False) is None:
        return length
    docstring = node.body[0]
    return length - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def vague_names(path: str) -> list[str]:
    parts = PurePath(path).with_suffix("").parts
    return [f"{part} says nothing of what is in it" for part in parts if part in VAGUE_NAMES]


def floats(source: str) -> list[str]:
    """Find float literals and conversions to float that no comment on their line exempts."""
    lines = source.splitlines()
    return [
        f"{line}: a float; Decimal from a string, or `{NOT_MONEY} <what it is>`"
        for line in sorted(set(_float_lines(ast.parse(source))))
        if NOT_MONEY not in lines[line - 1]
    ]


def _float_lines(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
            yield node.lineno


def local_traces(text: str) -> list[str]:
    """Find paths and package hosts that hold only on the machine where a file was made."""
    return [
        f"{number}: {found.group()}"
        for number, line in enumerate(text.splitlines(), start=1)
        for pattern in (MACHINE_PATH, REGISTRY_HOST)
        if (found := pattern.search(line))
    ]
