"""What the desk offers to blueprints: the manifests of its workers and planners."""

from desk.config.configuration import Plugins
from desk.planning.coverage import check_coverage
from desk.planning.registry import planner_manifests
from desk.workers.registry import worker_manifests


def offered_plugins() -> Plugins:
    """Collect every manifest; raises WorkerRefused where an installed package's worker is broken."""
    return Plugins(
        workers={manifest.name: manifest for manifest in worker_manifests()},
        planners=planner_manifests(),
        coverage_check=check_coverage,
    )
