"""Parameters that are text files beside a blueprint: read at load, so that no plugin needs to."""

import json
import stat
from pathlib import Path

from desk.config.document import Document, KeyPath
from desk.contracts.manifests import Parameters, TextFile
from desk.contracts.problems import FileFault, InputRefused, Problem

_MAX_BYTES = 1_000_000


def parameters_json(document: Document, model: type[Parameters], path: KeyPath) -> str:
    """Write the parameters at `path` as JSON, with what the files they name say in place of their paths.

    Raises InputRefused with the fault of every file.
    """
    given = document.value(path)
    if given is None:
        return "{}"
    files = {name: marked for name in model.model_fields if (marked := _marked(model, name)) is not None}
    if not isinstance(given, dict) or not any(isinstance(given.get(name), str) for name in files):
        return document.json(path)
    told: dict[str, object] = dict(given)
    problems: list[Problem] = []
    for name, file in files.items():
        named = given.get(name)
        if isinstance(named, str):
            try:
                told[name] = _read(document, (*path, name), Path(document.file).parent / named, file)
            except InputRefused as refused:
                problems += refused.problems
    if problems:
        raise InputRefused(*problems)
    return json.dumps(told, default=str)


def _marked(model: type[Parameters], name: str) -> TextFile | None:
    return next((one for one in model.model_fields[name].metadata if isinstance(one, TextFile)), None)


def _read(document: Document, path: KeyPath, file: Path, marked: TextFile) -> object:
    try:
        return marked.read(_text(document, path, file))
    except FileFault as fault:
        raise InputRefused(Problem(str(file), fault.line, fault.key, fault.what, fault.remedy)) from None


def _text(document: Document, path: KeyPath, file: Path) -> str:
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):
            raise InputRefused(document.problem(path, f"{file} is no file", "name a text file"))
        if found.st_size > _MAX_BYTES:
            what = f"{file} has {found.st_size} bytes, at most {_MAX_BYTES} are read"
            raise InputRefused(document.problem(path, what, "name a shorter file"))
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputRefused(
            document.problem(path, f"{file} is no text in UTF-8", "save it as UTF-8")
        ) from None
    except OSError as error:
        what = f"{file} cannot be read: {error.strerror}"
        remedy = "check the path; it is relative to the blueprint"
        raise InputRefused(document.problem(path, what, remedy)) from None
