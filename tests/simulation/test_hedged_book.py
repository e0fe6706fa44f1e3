"""A book is hedged on a whole desk: one hedge follows it, long and short, wherever the desk dies."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.bootstrap.settings import instruments
from desk.contracts.directives import ExitDirective, StrategyDirective
from desk.contracts.market import ZERO
from desk.contracts.sides import OrderSide
from tests.builders.deaths import deaths_of, reborn
from tests.builders.desk import DeskHouse, Script
from tests.builders.evidence import Evidence, evidence
from tests.builders.living_desk import PERP, SPOT, LivingDesk
from tests.builders.promises import broken_at_rest

HEDGED = """\
name: tiny
symbols: [BTC/USDT, BTC/USDT:USDT]
workers:
  - use: hedge_manager
    parameters:
      instrument: "{instrument}"
      max_notional: 20000
      cooldown_s: 1
      after_stop_s: 30
      max_price_age_s: 60
planners:
  entry: [{{use: market}}]
  size: [{{use: fixed_notional, parameters: {{notional_quote: 5010}}}}]
  exit: [{{use: stop_and_target, parameters: {{with_target: false}}}}]
"""
BOOKS = {"long": (SPOT, OrderSide.BUY, PERP), "short": (PERP, OrderSide.SELL, SPOT)}
"""What is traded, on which side, and what it is hedged with."""
EVERY = pytest.param(1, marks=pytest.mark.soak, id="every")
SOME = pytest.param(17, id="some")


def house_at(folder: Path, book: str) -> DeskHouse:
    blueprint = HEDGED.format(instrument=BOOKS[book][2])
    return DeskHouse(folder, blueprints=(blueprint,), reconcile_every_ms=None)


async def stand(desk: LivingDesk, price: str = "50000", for_ms: int = 6_000) -> None:
    """Let both markets stand still until everything has ended."""
    for _ in range(for_ms // 500):
        desk.tick(price, SPOT)
        desk.tick(price, PERP)
        await desk.pass_ms(500)
    await desk.settle()


def traded(book: str) -> Script:
    """Open a trade, double it, halve it and close it, and let the hedge follow each time."""
    symbol, side, _ = BOOKS[book]

    async def lives(desk: LivingDesk) -> None:
        await stand(desk, for_ms=1_000)
        leave = ExitDirective(stop_loss_tolerance=Decimal("0.1"))
        desk.issue(desk.new_trade(side, symbol=symbol, exit_directive=leave))
        await stand(desk)
        for size in ("0.2", "0.1"):
            desk.issue(desk.resize(next(one for one in desk.positions if one.symbol == symbol), size))
            await stand(desk)
        desk.issue(desk.close(next(one for one in desk.positions if one.symbol == symbol)))
        await stand(desk)

    return lives


def unhedged(found: Evidence, book: str) -> list[str]:
    """List what is wrong between the book and its hedge, at rest."""
    symbol, _, instrument = BOOKS[book]
    nets = dict.fromkeys((symbol, instrument), ZERO)
    for one in found.ledger.open_positions():
        nets[one.symbol] += one.size_base * one.side.sign
    hedges = [one for one in found.ledger.open_positions() if one.symbol == instrument]
    wrong = [f"{len(hedges)} hedges"] if len(hedges) > 1 else []
    if not abs(nets[symbol] + nets[instrument]) <= abs(nets[symbol]) * Decimal("0.1"):
        wrong.append(f"{nets[symbol]} hedged by {nets[instrument]}")
    return wrong


@pytest.mark.parametrize("book", BOOKS)
def test_the_hedge_follows_the_book_to_its_end(book: str, tmp_path: Path) -> None:
    house = house_at(tmp_path, book)
    life = house.live(traded(book))
    found = evidence(house.state)
    assert life.complaints == []
    assert found.ledger.open_positions() == ()
    answers = {
        "long": ["sell", "sell", "buy", "close"],
        "short": ["buy", "buy", "sell", "close"],
    }
    said = [
        entry.record.rationale.split()[0]
        for entry in found.entries
        if isinstance(entry.record, StrategyDirective) and entry.record.strategy_planner_id == "hedge_manager"
    ]
    assert said == answers[book]
    assert len(found.fills) == 8


def test_a_hedge_that_is_stopped_out_is_not_taken_up_at_once(tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        await stand(desk, for_ms=1_000)
        leave = ExitDirective(stop_loss_tolerance=Decimal("0.5"))
        desk.issue(desk.new_trade(symbol=SPOT, exit_directive=leave))
        await stand(desk)
        assert [one.symbol for one in desk.positions] == [SPOT, PERP]
        await stand(desk, "55500", 20_000)
        assert [one.symbol for one in desk.positions] == [SPOT], "its stop, 10 % over the entry, has filled"
        await stand(desk, "55500", 20_000)
        assert [one.symbol for one in desk.positions] == [SPOT, PERP]

    life = house_at(tmp_path, "long").live(lives)
    assert life.complaints == []


@pytest.mark.parametrize("stride", [SOME, EVERY])
@pytest.mark.parametrize("book", BOOKS)
def test_killed_at_any_commit_there_is_one_hedge_and_it_fits(book: str, stride: int, tmp_path: Path) -> None:
    house = house_at(tmp_path / "first", book)
    known = {one.symbol: one for one in instruments(house.configuration.platform)}
    with deaths_of(house) as deaths:
        house.live(traded(book))
    wrong = []
    for death in deaths[len(book) % stride :: stride]:
        again = reborn(house, death, tmp_path / str(death.number))
        life = again.live(lambda desk: stand(desk, for_ms=40_000))
        found = evidence(again.state)
        faults = (*broken_at_rest(again.state, known), *unhedged(found, book), *life.complaints)
        wrong += [f"{death.number} ({death.place}): {one}" for one in faults]
    assert wrong == []
