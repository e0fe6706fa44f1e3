"""Strict YAML: no duplicate keys, no guessed types, no tags or anchors; every value knows its line."""

import os
import stat
from pathlib import Path

import yaml
from yaml.events import AliasEvent, NodeEvent, ScalarEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError

from desk.config.document import Document, KeyPath, Place, Value, dotted
from desk.config.scalars import AmbiguousScalar, plain_scalar, refuse_giant
from desk.contracts.problems import InputRefused, Problem

_MAX_BYTES = 1_000_000
_MAX_DEPTH = 32
_SECRET_WORDS = ("api_key", "secret", "password", "token")


class _Refused(Exception):
    """The text is no YAML of ours from this line on."""

    def __init__(self, line: int, what: str, remedy: str) -> None:
        super().__init__(what)
        self.line = line
        self.what = what
        self.remedy = remedy


class _StrictComposer(yaml.SafeLoader):
    """Compose nodes; refuse what could make one file mean two things, or grow without bound."""

    _depth = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor is not None):
            raise _Refused(
                line, "anchors and aliases (& and *) are not allowed", "write the value out where it is used"
            )
        tag = getattr(event, "tag", None)
        if tag is not None and not (isinstance(event, ScalarEvent) and tag == "!"):
            raise _Refused(line, f"the tag {tag} is not allowed", "write the plain value")
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise _Refused(line, f"nested deeper than {_MAX_DEPTH} levels", "flatten it")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _Reader:
    """Turn nodes into values, collecting every fault instead of stopping at the first."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.places: dict[KeyPath, Place] = {}
        self.problems: list[Problem] = []

    def read(self, node: Node, path: KeyPath) -> Value:
        self.places.setdefault(path, Place(self._file, node.start_mark.line + 1))
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: KeyPath) -> dict[str, Value]:
        found: dict[str, Value] = {}
        first_lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self._key(key_node, path)
            if key is None:
                continue
            if key in first_lines:
                what = f"the key is written twice, first on line {first_lines[key]}"
                self._refuse(line, (*path, key), what, "keep one of the two")
                continue
            first_lines[key] = line
            self.places[(*path, key)] = Place(self._file, line)
            found[key] = self.read(value_node, (*path, key))
        return found

    def _key(self, node: Node, path: KeyPath) -> str | None:
        line = node.start_mark.line + 1
        if not isinstance(node, ScalarNode):
            self._refuse(line, path, "a key is a list or a mapping", "write a plain word as key")
            return None
        text = str(node.value)
        if node.style is not None:
            return text
        try:
            value = plain_scalar(text)
        except AmbiguousScalar as ambiguous:
            self._refuse(
                line, (*path, text), f"as a key, {ambiguous.what}", f'write "{text}" if it is the key'
            )
            return None
        if text == "<<":
            self._refuse(
                line, (*path, text), "merge keys are not allowed", "write the keys out where they are used"
            )
            return None
        if not isinstance(value, str):
            self._refuse(line, path, f"the key `{text}` is not a word", f'write "{text}" if it is the key')
            return None
        return text

    def _scalar(self, node: Node, path: KeyPath) -> Value:
        text = str(node.value)
        try:
            if isinstance(node, ScalarNode) and node.style is not None:
                refuse_giant(text)
                return text
            return plain_scalar(text)
        except AmbiguousScalar as ambiguous:
            told = (ambiguous.what, ambiguous.remedy)
            if _holds_secret(path):
                told = ("readers of YAML disagree about it", "write it in quotes")
            self._refuse(node.start_mark.line + 1, path, *told)
            return text

    def _refuse(self, line: int, path: KeyPath, what: str, remedy: str) -> None:
        self.problems.append(Problem(self._file, line, dotted(path), what, remedy))


def _holds_secret(path: KeyPath) -> bool:
    """Tell whether a value may be a secret: then no error repeats it."""
    return any(word in str(step) for step in path for word in _SECRET_WORDS)


def load_document(path: Path) -> Document:
    """Read one YAML file; raises InputRefused with every fault found in it."""
    return parse_document(_read_text(path), str(path))


def parse_document(text: str, file: str) -> Document:
    """Read YAML text that stands in `file`; raises InputRefused with every fault found in it."""
    root = _compose(text, file)
    if root is None:
        raise InputRefused(
            Problem(file, None, "", "the file is empty", "write its keys, or leave the file out")
        )
    if not isinstance(root, MappingNode):
        line = root.start_mark.line + 1
        raise InputRefused(Problem(file, line, "", "the file is not a mapping", "write `key: value` lines"))
    reader = _Reader(file)
    data = reader.read(root, ())
    if reader.problems:
        raise InputRefused(*reader.problems)
    assert isinstance(data, dict)  # noqa: S101 - narrows for mypy; the root is a mapping
    return Document(file, data, reader.places)


def parse_value(text: str, file: str, path: KeyPath = ()) -> Value:
    """Read the YAML text of the value at `path`, as an option or an environment variable holds it."""
    root = _compose(text, file)
    if root is None:
        return None
    reader = _Reader(file)
    value = reader.read(root, path)
    if reader.problems:
        raise InputRefused(*reader.problems)
    return value


def _compose(text: str, file: str) -> Node | None:
    try:
        composer = _StrictComposer(text)
        try:
            return composer.get_single_node()
        finally:
            composer.dispose()
    except _Refused as refused:
        problem = Problem(file, refused.line, "", refused.what, refused.remedy)
    except yaml.MarkedYAMLError as error:
        problem = _not_yaml(error, file)
    except ReaderError as error:
        line = text[: error.position].count("\n") + 1
        what = f"not valid YAML: the character {error.character:#06x} is not allowed"
        problem = Problem(file, line, "", what, "remove it, and save the file as plain UTF-8 text")
    raise InputRefused(problem)


def _not_yaml(error: yaml.MarkedYAMLError, file: str) -> Problem:
    """Say where the text is no YAML, and where what is not ended there began."""
    mark, begun = error.problem_mark or error.context_mark, error.context_mark
    line = None if mark is None else mark.line + 1
    what = " ".join((error.problem or "broken YAML").split())
    remedy = "mend the indentation or quote the text"
    if "another document" in what:
        what, remedy = "a second document begins (`---`)", "keep one document in the file"
    elif r"'\t'" in what:
        what, remedy = "a tab stands where YAML allows none", "write spaces in place of the tab"
    elif begun is not None and begun.line + 1 != line:
        what += f", in what begins on line {begun.line + 1}"
    return Problem(file, line, "", f"not valid YAML: {what}", remedy)


def _read_text(path: Path) -> str:
    file = str(path)
    try:
        with path.open("rb") as opened:
            status = os.fstat(opened.fileno())
            content = opened.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        problem = Problem(file, None, "", "the file does not exist", "check the path")
        raise InputRefused(problem) from None
    except OSError as error:
        problem = Problem(
            file, None, "", f"cannot be read: {error.strerror}", "check the path and its permissions"
        )
        raise InputRefused(problem) from None
    if status.st_mode & stat.S_IWOTH:
        # Whoever can write the configuration can trade: never trust a file that every user may change.
        raise InputRefused(
            Problem(file, None, "", "every user may change the file", f"run `chmod o-w {file}`")
        )
    if len(content) > _MAX_BYTES:
        raise InputRefused(
            Problem(file, None, "", f"larger than {_MAX_BYTES} bytes", "name a configuration file")
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        problem = Problem(file, line, "", "not UTF-8 text", "save the file as plain UTF-8 text")
        raise InputRefused(problem) from None
