"""Everything a desk is told, valid as a whole."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from desk.config.blueprint_file import (
    BlueprintFile,
    CoverageCheck,
    validate_blueprint,
    worker_paths,
)
from desk.config.config_hash import config_hash
from desk.config.cross_check import cross_check
from desk.config.document import Document
from desk.config.platform import Platform
from desk.config.platform_file import PlatformFile, load_platform
from desk.config.storage import StorageLayout, storage_of
from desk.config.worker_path import LoadedWorker, WorkerCheck, load_by_path, name_clashes
from desk.config.yaml_loader import load_document
from desk.contracts.manifests import PlannerManifest, WorkerManifest
from desk.contracts.problems import InputRefused, Problem

Loaded = TypeVar("Loaded")


@dataclass(frozen=True, slots=True)
class Plugins:
    """Hold what the desk offers to blueprints: manifests by name, and the checks that plugins must pass.

    `refused` are the workers that installed packages offer and that cannot be run, with the reason.
    """

    workers: Mapping[str, WorkerManifest]
    planners: Mapping[str, PlannerManifest]
    coverage_check: CoverageCheck
    worker_check: WorkerCheck
    refused: Mapping[str, Problem]


@dataclass(frozen=True, slots=True)
class Configuration:
    """Hold a valid platform with valid blueprints that fit it.

    `armed_by` are the words that an operator gave to trade real money; see `desk.config.arming`.
    """

    platform_file: PlatformFile
    blueprints: tuple[BlueprintFile, ...]
    armed_by: str | None = None

    @property
    def platform(self) -> Platform:
        """The platform's settings."""
        return self.platform_file.platform

    @property
    def storage(self) -> StorageLayout:
        """Where the desk keeps its state."""
        return storage_of(self.platform)

    @property
    def hash(self) -> str:
        """The fingerprint of everything that bears on decisions."""
        return config_hash(self.platform, self.blueprints)


def load_configuration(
    platform: Path,
    blueprints: Sequence[Path],
    settings: Iterable[str],
    environment: Mapping[str, str],
    plugins: Plugins,
) -> Configuration:
    """Read and check everything; raises InputRefused with the faults of every file."""
    refusals: list[Problem] = []
    platform_file = kept(refusals, partial(load_platform, platform, settings, environment))
    files = [kept(refusals, partial(_load_blueprint, path, plugins)) for path in blueprints]
    found = tuple(file for file in files if file is not None)
    if platform_file is not None:
        kept(refusals, partial(cross_check, platform_file.platform, found))
    if refusals or platform_file is None:
        raise InputRefused(*refusals)
    return Configuration(platform_file, found)


def check_blueprint(document: Document, plugins: Plugins) -> BlueprintFile:
    """Check a blueprint as read, loading the workers it names by path; raises InputRefused."""
    problems: list[Problem] = []
    loaded: dict[str, LoadedWorker] = {}
    for use in worker_paths(document):
        found = kept(problems, partial(load_by_path, document, use, plugins.worker_check))
        if found is not None:
            loaded[use] = found
    problems += name_clashes(document, loaded, plugins.workers)
    if problems:
        raise InputRefused(*problems)
    manifests = {**plugins.workers, **{use: one.manifest for use, one in loaded.items()}}
    file = validate_blueprint(document, manifests, plugins.planners, plugins.coverage_check, plugins.refused)
    return replace(file, by_path={use: one.worker_class for use, one in loaded.items()})


def _load_blueprint(path: Path, plugins: Plugins) -> BlueprintFile:
    return check_blueprint(load_document(path), plugins)


def kept(refusals: list[Problem], load: Callable[[], Loaded]) -> Loaded | None:
    """Load, or keep the faults and go on: the operator sees all of them at once."""
    try:
        return load()
    except InputRefused as refused:
        refusals += refused.problems
        return None
