"""A blueprint trades the symbols it lists, whatever its plugin says of others."""

from collections import Counter
from pathlib import Path

import pytest

from desk.contracts.directives import StrategyDirective
from desk.contracts.execution import BLUEPRINT
from desk.contracts.records import FillBooked, TradeIntended
from desk.contracts.signals import OpportunitySignal
from desk.journal.refusals import refusals
from desk.planning.refusal_pause import MOST_PER_MINUTE
from tests.builders.desk import DeskHouse
from tests.builders.evidence import evidence
from tests.builders.living_desk import PERP, SPOT, LivingDesk

POKE = """\
from decimal import Decimal

from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest
from desk.contracts.sides import PositionSide
from desk.workers.base import Worker


class Poke(Worker):
    manifest = WorkerManifest(
        name="poke",
        category=WorkerCategory.OPPORTUNITY,
        summary="Sees a chance in every tick.",
        handlers={"TICK_RECEIVED": "on_tick"},
        publishes=frozenset({"OPPORTUNITY_DETECTED"}),
        parameters=Parameters,
    )

    def on_tick(self, tick) -> DispositionEnvelope:
        poke = self.new_opportunity(
            "POKE", SYMBOL, PositionSide.LONG, confidence=Decimal("0.9"), rationale="it moved"
        )
        return DispositionEnvelope.publish(("OPPORTUNITY_DETECTED", poke))
"""
PERPETUALS = """\
name: perpetuals
mode: direct
symbols: [BTC/USDT:USDT]
workers: [{use: "poke.py:Poke"}]
planners:
  entry: [{use: market}]
  size: [{use: fixed_notional}]
  exit: [{use: stop_and_target}]
direct:
  signal_type: POKE
  min_confidence: 0
  size: {notional_quote: 5000}
  exit: {stop_loss_tolerance: 0.01, risk_reward_ratio: 2}
"""


def house(folder: Path, symbol: str) -> DeskHouse:
    folder.chmod(0o755)
    plugin = folder / "poke.py"
    plugin.write_text(POKE.replace("SYMBOL", symbol), encoding="utf-8")
    plugin.chmod(0o644)
    return DeskHouse(folder, blueprints=[PERPETUALS])


async def four_ticks_a_second(desk: LivingDesk) -> None:
    for _ in range(2 * 60 * 4):
        desk.tick("50000", SPOT)
        desk.tick("50000")
        await desk.pass_ms(250)


def test_it_trades_what_its_blueprint_lists_and_is_told_why_not_the_rest(tmp_path: Path) -> None:
    at = house(tmp_path, "tick.symbol")
    at.live(four_ticks_a_second)
    found = evidence(at.state)
    assert found.report.is_whole
    intended = [one.record for one in found.records(TradeIntended)]
    assert {one.symbol for one in intended if isinstance(one, TradeIntended)} == {PERP}
    fills = [one.record.fill for one in found.records(FillBooked) if isinstance(one.record, FillBooked)]
    assert {one.symbol for one in fills} == {PERP}
    told = refusals(at.state.journal, about=SPOT)
    assert {one.by for one in told} == {BLUEPRINT}
    assert told[0].reason == f"{SPOT} is none of the symbols of perpetuals; to trade it, add it to them"


@pytest.mark.parametrize("symbol", ["'DOGE/USDT'", "f'X{tick.time_ms}/USDT'"])
def test_a_symbol_that_the_desk_does_not_have_is_refused_a_few_times_a_minute(
    symbol: str, tmp_path: Path
) -> None:
    at = house(tmp_path, symbol)
    at.live(four_ticks_a_second)
    found = evidence(at.state)
    signals = sum(1 for _ in found.records(OpportunitySignal))
    minutes = Counter(one.time_ms // 60_000 for one in found.records(StrategyDirective))
    assert signals == 2 * 2 * 60 * 4, "every signal is journaled, and nobody is stopped for it"
    assert set(minutes.values()) == {MOST_PER_MINUTE}
    assert {one.by for one in refusals(at.state.journal)} == {BLUEPRINT}
