"""Four workers on one trade of a whole desk, one of them a nuisance: by the rules, wherever it dies."""

import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from desk.bootstrap.settings import execution_settings, instruments
from desk.config.storage import StorageLayout
from desk.contracts.directives import ExitDirective, StrategyDirective
from desk.contracts.execution import DirectiveRefused
from desk.contracts.sides import OrderSide
from tests.builders.deaths import deaths_of, reborn
from tests.builders.desk import DeskHouse, Script
from tests.builders.evidence import Evidence, evidence
from tests.builders.living_desk import LivingDesk
from tests.builders.promises import broken_at_rest
from tests.builders.together import broken_together

BLUEPRINT = """\
name: tiny
symbols: [BTC/USDT:USDT]
workers:
  - use: trailing_stop_manager
    parameters: {cooldown_s: 0, trigger_threshold: 0.01, trail_distance: 0.008, mode: continuous}
  - use: partial_profit_taker
    parameters: {cooldown_s: 0, targets: [{at: 0.6, share: 0.5}, {at: 1, share: 0.3}]}
  - use: scale_in_manager
    parameters: {cooldown_s: 0, step: 0.5, stop_distance: 0.5, max_position_quote: 20000,
                 max_open_risk_quote: 100}
  - {use: "balancer.py:Balancer", name: balancer, parameters: {size_base: 0.08}}
planners:
  entry: [{use: market}]
  size: [{use: fixed_notional, parameters: {notional_quote: 5010}}]
  exit: [{use: stop_and_target}]
"""
SIDES = {"long": OrderSide.BUY, "short": OrderSide.SELL}
OFFSETS = (0, 200, 520, 900, 910, 905, 900, 890, 930, 1060, 1080, 900, 1070)
"""From 50,000, with R near 1,000: over the step that adds, at once over the first target, and the second."""
EVERY = pytest.param(1, marks=pytest.mark.soak, id="every")
SOME = pytest.param(53, id="some")


def house_at(folder: Path) -> DeskHouse:
    folder.mkdir(parents=True)
    plugin = folder / "balancer.py"
    shutil.copy(Path(__file__).parent / "balancer.py", plugin)
    plugin.chmod(0o600)
    return DeskHouse(folder, blueprints=(BLUEPRINT,), reconcile_every_ms=None)


def prices(side: OrderSide) -> list[Decimal]:
    return [Decimal(50_000 + side.sign * offset) for offset in OFFSETS]


def lives(side: OrderSide, owner: str) -> Script:
    """Open a trade in the name of `owner`, let the price go its way, a second or two for each."""

    async def script(desk: LivingDesk) -> None:
        path = prices(side)
        desk.tick(path[0])
        leave = ExitDirective(stop_loss_tolerance=Decimal("0.02"), risk_reward_ratio=Decimal(5))
        directive = desk.new_trade(side, exit_directive=leave)
        desk.issue(directive.model_copy(update={"strategy_planner_id": owner}))
        await desk.settle(price=path[0])
        for price in path[1:]:
            await stays(desk, price, 2)
        await stays(desk, path[-1], 8)

    return script


async def stays(desk: LivingDesk, price: Decimal, seconds: int) -> None:
    for _ in range(seconds):
        desk.tick(price)
        await desk.settle(price=price)
        await desk.pass_ms(1_000)


def goes_on(price: Decimal) -> Script:
    async def script(desk: LivingDesk) -> None:
        await stays(desk, price, 7)

    return script


def broken(house: DeskHouse, state: StorageLayout) -> list[str]:
    """List every broken promise, those of the desk and those between its workers."""
    known = {one.symbol: one for one in instruments(house.configuration.platform)}
    asked = execution_settings(house.configuration.platform, house.configuration.blueprints)
    entries = evidence(state).entries
    together = broken_together(entries, asked.risk.size_settling_ms, asked.categories)
    return [*broken_at_rest(state, known), *together]


def fates(found: Evidence) -> Counter[tuple[str, str]]:
    """Count, by worker, the directives that were refused, by whom, and those that were not."""
    directives = [one.record for one in found.records(StrategyDirective)]
    refused = {one.subject_id: one.record for one in found.records(DirectiveRefused)}
    count = Counter[tuple[str, str]]()
    for one in directives:
        assert isinstance(one, StrategyDirective)
        no = refused.get(one.directive_id)
        count[one.strategy_planner_id, no.refused_by if isinstance(no, DirectiveRefused) else "done"] += 1
    return count


@pytest.mark.parametrize("side", SIDES)
def test_the_strategy_s_own_workers_share_its_trade_and_the_balancer_gets_nothing(
    side: str, tmp_path: Path
) -> None:
    house = house_at(tmp_path / "house")
    life = house.live(lives(SIDES[side], "planner"))
    assert life.complaints == []
    assert broken(house, house.state) == []
    found = evidence(house.state)
    count = fates(found)
    assert count["scale_in_manager", "done"] == 1
    assert count["partial_profit_taker", "done"] >= 1
    assert count["trailing_stop_manager", "done"] >= 1
    assert count["partial_profit_taker", "arbitration"] > 1, "it waits until the addition has settled"
    assert count["balancer", "arbitration"] > 5
    assert count["balancer", "done"] == 0
    (trade,) = found.ledger.open_positions()
    assert trade.max_size_base > trade.size_base
    assert trade.stop_size_base == trade.size_base


@pytest.mark.parametrize("side", SIDES)
def test_the_size_of_the_balancer_s_own_trade_is_its_own_and_the_stop_is_trailed(
    side: str, tmp_path: Path
) -> None:
    house = house_at(tmp_path / "house")
    life = house.live(lives(SIDES[side], "balancer"))
    assert life.complaints == []
    assert broken(house, house.state) == []
    found = evidence(house.state)
    count = fates(found)
    assert len(found.fills) == 2, "the entry, and what the balancer took off"
    assert count["scale_in_manager", "done"] == count["partial_profit_taker", "done"] == 0
    assert count["trailing_stop_manager", "done"] >= 1
    (trade,) = found.ledger.open_positions()
    assert trade.size_base == Decimal("0.08")
    assert trade.stop_price is not None
    assert (trade.stop_price - 50_000) * trade.side.sign > 0


@pytest.mark.parametrize("stride", [SOME, EVERY])
@pytest.mark.parametrize("owner", ["planner", "balancer"])
def test_killed_at_any_commit_no_rule_between_workers_is_broken(
    owner: str, stride: int, tmp_path: Path
) -> None:
    side = SIDES["long" if owner == "planner" else "short"]
    house = house_at(tmp_path / "first")
    with deaths_of(house) as deaths:
        house.live(lives(side, owner))
    wrong = []
    for death in deaths[len(owner) % stride :: stride]:
        again = reborn(house, death, tmp_path / str(death.number))
        life = again.live(goes_on(prices(side)[-1]))
        wrong += [f"{death.number}: {one}" for one in (*broken(again, again.state), *life.complaints)]
    assert wrong == []
