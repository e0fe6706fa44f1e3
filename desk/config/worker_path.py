"""Workers named by a path in a blueprint: `FILE.py:ClassName`, relative to the blueprint."""

import hashlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.abc import InspectLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from traceback import extract_tb
from types import CodeType, ModuleType

from desk.config.document import Document
from desk.config.faults import folded, suggestion
from desk.config.migration import migration_of
from desk.config.trusted_file import distrust
from desk.contracts.manifests import WorkerManifest
from desk.contracts.problems import InputRefused, Problem

_NO_WORKER = "write a subclass of desk.workers.base.Worker with a manifest, as `desk new-worker` does"

WorkerCheck = Callable[[type[object]], Sequence[Problem]]
"""Name what keeps a class from being run as a worker."""


@dataclass(frozen=True, slots=True)
class LoadedWorker:
    """Hold a class found by path, and its manifest."""

    worker_class: type[object]
    manifest: WorkerManifest


def load_by_path(document: Document, use: str, check: WorkerCheck) -> LoadedWorker:
    """Run the file a blueprint's `use` names and return its worker; raises InputRefused.

    Each fault is told where the blueprint names the file, with its own place in the file.
    """
    try:
        return load_worker(use, Path(document.file).parent, check)
    except InputRefused as refused:
        told = [_problem(document, use, _inner(one), one.remedy) for one in refused.problems]
        raise InputRefused(*told) from refused


def load_worker(use: str, folder: Path, check: WorkerCheck) -> LoadedWorker:
    """Run `FILE.py:ClassName`, relative to `folder`, and return its worker; raises InputRefused.

    The file is code and is trusted like the desk itself: none but its user may be able to change it.
    """
    file, _, class_name = use.partition(".py:")
    path = folder / f"{file}.py"
    module = _module(path)
    found = getattr(module, class_name, None)
    manifest = getattr(found, "manifest", None)
    if not isinstance(found, type):
        classes = [
            name
            for name, one in vars(module).items()
            if isinstance(getattr(one, "manifest", None), WorkerManifest)
        ]
        remedy = suggestion(class_name, classes, "write one of") if classes else _NO_WORKER
        what = f"has no class {class_name}" if class_name else "is named without a class"
        raise InputRefused(Problem(str(path), None, "", what, remedy))
    if isinstance(manifest, Mapping):
        raise InputRefused(_of_v2(path, class_name, manifest))
    problems = check(found)
    if problems or not isinstance(manifest, WorkerManifest):
        raise InputRefused(*problems)
    return LoadedWorker(found, manifest)


def name_clashes(
    document: Document, loaded: Mapping[str, LoadedWorker], known: Mapping[str, WorkerManifest]
) -> list[Problem]:
    """Find workers by path that are called like a worker the desk has, or like each other."""
    problems = []
    first: dict[str, str] = {}
    for use, one in loaded.items():
        name = one.manifest.name
        other = next((each for each in known if folded(each) == folded(name)), None)
        earlier = first.setdefault(folded(name), use)
        if other is not None:
            what = f"the manifest of {use} calls it {name}, and the desk has a worker {other}"
            problems.append(_problem(document, use, what, "give the manifest another name"))
        elif loaded[earlier].worker_class is not one.worker_class:
            what = f"the manifests of {earlier} and {use} both say {name}"
            problems.append(_problem(document, use, what, "give one of them another name"))
    return problems


class _OneFile(InspectLoader):
    """Load a module from text that was read once: no compiled copy beside it is read or written."""

    def __init__(self, path: Path, text: bytes) -> None:
        self.path = path
        self.text = text

    def get_source(self, fullname: str) -> str:
        """Return the text."""
        return self.text.decode()

    def get_code(self, fullname: str) -> CodeType:
        """Return the text, compiled; raises SyntaxError or ValueError."""
        return self.source_to_code(self.text, str(self.path))


def _module(path: Path) -> ModuleType:
    """Return the module of a file; a file that two blueprints use is run once."""
    text = _read(path)
    place = path.resolve()
    name = f"desk_worker_{place.stem}_{hashlib.sha256(str(place).encode()).hexdigest()[:8]}"
    known = sys.modules.get(name)
    if known is not None and getattr(known.__loader__, "text", None) == text:
        return known
    specification = spec_from_file_location(name, place, loader=_OneFile(place, text))
    if specification is None or specification.loader is None:
        raise InputRefused(Problem(str(path), None, "", "is no Python file", "name a .py file"))
    module = module_from_spec(specification)
    sys.modules[name] = module
    try:
        specification.loader.exec_module(module)
    except BaseException as error:
        # Whatever somebody else's file raises is a fault of that file, told where the blueprint names it.
        del sys.modules[name]
        raise InputRefused(_load_fault(path, place, error)) from error
    return module


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise InputRefused(Problem(str(path), None, "", "there is no such file", "check the path"))
    try:
        found = distrust(path)
        if found is None:
            return path.read_bytes()
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise InputRefused(Problem(str(path), None, "", what, "mend its permissions")) from error
    raise InputRefused(Problem(str(path), None, "", *found))


def _load_fault(path: Path, place: Path, error: BaseException) -> Problem:
    lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == str(place)]
    line = lines[-1] if lines else None
    text = str(error)
    if isinstance(error, SyntaxError):
        text = error.msg
        line = error.lineno if error.filename == str(place) else line
    what = f"does not load: {type(error).__name__}: {' '.join(text.split())}"
    return Problem(str(path), line, "", what, "mend the file")


def _of_v2(path: Path, class_name: str, manifest: Mapping[object, object]) -> Problem:
    nested = manifest.get("identification")
    named = nested if isinstance(nested, Mapping) else manifest
    remedy = migration_of(named.get("type"), named.get("subtype"))
    if remedy is not None:
        what = f"{class_name} is a V2 ExecutionWorker of {named.get('subtype')}, which is not supported"
        return Problem(str(path), None, "manifest", what, remedy)
    what = f"the manifest of {class_name} is a mapping"
    return Problem(str(path), None, "manifest", what, "write a WorkerManifest")


def _inner(problem: Problem) -> str:
    """Say a fault within a file, in one clause."""
    name = Path(problem.file).name
    place = name if problem.line is None else f"{name}:{problem.line}"
    key = f"{problem.key}: " if problem.key else ""
    return f"{place}: {key}{problem.what}"


def _problem(document: Document, use: str, what: str, remedy: str) -> Problem:
    workers = document.data.get("workers")
    entries = workers if isinstance(workers, list) else []
    index = next(
        (i for i, entry in enumerate(entries) if isinstance(entry, dict) and entry.get("use") == use), 0
    )
    return document.problem(("workers", index, "use"), what, remedy)
