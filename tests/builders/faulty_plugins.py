"""Plugins that do what no plugin should, each in its own way, to stand beside good ones on a whole desk."""

from pathlib import Path

STOPWATCH_NS = [0]
"""What times the calls of a house with `clock_ns=stopwatch`: a plugin takes as long as it says here."""

HEAD = """\
import sys
from asyncio import CancelledError
from decimal import Decimal

from desk.contracts.directives import DirectiveScope, EntryDirective, ExitDirective, StrategyDirective
from desk.contracts.envelope import Disposition, DispositionEnvelope, Publication
from desk.contracts.events import PeriodSkipped
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest
from desk.contracts.sides import OrderSide
from desk.workers.base import Worker
from tests.builders.faulty_plugins import STOPWATCH_NS


class Silent(Exception):
    def __str__(self):
        raise RuntimeError("not even that")


class Faulty(Worker):
    manifest = WorkerManifest(
        name="faulty",
        category=WorkerCategory.THREAT,
        summary="Does what no plugin should.",
        handlers={"TICK_RECEIVED": "on_tick"},
        publishes=frozenset({"NOISE", "THREAT_DETECTED", "STRATEGY_DIRECTIVE_ISSUED", "PERIOD_SKIPPED"}),
        parameters=Parameters,
    )

    def __init__(self, parameters, context):
        super().__init__(parameters, context)
        self.calls = 0

    def directive(self):
        return self.new_directive(
            scope=DirectiveScope.NEW_TRADE,
            rationale="because",
            entry_directive=EntryDirective(symbol="BTC/USDT:USDT", direction=OrderSide.BUY),
            exit_directive=ExitDirective(stop_loss_tolerance=Decimal("0.02")),
        )

    def threat(self):
        return self.new_threat("NOISE", None, severity=Decimal("0.1"), rationale="it is loud")

    def on_tick(self, tick) -> DispositionEnvelope:
        self.calls += 1
"""

BODIES = {
    "raises": 'raise ValueError("cannot cope")',
    "leaves the process": "sys.exit(3)",
    "cancels": "raise CancelledError",
    "interrupts": "raise KeyboardInterrupt",
    "ends a generator": "raise GeneratorExit",
    "cannot say what is wrong": "raise Silent",
    "recurses": "return self.on_tick(tick)",
    "returns nothing": "return None",
    "returns text": 'return "buy"',
    "returns a directive": "return self.directive()",
    "returns an envelope of nonsense": 'return DispositionEnvelope(Disposition.PUBLISH, ("buy", 5))',
    "publishes a foreign name": 'return DispositionEnvelope.publish(("TICK_RECEIVED", tick))',
    "publishes an unnamed event": 'return DispositionEnvelope.publish(("MOOD", tick))',
    "publishes a wrong payload": 'return DispositionEnvelope.publish(("THREAT_DETECTED", tick))',
    "forges a threat": (
        "forged = self.threat().model_copy(update={'severity': Decimal('NaN'), 'source': 7})\n"
        "        return DispositionEnvelope.publish(('THREAT_DETECTED', forged))"
    ),
    "forges a directive": (
        "forged = self.directive().model_copy(update={'rationale': '\\ud800', 'confidence': Decimal(7)})\n"
        "        return DispositionEnvelope.publish(('STRATEGY_DIRECTIVE_ISSUED', forged))"
    ),
    "speaks for another": (
        "forged = self.directive().model_copy(update={'strategy_planner_id': 'trailing_stop_manager'})\n"
        "        return DispositionEnvelope.publish(('STRATEGY_DIRECTIVE_ISSUED', forged))"
    ),
    "asks for an emergency exit": (
        "leave = self.new_directive(scope=DirectiveScope.CLOSE_EXISTING, rationale='out', emergency=True)\n"
        "        return DispositionEnvelope.publish(('STRATEGY_DIRECTIVE_ISSUED', leave))"
    ),
    "skips a period of nobody": (
        "skipped = PeriodSkipped('faulty', None, 5, 'soon', b'')\n"
        "        return DispositionEnvelope.publish(('PERIOD_SKIPPED', skipped))"
    ),
    "remembers what is no text": (
        "self.context.memory.put('seen', tick)\n        return DispositionEnvelope.CONTINUE"
    ),
    "remembers too much": (
        "self.context.memory.put('seen', 'x' * 200_000 + str(self.calls))\n"
        "        return DispositionEnvelope.CONTINUE"
    ),
    "reasons at length": (
        "threat = self.new_threat('NOISE', None, severity=Decimal('0.1'), rationale='loud ' * 20_000)\n"
        "        return DispositionEnvelope.publish(('THREAT_DETECTED', threat))"
    ),
    "names a cause for everything": (
        "from desk.contracts.ids import OpportunityId\n"
        "        told = self.threat().model_copy(update={'causality': self.because_of(*[\n"
        "            self.context.ids.new(OpportunityId) for _ in range(2_000)])})\n"
        "        return DispositionEnvelope.publish(('THREAT_DETECTED', told))"
    ),
    "stops at length": "return DispositionEnvelope.stop('no ' * 20_000)",
    "stops for what is no text": "return DispositionEnvelope.stop(tick)",
    "skips a period at length": (
        "skipped = PeriodSkipped('faulty', 'BTC/USDT', 'DAILY', 5, 'late ' * 20_000)\n"
        "        return DispositionEnvelope.publish(('PERIOD_SKIPPED', skipped))"
    ),
    "floods in one call": "return DispositionEnvelope.publish(*[('NOISE', tick)] * 101)",
    "floods within a second": "return DispositionEnvelope.publish(*[('NOISE', tick)] * 100)",
    "takes too long": "STOPWATCH_NS[0] += 60_000_000\n        return DispositionEnvelope.CONTINUE",
}
"""What `on_tick` does, by how it would be told."""


def stopwatch() -> int:
    """Return the time that plugins said they took."""
    return STOPWATCH_NS[0]


def faulty_plugin(folder: Path, name: str) -> Path:
    """Write the plugin into a folder of its own, where a blueprint can name it; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "faulty.py"
    path.write_text(f"{HEAD}        {BODIES[name]}\n", encoding="utf-8")
    folder.chmod(0o755)
    path.chmod(0o644)
    return path
