"""What the desk offers to blueprints: the manifests of its workers and planners."""

from desk.config.configuration import Plugins
from desk.planning.coverage import check_coverage
from desk.planning.registry import planner_manifests
from desk.workers.inspection import faults_of
from desk.workers.registry import offered_workers


def offered_plugins() -> Plugins:
    """Collect every manifest; what a package offers and cannot be run is refused where it is used."""
    offered = offered_workers()
    return Plugins(
        workers=offered.manifests,
        planners=planner_manifests(),
        coverage_check=check_coverage,
        worker_check=faults_of,
        refused=offered.refused,
    )
