"""What the desk offers to blueprints, gathered for `check` and for a run alike."""

from desk.config.configuration import Plugins


def all_plugins() -> Plugins:
    """Import every worker's and planner's manifest."""
    from desk.planning.coverage import check_coverage
    from desk.planning.registry import planner_manifests
    from desk.workers.registry import worker_manifests

    return Plugins(
        workers={manifest.name: manifest for manifest in worker_manifests()},
        planners=planner_manifests(),
        coverage_check=check_coverage,
    )
