"""What a blueprint may say and probably does not mean: `desk check` points it out, a desk starts with it."""

from collections.abc import Iterator

from desk.config.blueprint_file import BlueprintFile
from desk.config.faults import nearest, suggestion
from desk.contracts.events import CONTEXT_ASSESSED, EVENT_NAMES, OPPORTUNITY_DETECTED
from desk.contracts.manifests import DEFAULT_ROUTING
from desk.contracts.plans import PlanRole
from desk.contracts.problems import Problem

_WORKERS_ALONE = frozenset({CONTEXT_ASSESSED, OPPORTUNITY_DETECTED})
"""What the platform never publishes: without a worker that does, whoever waits for it waits for ever."""


def cautions_of(file: BlueprintFile) -> tuple[Problem, ...]:
    """List what is allowed and probably not meant."""
    return (*_told_by_parameters(file), *_unheard(file), *_unpulled(file), *_unrouted(file))


def _told_by_parameters(file: BlueprintFile) -> Iterator[Problem]:
    for index, use in enumerate(file.workers):
        for caution in use.parameters.cautions():
            path = ("workers", index, "parameters")
            yield file.document.problem(path, caution, "mend it if that is not meant")


def _unheard(file: BlueprintFile) -> Iterator[Problem]:
    """Find workers that wait for an event which nobody publishes."""
    published = (EVENT_NAMES - _WORKERS_ALONE).union(*(use.manifest.publishes for use in file.workers))
    for index, use in enumerate(file.workers):
        for name in use.manifest.handlers:
            if name not in published:
                what = f"{use.name} hears {name}, which nobody publishes"
                close = None if name in _WORKERS_ALONE else nearest(name, published)
                remedy = f"did you mean `{close}`?" if close else "use the worker that does, too"
                yield file.document.problem(("workers", index, "use"), what, remedy)


def _unpulled(file: BlueprintFile) -> Iterator[Problem]:
    """Find a direct trigger that no worker pulls, where all who could tell what they signal."""
    direct = file.blueprint.direct
    sources = [use.manifest for use in file.workers if OPPORTUNITY_DETECTED in use.manifest.publishes]
    known = sorted({one for manifest in sources for one in manifest.signals})
    if direct is None or direct.signal_type in known or not all(one.signals for one in sources):
        return
    what = f"no worker of this blueprint signals {direct.signal_type}, so that it never trades"
    remedy = suggestion(direct.signal_type, known, "write one of") if known else "use a worker that does"
    yield file.document.problem(("direct", "signal_type"), what, remedy)


def _unrouted(file: BlueprintFile) -> Iterator[Problem]:
    """Find entry planners whose orders come to nothing by every routing that the blueprint has."""
    routings = [use.manifest.name for use in file.planners[PlanRole.ROUTING]] or [DEFAULT_ROUTING]
    for index, use in enumerate(file.planners[PlanRole.ENTRY]):
        comes_to_nothing = use.manifest.comes_to_nothing
        if all(one in comes_to_nothing for one in routings):
            reasons = "; ".join(dict.fromkeys(comes_to_nothing[one] for one in routings))
            path = ("planners", PlanRole.ENTRY.value, index)
            remedy = "write `use: patient` under routing, where it is not meant so"
            yield file.document.problem(path, f"{use.manifest.name}: {reasons}", remedy)
