"""Workers are found by name: the desk's own, and what installed packages offer."""

import sys
from pathlib import Path

import pytest

from desk.contracts.events import PLANNER_ONLY, PLATFORM_ONLY, RESERVED_PREFIXES, TICK_RECEIVED
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest
from desk.workers.base import Worker
from desk.workers.registry import (
    ENTRY_POINT_GROUP,
    UnknownWorker,
    WorkerRefused,
    worker_class,
    worker_manifests,
    worker_names,
)

OWN = (
    "breakeven_mover",
    "breakout_opportunity",
    "circuit_breaker",
    "dca_executor",
    "emergency_exit_agent",
    "partial_profit_taker",
    "scale_in_manager",
    "swot_planner",
    "trailing_stop_manager",
    "trend_context",
    "volatility_threat",
)

PLUGIN = """
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest
from desk.workers.base import Worker


class Watcher(Worker):
    manifest = WorkerManifest(
        name="watcher", category=WorkerCategory.CONTEXT, summary="Watches.", handlers={},
        publishes=frozenset(), parameters=Parameters,
    )


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
    assert [one.name for one in worker_manifests() if one.name in OWN] == list(OWN)


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
        ("watcher", "watching:NUMBER", "not a subclass"),
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


def test_a_handler_that_is_no_method_is_refused_when_the_class_is_made() -> None:
    with pytest.raises(TypeError, match="hands TICK_RECEIVED to on_tock, which is no method"):
        type(
            "Wrong",
            (Worker,),
            {
                "manifest": WorkerManifest(
                    name="wrong",
                    category=WorkerCategory.CONTEXT,
                    summary="Is wrong.",
                    handlers={TICK_RECEIVED: "on_tock"},
                    publishes=frozenset(),
                    parameters=Parameters,
                )
            },
        )
