"""A faulty plugin is stopped alone, with a clear line on why; what the others decide does not change."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.contracts.directives import ExitDirective, StrategyDirective
from desk.contracts.problems import InputRefused
from desk.contracts.records import FillBooked, WorkerStatusChanged
from desk.contracts.states import WorkerStatus
from desk.testing import price_paths
from tests.builders.desk import DeskHouse, Life, Script
from tests.builders.evidence import Evidence, evidence
from tests.builders.examples import examples
from tests.builders.faulty_plugins import BODIES, faulty_plugin, stopwatch
from tests.builders.living_desk import LivingDesk

GOOD = """\
name: tiny
symbols: [BTC/USDT:USDT]
workers:
{first}
  - use: trailing_stop_manager
    parameters: {{trigger_threshold: 0.01, trail_distance: 0.005, mode: continuous, cooldown_s: 0}}
  - use: partial_profit_taker
    parameters: {{cooldown_s: 0, targets: [{{at: 0.5, share: 0.5}}, {{at: 1, share: 0.3}}]}}
  - use: breakeven_mover
    parameters: {{cooldown_s: 0, trigger: 0.4}}
planners:
  entry: [{{use: market}}]
  size: [{{use: fixed_notional, parameters: {{notional_quote: 5000}}}}]
  exit: [{{use: stop_and_target}}]
"""
STRIP = {"directive_id", "causality", "target_trade_ids", "claim"}
REASONS = {
    "raises": "5 errors within 60 min, the last in on_tick: ValueError: cannot cope (faulty.py:{line})",
    "leaves the process": "the last in on_tick: SystemExit: 3 (faulty.py:{line})",
    "interrupts": "the last in on_tick: KeyboardInterrupt (faulty.py:{line})",
    "ends a generator": "the last in on_tick: GeneratorExit (faulty.py:{line})",
    "cancels": "the last in on_tick: CancelledError (faulty.py:{line})",
    "cannot say what is wrong": "the last in on_tick: Silent (faulty.py:{line})",
    "recurses": "the last in on_tick: RecursionError: maximum recursion depth exceeded",
    "returns nothing": "faulty answered with NoneType, not a DispositionEnvelope; on_tick returns ",
    "returns text": "faulty answered with str, not a DispositionEnvelope",
    "returns a directive": "faulty answered with StrategyDirective, not a DispositionEnvelope",
    "returns an envelope of nonsense": "AttributeError: 'str' object has no attribute 'event_name'",
    "publishes a foreign name": "faulty may not publish TICK_RECEIVED: the name is the platform's",
    "publishes an unnamed event": "faulty may not publish MOOD: the manifest of faulty does not name it",
    "publishes a wrong payload": "faulty may not publish THREAT_DETECTED: expected ThreatSignal, was Tick",
    "forges a threat": "faulty may not publish THREAT_DETECTED: ThreatSignal.severity 'NaN': ",
    "forges a directive": "faulty may not publish STRATEGY_DIRECTIVE_ISSUED: it cannot be written down: ",
    "speaks for another": "STRATEGY_DIRECTIVE_ISSUED: it speaks for trailing_stop_manager of tiny",
    "asks for an emergency exit": "an emergency exit is for RISK_CONTROL",
    "skips a period of nobody": "may not publish PERIOD_SKIPPED: its fields are not of their types",
    "remembers what is no text": "it remembers a Tick under 'seen'; only text is kept",
    "remembers too much": "it remembers 200001 characters under 'seen', at most 100000 are kept",
    "reasons at length": "THREAT_DETECTED: rationale: it has 100000 characters, at most 2000 are taken",
    "names a cause for everything": "characters to write down, at most 50000 are taken",
    "stops at length": "it asks to stop a flow: reason: it has 60000 characters, at most 2000 are taken",
    "stops for what is no text": "it asks to stop a flow: reason: it is no text",
    "skips a period at length": "PERIOD_SKIPPED: reason: it has 100000 characters, at most 2000 are taken",
    "floods in one call": "101 events in one call, at most 100 are allowed",
    "floods within a second": "more than 1000 events in a second, which is what is allowed",
    "takes too long": "TimeBudgetExceeded: a call took 60 ms, at most 50 are allowed",
}
HOLDS_UNTIL_INTERRUPTED = """from signal import SIGINT, raise_signal
        raise_signal(SIGINT)
        raise_signal(SIGINT)
        return DispositionEnvelope.CONTINUE"""
PATH = [Decimal(50_000 + offset) for offset in (0, 200, 450, 540, 400, 530, 700, 1060, 900, 1300, 700)]
EVERY_MS = 60


def along(prices: Sequence[Decimal]) -> Script:
    """Open a trade by hand, then let the price go its way, several ticks to the second."""

    async def lives(desk: LivingDesk) -> None:
        desk.tick(prices[0])
        leave = ExitDirective(stop_loss_tolerance=Decimal("0.02"), risk_reward_ratio=Decimal(5))
        desk.issue(desk.new_trade(exit_directive=leave))
        await desk.settle(price=prices[0])
        await desk.play([price for price in prices for _ in range(3)], every_ms=EVERY_MS)
        await desk.settle(price=prices[-1])

    return lives


def lived(folder: Path, prices: Sequence[Decimal], name: str | None) -> tuple[Life, Evidence]:
    """Live along the prices, beside one faulty plugin or none."""
    first = ""
    if name is not None:
        faulty_plugin(folder, name)
        first = "  - use: faulty.py:Faulty"
    house = DeskHouse(folder, blueprints=(GOOD.format(first=first),), clock_ns=stopwatch)
    life = house.live(along(prices))
    return life, evidence(house.state)


def decided(found: Evidence) -> list[dict[str, object]]:
    """Return what the workers decided, without the ids, which are drawn one after the other."""
    directives = [one.record for one in found.entries if isinstance(one.record, StrategyDirective)]
    return [one.model_dump(exclude=STRIP) for one in directives if one.strategy_planner_id != "faulty"]


def filled(found: Evidence) -> list[tuple[object, ...]]:
    fills = [one.record.fill for one in found.records(FillBooked) if isinstance(one.record, FillBooked)]
    return [(one.side, one.price, one.size_base, one.time_ms) for one in fills]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    life, found = lived(tmp_path_factory.mktemp("good"), PATH, None)
    assert life.complaints == []
    assert {one["strategy_planner_id"] for one in decided(found)} >= {
        "trailing_stop_manager", "partial_profit_taker", "breakeven_mover",
    }  # fmt: skip
    return found


@pytest.mark.parametrize("name", BODIES)
def test_it_is_stopped_alone_and_told_why(name: str, undisturbed: Evidence, tmp_path: Path) -> None:
    _, found = lived(tmp_path, PATH, name)
    assert found.report.is_whole
    (change,) = (one.record for one in found.entries if isinstance(one.record, WorkerStatusChanged))
    assert isinstance(change, WorkerStatusChanged)
    assert (change.worker, change.status) == ("faulty", WorkerStatus.STOPPED)
    text = (tmp_path / "faulty.py").read_text(encoding="utf-8").splitlines()
    assert REASONS[name].format(line=len(text)) in change.reason
    assert "\n" not in change.reason
    assert len(change.reason) < 500
    assert decided(found) == decided(undisturbed)
    assert filled(found) == filled(undisturbed)


@settings(max_examples=examples(6))
@given(
    prices=price_paths(start="50000", steps=12, max_move_bps=150, price_step="0.1"),
    name=st.sampled_from(sorted(BODIES)),
)
def test_whatever_the_price_does_the_others_decide_the_same(prices: list[Decimal], name: str) -> None:
    with TemporaryDirectory() as folder:
        _, good = lived(Path(folder) / "good", prices, None)
        _, beside = lived(Path(folder) / "beside", prices, name)
    assert decided(beside) == decided(good)
    assert filled(beside) == filled(good)


@pytest.mark.parametrize("way", ["raise ValueError('no such book')", "sys.exit(3)"])
def test_one_that_cannot_be_made_is_refused_before_anything_starts(way: str, tmp_path: Path) -> None:
    path = faulty_plugin(tmp_path, "raises")
    text = path.read_text(encoding="utf-8").replace("        self.calls = 0\n", f"        {way}\n")
    path.write_text(text, encoding="utf-8")
    house = DeskHouse(tmp_path, blueprints=(GOOD.format(first="  - use: faulty.py:Faulty"),))
    with pytest.raises(
        InputRefused, match=r"blueprint-0\.yaml:\d+: workers\.0\.use: faulty cannot be made: "
    ):
        house.live(along(PATH))


def test_an_operator_who_interrupts_ends_the_run_even_within_a_worker_that_holds_it(tmp_path: Path) -> None:
    path = faulty_plugin(tmp_path, "raises")
    text = path.read_text(encoding="utf-8").replace(
        'raise ValueError("cannot cope")', HOLDS_UNTIL_INTERRUPTED
    )
    path.write_text(text, encoding="utf-8")
    house = DeskHouse(tmp_path, blueprints=(GOOD.format(first="  - use: faulty.py:Faulty"),))
    with pytest.raises(KeyboardInterrupt):
        house.live(along(PATH))
