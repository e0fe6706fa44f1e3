"""Where in a plugin's file something is written: its class, manifest, methods and parameters."""

import ast
import inspect
import linecache
from collections.abc import Iterator
from itertools import chain

Key = tuple[str, ...]


class PluginSource:
    """Know the file of a class, and the line of each of its parts; without a source it knows no lines."""

    def __init__(self, found: type[object], parameters: object) -> None:
        try:
            self.file = inspect.getsourcefile(found) or found.__module__
        except (OSError, TypeError):
            self.file = found.__module__
        self._lines = dict(_lines_of(found, parameters, self.file))

    def line(self, key: Key) -> int | None:
        """Return where `key` is written, or else what is around it: ("manifest", "handlers", "TICK")."""
        for length in range(len(key), -1, -1):
            line = self._lines.get(key[:length])
            if line is not None:
                return line
        return None


def _lines_of(found: type[object], parameters: object, file: str) -> Iterator[tuple[Key, int]]:
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return
    classes = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    own = classes.get(found.__name__)
    if own is None:
        return
    yield (), own.lineno
    for statement in own.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (statement.name,), statement.lineno
        elif _assigned(statement) == "manifest":
            yield from _manifest_lines(statement)
    model = classes.get(getattr(parameters, "__name__", ""))
    for statement in [] if model is None else model.body:
        name = _assigned(statement)
        if name is not None:
            yield ("manifest", "parameters", name), statement.lineno


def _assigned(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.Assign):
        target: ast.expr = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign):
        target = statement.target
    else:
        return None
    return target.id if isinstance(target, ast.Name) else None


def _manifest_lines(statement: ast.stmt) -> Iterator[tuple[Key, int]]:
    yield ("manifest",), statement.lineno
    calls = (node for node in ast.walk(statement) if isinstance(node, ast.Call))
    for word in chain.from_iterable(call.keywords for call in calls):
        if word.arg is None:
            continue
        yield ("manifest", word.arg), word.value.lineno
        if isinstance(word.value, ast.Dict):
            for name in word.value.keys:
                if name is not None:
                    yield ("manifest", word.arg, ast.unparse(name).strip("'\"")), name.lineno
