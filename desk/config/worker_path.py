"""Workers named by a path in a blueprint: `FILE.py:ClassName`, relative to the blueprint."""

import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from desk.config.document import Document
from desk.config.faults import suggestion
from desk.config.migration import migration_of
from desk.contracts.manifests import WorkerManifest
from desk.contracts.problems import InputRefused, Problem


@dataclass(frozen=True, slots=True)
class LoadedWorker:
    """Hold a class found by path, and its manifest."""

    worker_class: type[object]
    manifest: WorkerManifest


def load_by_path(document: Document, use: str) -> LoadedWorker:
    """Run the file a blueprint's `use` names and return its worker; raises InputRefused.

    The file is code and is trusted like the desk itself.
    """
    file, _, class_name = use.partition(".py:")
    path = Path(document.file).parent / f"{file}.py"
    module = _module(document, use, path)
    found = getattr(module, class_name, None)
    manifest = getattr(found, "manifest", None)
    if not isinstance(found, type):
        classes = [
            name
            for name, one in vars(module).items()
            if isinstance(getattr(one, "manifest", None), WorkerManifest)
        ]
        remedy = suggestion(class_name, classes, "write one of")
        raise InputRefused(_problem(document, use, f"{path} has no class {class_name}", remedy))
    if isinstance(manifest, Mapping):
        raise InputRefused(_of_v2(document, use, class_name, manifest))
    if not isinstance(manifest, WorkerManifest):
        raise InputRefused(
            _problem(document, use, f"{class_name} has no manifest", "declare `manifest` on the class")
        )
    return LoadedWorker(found, manifest)


def _of_v2(document: Document, use: str, class_name: str, manifest: Mapping[object, object]) -> Problem:
    nested = manifest.get("identification")
    named = nested if isinstance(nested, Mapping) else manifest
    remedy = migration_of(named.get("type"), named.get("subtype"))
    if remedy is not None:
        what = f"{class_name} is a V2 ExecutionWorker of {named.get('subtype')}, which is not supported"
        return _problem(document, use, what, remedy)
    return _problem(document, use, f"the manifest of {class_name} is a mapping", "write a WorkerManifest")


def _module(document: Document, use: str, path: Path) -> ModuleType:
    name = f"desk_worker_{path.stem}"
    specification = importlib.util.spec_from_file_location(name, path)
    if specification is None or specification.loader is None or not path.is_file():
        raise InputRefused(_problem(document, use, f"{path} does not exist", "check the path"))
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    try:
        specification.loader.exec_module(module)
    except Exception as error:
        # Whatever somebody else's file raises is a fault of that file, told where the blueprint names it.
        del sys.modules[name]
        what = f"{path} does not load: {type(error).__name__}: {' '.join(str(error).split())}"
        raise InputRefused(_problem(document, use, what, "mend the file")) from error
    return module


def _problem(document: Document, use: str, what: str, remedy: str) -> Problem:
    workers = document.data.get("workers")
    entries = workers if isinstance(workers, list) else []
    index = next(
        (i for i, entry in enumerate(entries) if isinstance(entry, dict) and entry.get("use") == use), 0
    )
    return document.problem(("workers", index, "use"), what, remedy)
