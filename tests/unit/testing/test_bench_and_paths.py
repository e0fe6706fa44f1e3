"""The bench refuses what a desk would refuse, and price paths are prices."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings

from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import THREAT_DETECTED, TICK_RECEIVED
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest
from desk.contracts.market import Tick
from desk.testing import Bench, Unsound, path_of, price_paths
from desk.workers.base import Worker
from tests.builders.examples import examples

ROOT = Path(__file__).parents[3]


class Loose(Worker):
    """Answer a tick at 1 with nothing, at 2 with STOP, at 3 with what its manifest does not name."""

    manifest = WorkerManifest(
        name="loose",
        category=WorkerCategory.THREAT,
        summary="Answers wrongly.",
        handlers={TICK_RECEIVED: "on_tick"},
        publishes=frozenset(),
        parameters=Parameters,
    )

    def on_tick(self, tick: Tick) -> DispositionEnvelope:
        if tick.price == 1:
            return None  # type: ignore[return-value]
        if tick.price == 2:
            return DispositionEnvelope.stop("enough")
        threat = self.new_threat("NOISE", None, severity=Decimal(1), rationale="it is loud")
        return DispositionEnvelope.publish((THREAT_DETECTED, threat))


@pytest.mark.parametrize(
    ("price", "told"),
    [
        ("1", "on_tick answered with NoneType, not a DispositionEnvelope"),
        ("2", "answered with STOP: enough"),
        ("3", "published THREAT_DETECTED, which its manifest does not name"),
    ],
)
def test_what_a_desk_would_refuse_fails_the_test(price: str, told: str) -> None:
    with pytest.raises(Unsound, match=told):
        Bench(Loose).tick(price)


def test_an_event_that_nobody_hears_is_no_call() -> None:
    assert Bench(Loose).threat("0.5") == []


@settings(max_examples=examples(50))
@given(path=price_paths(start="50000", steps=40, max_move_bps=9_999, price_step="0.5"))
def test_a_path_is_made_of_prices_on_the_step(path: list[Decimal]) -> None:
    assert path[0] == 50_000
    assert len(path) <= 41
    assert all(price > 0 and price % Decimal("0.5") == 0 for price in path)


def test_a_path_by_hand() -> None:
    assert path_of([100, -100]) == [Decimal(100_000), Decimal(101_000), Decimal(99_990)]


@pytest.mark.parametrize("module", ["hypothesis", "pytest"])
def test_the_kit_is_imported_without_the_tools_of_a_test(module: str) -> None:
    program = f"import sys, desk.testing; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
