"""The workers that look after a trade, on a whole desk: what they ask is done, and once, wherever it dies."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.bootstrap.settings import instruments
from desk.config.storage import StorageLayout
from desk.contracts.directives import ExitDirective
from desk.contracts.positions import Position
from desk.contracts.sides import OrderSide, PositionSide
from tests.builders.deaths import deaths_of, reborn
from tests.builders.desk import DeskHouse, Script
from tests.builders.evidence import evidence
from tests.builders.living_desk import LivingDesk
from tests.builders.promises import broken_at_rest

BLUEPRINT = """\
name: tiny
symbols: [BTC/USDT:USDT]
workers:
  - use: {worker}
    parameters: {{cooldown_s: 0, {parameters}}}
planners:
  entry: [{{use: market}}]
  size: [{{use: fixed_notional, parameters: {{notional_quote: 5010}}}}]
  exit: [{{use: stop_and_target}}]
"""
PARAMETERS = {
    "partial_profit_taker": "targets: [{at: 0.5, share: 0.5}, {at: 1, share: 0.3}]",
    "breakeven_mover": "trigger: 0.5",
    "scale_in_manager": "step: 0.5, stop_distance: 0.5, max_position_quote: 20000, max_open_risk_quote: 100",
    "trailing_stop_manager": "trigger_threshold: 0.01, trail_distance: 0.008, mode: continuous",
}
SIDES = {"long": OrderSide.BUY, "short": OrderSide.SELL}
OFFSETS = (0, 200, 520, 540, 400, 530, 700, 1060, 1080, 900, 1070)
"""From 50,000, with R near 1,000: over the first level, back, over it again, over the second, and again."""
SIZES = {"partial_profit_taker": "0.02", "scale_in_manager": "0.2"}
"""What the trade holds at the end where it is not the 0.1 of the beginning."""
FILLS = {"partial_profit_taker": 3, "scale_in_manager": 3}
"""How many fills there are at the end, the first entry among them."""
EVERY = pytest.param(1, marks=pytest.mark.soak, id="every")
SOME = pytest.param(9, id="some")


def house_at(folder: Path, worker: str, *settings: str) -> DeskHouse:
    blueprint = BLUEPRINT.format(worker=worker, parameters=PARAMETERS[worker])
    return DeskHouse(folder, blueprints=(blueprint,), settings=settings, reconcile_every_ms=None)


def prices(side: OrderSide) -> list[Decimal]:
    return [Decimal(50_000 + side.sign * offset) for offset in OFFSETS]


def managed(side: OrderSide) -> Script:
    """Open a trade with a stop 2 % away, let the price go its way, and stand still at its end."""

    async def lives(desk: LivingDesk) -> None:
        path = prices(side)
        desk.tick(path[0])
        leave = ExitDirective(stop_loss_tolerance=Decimal("0.02"), risk_reward_ratio=Decimal(5))
        desk.issue(desk.new_trade(side, exit_directive=leave))
        await desk.settle(price=path[0])
        for price in path[1:]:
            desk.tick(price)
            await desk.settle(price=price)
        await stands_still(path[-1])(desk)

    return lives


def stands_still(price: Decimal) -> Script:
    async def goes_on(desk: LivingDesk) -> None:
        for _ in range(5):
            desk.tick(price)
            await desk.settle(price=price)
            await desk.pass_ms(1_000)

    return goes_on


def trade_of(state: StorageLayout) -> Position | None:
    return next(iter(evidence(state).ledger.open_positions()), None)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("worker", PARAMETERS)
def test_each_level_is_asked_for_done_and_left(worker: str, side: str, tmp_path: Path) -> None:
    house = house_at(tmp_path, worker)
    life = house.live(managed(SIDES[side]))
    assert life.complaints == []
    found = evidence(house.state)
    (trade,) = found.ledger.open_positions()
    assert trade.size_base == Decimal(SIZES.get(worker, "0.1"))
    assert len(found.fills) == FILLS.get(worker, 1)
    assert trade.stop_price is not None
    assert trade.stop_size_base == trade.size_base
    assert trade.side is PositionSide.of(SIDES[side])
    assert (trade.stop_price - 50_000) * trade.side.sign >= 0, "the trade can no longer lose"


@pytest.mark.parametrize("side", SIDES)
def test_a_breakeven_stop_that_fills_costs_nothing(side: str, tmp_path: Path) -> None:
    async def falls_back(desk: LivingDesk) -> None:
        await managed(SIDES[side])(desk)
        (trade,) = desk.positions
        stop = trade.stop_price
        assert stop is not None
        desk.tick(stop)
        await desk.settle(price=stop)

    house = house_at(tmp_path, "breakeven_mover", "connector.paper.slippage=0")
    house.live(falls_back)
    found = evidence(house.state)
    assert found.ledger.open_positions() == ()
    assert len(found.fills) == 2
    spread = Decimal("0.1") * Decimal("0.1")
    assert found.balances["USDT"] >= 100_000 - spread, "but for the touch, a step beyond the stop"


@pytest.mark.parametrize("stride", [SOME, EVERY])
@pytest.mark.parametrize("worker", PARAMETERS)
def test_killed_at_any_commit_no_level_is_done_twice_or_lost(
    worker: str, stride: int, tmp_path: Path
) -> None:
    side = OrderSide.BUY if len(worker) % 2 else OrderSide.SELL
    house = house_at(tmp_path / "first", worker)
    known = {one.symbol: one for one in instruments(house.configuration.platform)}
    with deaths_of(house) as deaths:
        house.live(managed(side))
    undisturbed = trade_of(house.state)
    assert undisturbed is not None
    end = prices(side)[-1]
    wrong = []
    for death in deaths[len(worker) % stride :: stride]:
        again = reborn(house, death, tmp_path / str(death.number))
        life = again.live(stands_still(end))
        wrong += [f"{death.number}: {one}" for one in (*broken_at_rest(again.state, known), *life.complaints)]
        trade, fills = trade_of(again.state), len(evidence(again.state).fills)
        if trade is None:
            continue  # it died before the entry was sent
        if fills > FILLS.get(worker, 1) or trade.max_size_base > undisturbed.max_size_base:
            wrong.append(f"{death.number}: {fills} fills, {trade.max_size_base} at most")
        if worker == "partial_profit_taker" and trade.size_base != undisturbed.size_base:
            wrong.append(f"{death.number}: holds {trade.size_base}, not {undisturbed.size_base}")
    assert wrong == []
