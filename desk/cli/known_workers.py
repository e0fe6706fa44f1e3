"""Every worker that can be named from here: the desk's own, those of packages, and those by path."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from desk.config.blueprint_file import is_path, worker_paths
from desk.config.worker_path import load_worker
from desk.config.yaml_loader import load_document
from desk.contracts.manifests import WorkerManifest
from desk.contracts.problems import InputRefused, Problem
from desk.workers.inspection import faults_of
from desk.workers.registry import offered_workers

FOLDERS = (Path("blueprints"), Path("plugins"))


@dataclass(frozen=True, slots=True)
class KnownWorker:
    """Know one worker by what a blueprint calls it: its place, and its manifest or why it is refused."""

    use: str
    place: str
    manifest: WorkerManifest | None = None
    refused: Problem | None = None


def known_workers(blueprints: Sequence[Path]) -> tuple[KnownWorker, ...]:
    """List them; without `blueprints`, those in blueprints/ and plugins/ here are looked through."""
    offered = offered_workers()
    known = [
        KnownWorker(
            name, f"package {offered.packages[name]}" if name in offered.packages else "built in", one
        )
        for name, one in offered.manifests.items()
    ]
    known += [
        KnownWorker(name, problem.file, refused=problem)
        for name, problem in offered.refused.items()
        if name not in offered.manifests
    ]
    return (*known, *_by_path(blueprints or _blueprints_here()))


def worker_at(use: str) -> KnownWorker:
    """Return the worker at FILE.py:ClassName, from here; raises InputRefused where it cannot be run."""
    return KnownWorker(use, "by path", load_worker(use, Path(), faults_of).manifest)


def is_worker_path(name: str) -> bool:
    """Tell whether a name is FILE.py:ClassName."""
    return is_path(name)


def _blueprints_here() -> Sequence[Path]:
    return [path for folder in FOLDERS for path in sorted(folder.glob("*.yaml"))]


def _by_path(blueprints: Sequence[Path]) -> Iterator[KnownWorker]:
    for blueprint in blueprints:
        try:
            uses = worker_paths(load_document(blueprint))
        except InputRefused:
            continue  # `desk check` says what is wrong with it
        for use in uses:
            place = f"by path in {blueprint}"
            try:
                manifest = load_worker(use, blueprint.parent, faults_of).manifest
            except InputRefused as refused:
                yield KnownWorker(use, place, refused=refused.problems[0])
            else:
                yield KnownWorker(use, place, manifest)
