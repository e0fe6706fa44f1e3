"""Blueprints against the plugins that exist: names, parameters, roles and ranges, all checked at load."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import TypeVar

from pydantic import ValidationError

from desk.config.blueprint import Blueprint, PlannerEntry, StrategyMode, WorkerEntry
from desk.config.document import Document, KeyPath
from desk.config.faults import folded, problems_of, suggestion, validated
from desk.config.migration import execution_workers
from desk.config.parameter_files import parameters_json
from desk.config.plugin_answers import strange_answer
from desk.contracts.directives import Protection
from desk.contracts.manifests import Parameters, PlannerManifest, WorkerCategory, WorkerManifest
from desk.contracts.plans import PlanRole
from desk.contracts.problems import InputRefused, Problem


@dataclass(frozen=True, slots=True)
class WorkerUse:
    """Run one worker: `use` finds its class, `name` is its own in the strategy."""

    use: str
    name: str
    manifest: WorkerManifest
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class PlannerUse:
    """Ask one planner where all its ranges hold; the highest priority wins."""

    manifest: PlannerManifest
    parameters: Parameters
    when: Mapping[str, tuple[Decimal, Decimal]]
    priority: int


@dataclass(frozen=True, slots=True)
class BlueprintFile:
    """Hold a valid blueprint with its plugins, and where each of its values was written.

    `by_path` has the classes of the workers whose `use` is a path.
    """

    blueprint: Blueprint
    workers: tuple[WorkerUse, ...]
    planners: Mapping[PlanRole, tuple[PlannerUse, ...]]
    document: Document
    by_path: Mapping[str, type[object]] = field(default_factory=dict)

    @property
    def strategy_id(self) -> str:
        """The id of its strategy: the blueprint's name."""
        return self.blueprint.name


CoverageCheck = Callable[[PlanRole, Sequence[PlannerUse]], Sequence[str]]
"""Name the gaps and overlaps in the ranges of one role's planners, each as one line."""


def is_path(use: str) -> bool:
    """Tell whether a worker is named by its file: `FILE.py:ClassName`."""
    return ".py:" in use


def worker_paths(document: Document) -> tuple[str, ...]:
    """List the workers named by path (`FILE.py:ClassName`): they are loaded before validation."""
    entries = document.data.get("workers")
    uses = (
        [entry.get("use") for entry in entries if isinstance(entry, dict)]
        if isinstance(entries, list)
        else []
    )
    return tuple(dict.fromkeys(use for use in uses if isinstance(use, str) and is_path(use)))


def validate_blueprint(
    document: Document,
    worker_manifests: Mapping[str, WorkerManifest],
    planner_manifests: Mapping[str, PlannerManifest],
    coverage_check: CoverageCheck,
    refused: Mapping[str, Problem] = MappingProxyType({}),
) -> BlueprintFile:
    """Check a blueprint as read; raises InputRefused with every fault.

    Manifests are found by the name a blueprint uses, or by the path it names; `refused` are workers that
    exist and cannot be run.
    """
    old = execution_workers(document)
    if old:
        raise InputRefused(*old)
    blueprint = validated(document, Blueprint)
    plugins = _Plugins(document, worker_manifests, planner_manifests, refused)
    workers = tuple(plugins.workers(blueprint))
    planners = {role: tuple(plugins.planners(role, blueprint.planners.of(role))) for role in PlanRole}
    problems = [*plugins.problems, *_repeated_names(document, workers)]
    if not problems:
        found = BlueprintFile(blueprint, workers, planners, document)
        problems = [
            *_mode_problems(found),
            *_portfolio_problems(found),
            *_repeated_symbols(found),
            *_role_problems(found),
            *_coverage_problems(found, coverage_check),
        ]
        if not problems:
            return found
    raise InputRefused(*sorted(problems, key=lambda problem: problem.line or 0))


class _Plugins:
    """Find the plugins a blueprint names and read their parameters, collecting every fault."""

    def __init__(
        self,
        document: Document,
        worker_manifests: Mapping[str, WorkerManifest],
        planner_manifests: Mapping[str, PlannerManifest],
        refused: Mapping[str, Problem],
    ) -> None:
        self._document = document
        self._refused = refused
        self._workers = worker_manifests
        self._planners = planner_manifests
        self.problems: list[Problem] = []

    def workers(self, blueprint: Blueprint) -> Iterator[WorkerUse]:
        for index, entry in enumerate(blueprint.workers):
            path: KeyPath = ("workers", index)
            manifest = self._worker(entry, path)
            if manifest is None:
                continue
            parameters = self._parameters(manifest.parameters, path)
            if parameters is not None:
                use = entry.use if is_path(entry.use) else manifest.name
                yield WorkerUse(use, entry.name or manifest.name, manifest, parameters)

    def _worker(self, entry: WorkerEntry, path: KeyPath) -> WorkerManifest | None:
        found = named(entry.use, self._workers)
        broken = named(entry.use, self._refused)
        if broken is not None:
            self._refuse((*path, "use"), f"{broken.file}: {broken.what}", broken.remedy)
            return None
        if found is None:
            is_file = entry.use.endswith(".py")
            remedy = suggestion(entry.use, self._workers, "write one of")
            remedy = f"write {entry.use}:CLASS, with the name of its class" if is_file else remedy
            self._refuse((*path, "use"), f"there is no worker {entry.use!r}", remedy)
        return found

    def planners(self, role: PlanRole, entries: Sequence[PlannerEntry]) -> Iterator[PlannerUse]:
        of_role = {name: one for name, one in self._planners.items() if one.role is role}
        for index, entry in enumerate(entries):
            path: KeyPath = ("planners", role.value, index)
            manifest = named(entry.use, of_role)
            if manifest is None:
                remedy = suggestion(entry.use, of_role, "write one of")
                self._refuse((*path, "use"), f"there is no {role} planner {entry.use!r}", remedy)
                continue
            parameters = self._parameters(manifest.parameters, path)
            if parameters is not None:
                yield PlannerUse(manifest, parameters, entry.when, entry.priority)

    def _parameters(self, model: type[Parameters], path: KeyPath) -> Parameters | None:
        inner = (*path, "parameters")
        try:
            found = model.model_validate_json(parameters_json(self._document, model, inner))
            strange = strange_answer(found)
            if strange is None:
                return found
        except InputRefused as refused:
            self.problems += refused.problems
            return None
        except ValidationError as error:
            self.problems += problems_of(error, self._document, model, inner)
            return None
        except BaseException as error:  # noqa: BLE001 - what a plugin's own checks raise is its fault
            reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
            strange = f"{model.__name__} fails on them: {reason}"
        self._refuse(inner, strange, "mend the plugin")
        return None

    def _refuse(self, path: KeyPath, what: str, remedy: str) -> None:
        self.problems.append(self._document.problem(path, what, remedy))


Found = TypeVar("Found", WorkerManifest, PlannerManifest, Problem)


def named(name: str, manifests: Mapping[str, Found]) -> Found | None:
    """Return what has a name, however it is spelt: TrailingStopManager is trailing_stop_manager."""
    exact = manifests.get(name)
    if exact is not None:
        return exact
    return next((one for known, one in manifests.items() if folded(known) == folded(name)), None)


def _repeated_names(document: Document, workers: Sequence[WorkerUse]) -> Iterator[Problem]:
    for index, use in enumerate(workers):
        if use.name in [earlier.name for earlier in workers[:index]]:
            what = f"two workers are called {use.name}"
            yield document.problem(("workers", index), what, "give one of them another `name`")


def _repeated_symbols(file: BlueprintFile) -> Iterator[Problem]:
    """Find symbols that one worker is given twice, by the parameter that is called `symbols` everywhere."""
    for index, use in enumerate(file.workers):
        symbols = getattr(use.parameters, "symbols", ())
        for place, symbol in enumerate(symbols if isinstance(symbols, tuple) else ()):
            if symbol in symbols[:place]:
                path: KeyPath = ("workers", index, "parameters", "symbols", place)
                yield file.document.problem(path, f"{symbol} is written twice", "keep one of the two")


def _mode_problems(file: BlueprintFile) -> Iterator[Problem]:
    blueprint, document = file.blueprint, file.document
    has_direct = blueprint.direct is not None
    is_direct = blueprint.mode is StrategyMode.DIRECT
    if is_direct and not has_direct:
        yield document.problem(("mode",), "mode direct has no direct block", "add `direct:`, or write swot")
    if has_direct and not is_direct:
        yield document.problem(
            ("direct",), "a direct block belongs to mode direct", "remove it, or write mode: direct"
        )
    if blueprint.direct is not None and blueprint.direct.entry.model_fields_set & {"symbol", "direction"}:
        what = "symbol and direction are those of the signal"
        yield document.problem(("direct", "entry"), what, "remove symbol and direction")
    for index, use in enumerate(file.workers):
        if is_direct and use.manifest.category is WorkerCategory.STRATEGY:
            what = f"{use.name} is a strategy planner, and mode direct has none"
            yield document.problem(("workers", index, "use"), what, "remove it, or write mode: swot")


def _portfolio_problems(file: BlueprintFile) -> Iterator[Problem]:
    portfolio, protection = file.blueprint.portfolio, file.blueprint.protection
    if portfolio is not None and portfolio.max_open_risk is not None and protection is Protection.NONE:
        what = "without protection no trade has a stop, so this limit holds nothing"
        remedy = "write max_exposure instead, or protection: required"
        yield file.document.problem(("portfolio", "max_open_risk"), what, remedy)


def _role_problems(file: BlueprintFile) -> Iterator[Problem]:
    for role in sorted(_roles_needed(file)):
        if not file.planners[role]:
            key: KeyPath = ("planners", role.value)
            what = f"no {role} planner, and the workers' directives need one"
            yield file.document.problem(key, what, "add one (`- use: NAME`)")


def _roles_needed(file: BlueprintFile) -> set[PlanRole]:
    """Say which plans the directives of this blueprint's workers can need.

    A CLOSE needs none, and routing has a default.
    """
    categories = {use.manifest.category for use in file.workers}
    opens = file.blueprint.mode is StrategyMode.DIRECT or bool(
        categories & {WorkerCategory.STRATEGY, WorkerCategory.SCHEDULED_OPERATIONS}
    )
    needed: set[PlanRole] = set()
    if opens:
        needed |= {PlanRole.ENTRY, PlanRole.SIZE}
        if file.blueprint.protection is Protection.REQUIRED:
            needed.add(PlanRole.EXIT)
    if WorkerCategory.DYNAMIC_MANAGEMENT in categories:
        needed.add(PlanRole.EXIT)
    return needed


def _coverage_problems(file: BlueprintFile, check: CoverageCheck) -> Iterator[Problem]:
    for role in PlanRole:
        uses = file.planners[role]
        if uses:
            for what in check(role, uses):
                yield file.document.problem(
                    ("planners", role.value), what, "mend the ranges or the priorities"
                )
