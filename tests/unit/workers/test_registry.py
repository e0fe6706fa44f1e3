"""Workers are found by name: the desk's own, and what installed packages offer."""

import sys
from pathlib import Path

import pytest

from desk.contracts.events import PLANNER_ONLY, PLATFORM_ONLY, RESERVED_PREFIXES
from desk.workers.registry import (
    ENTRY_POINT_GROUP,
    UnknownWorker,
    WorkerRefused,
    offered_workers,
    worker_class,
    worker_names,
)

OWN = (
    "breakeven_mover",
    "breakout_opportunity",
    "circuit_breaker",
    "correlation_monitor",
    "dca_executor",
    "drawdown_limiter",
    "emergency_exit_agent",
    "partial_profit_taker",
    "scale_in_manager",
    "swot_planner",
    "trailing_stop_manager",
    "trend_context",
    "volatility_threat",
)

PLUGIN = """
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest
from desk.workers.base import Worker


class Watcher(Worker):
    manifest = WorkerManifest(
        name="watcher", category=WorkerCategory.CONTEXT, summary="Watches.",
        handlers={"TICK_RECEIVED": "on_tick"}, publishes=frozenset(), parameters=Parameters,
    )

    def on_tick(self, tick) -> DispositionEnvelope:
        return DispositionEnvelope.CONTINUE


class Nameless(Worker):
    pass


NUMBER = 5
"""


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Offer":
    """Install packages that offer workers, in a folder of this test alone."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "watching.py").write_text(PLUGIN, encoding="utf-8")
    monkeypatch.delitem(sys.modules, "watching", raising=False)
    return Offer(tmp_path)


class Offer:
    """Write the metadata of installed packages."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, name: str, place: str, *, package: str = "watching") -> None:
        info = self._folder / f"{package}-1.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", encoding="utf-8"
        )
        (info / "entry_points.txt").write_text(f"[{ENTRY_POINT_GROUP}]\n{name} = {place}\n", encoding="utf-8")


def test_the_desks_own_workers_are_found() -> None:
    assert set(OWN) <= set(worker_names())
    assert [name for name in offered_workers().manifests if name in OWN] == list(OWN)


@pytest.mark.parametrize("name", OWN)
def test_a_manifest_is_whole(name: str) -> None:
    manifest = worker_class(name).manifest
    assert manifest.summary.endswith(".")
    assert manifest.handlers
    assert not manifest.publishes & (PLATFORM_ONLY | PLANNER_ONLY)
    assert not any(event.startswith(RESERVED_PREFIXES) for event in manifest.publishes)
    for key, field in manifest.parameters.model_fields.items():
        assert field.description, key
        assert isinstance(field.json_schema_extra, dict), key
        assert "unit" in field.json_schema_extra, key


def test_a_name_nobody_has_is_answered_with_those_that_exist() -> None:
    with pytest.raises(UnknownWorker, match=r"no worker 'trailing_stop'.*trailing_stop_manager"):
        worker_class("trailing_stop")


def test_a_package_offers_a_worker(offer: Offer) -> None:
    offer("watcher", "watching:Watcher")
    assert "watcher" in worker_names()
    assert worker_class("watcher").manifest.name == "watcher"


def test_a_package_cannot_replace_the_desks_own(offer: Offer) -> None:
    offer("emergency_exit_agent", "watching:Watcher")
    assert worker_names().count("emergency_exit_agent") == 1
    assert worker_class("emergency_exit_agent").__module__.startswith("desk.workers.")


@pytest.mark.parametrize(
    ("name", "place", "reason"),
    [
        ("watcher", "absent:Watcher", "does not load from absent:Watcher"),
        ("watcher", "watching:Absent", "does not load from watching:Absent"),
        ("watcher", "watching:NUMBER", "is no class"),
        ("watcher", "watching:Nameless", "declares no manifest"),
        ("other", "watching:Watcher", "calls it 'watcher'"),
    ],
)
def test_what_is_not_the_worker_it_says_is_refused(offer: Offer, name: str, place: str, reason: str) -> None:
    offer(name, place)
    with pytest.raises(WorkerRefused, match=reason):
        worker_class(name)


def test_two_packages_with_one_name_are_refused(offer: Offer) -> None:
    offer("watcher", "watching:Watcher")
    offer("watcher", "watching:Nameless", package="peering")
    with pytest.raises(WorkerRefused, match="offered more than once"):
        worker_class("watcher")


def test_a_broken_package_is_refused_alone_with_its_name_and_what_to_do(offer: Offer) -> None:
    offer("broken", "watching:NUMBER")
    offered = offered_workers()
    assert set(OWN) <= set(offered.manifests)
    assert str(offered.refused["broken"]) == (
        "package watching 1.0: worker 'broken': watching:NUMBER is no class; mend or uninstall the package"
    )


def test_a_package_that_takes_the_name_of_the_desks_own_makes_it_doubtful(offer: Offer) -> None:
    offer("breakeven_mover", "watching:Watcher")
    told = str(offered_workers().refused["breakeven_mover"])
    assert "offers a worker 'breakeven_mover', and the desk has one of that name" in told


@pytest.mark.parametrize("text", ["1 / 0", "(", "raise SystemExit"])
def test_whatever_a_package_raises_when_it_loads_stays_its_own(
    offer: Offer, tmp_path: Path, text: str
) -> None:
    (tmp_path / "watching.py").write_text(text, encoding="utf-8")
    offer("watcher", "watching:Watcher")
    assert "does not load from watching:Watcher" in str(offered_workers().refused["watcher"])
