"""An entry that waits for a breakout: triggered, filled, protected, or let go, wherever the desk dies."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from desk.bootstrap.settings import instruments
from desk.contracts.commands import Halt
from desk.contracts.execution import FlowOutcome
from desk.contracts.market import ONE
from desk.contracts.orders import Capabilities, Leg, OrderStatus, OrderType
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.sides import OrderSide
from tests.builders.deaths import deaths_of, reborn
from tests.builders.desk import DeskHouse
from tests.builders.evidence import evidence
from tests.builders.faulty import Faults, FaultyConnector
from tests.builders.living_desk import LivingDesk
from tests.builders.promises import broken_at_rest

BLUEPRINT = """\
name: tiny
symbols: [BTC/USDT:USDT]
workers: [{use: breakeven_mover}]
planners:
  entry: [{use: stop_limit, parameters: {offset: 0.01, valid_for_ms: 60000}}]
  size: [{use: fixed_notional, parameters: {notional_quote: 5000}}]
  exit: [{use: stop_and_target}]
  routing: [{use: patient}]
"""
SIDES = list(OrderSide)
EVERY = pytest.param(1, marks=pytest.mark.soak, id="every")
SOME = pytest.param(3, id="some")


def house_at(folder: Path) -> DeskHouse:
    return DeskHouse(folder, blueprints=(BLUEPRINT,), reconcile_every_ms=None)


def at(side: OrderSide, steps: str) -> Decimal:
    """Return a price so many percent from 50,000 in the direction of the entry."""
    return Decimal(50_000) * (ONE + side.sign * Decimal(steps) / 100)


async def stands_at(desk: LivingDesk, price: Decimal, duration_ms: int = 1_000) -> None:
    """Let the market stand at a price for a while."""
    for _ in range(max(1, duration_ms // 1_000)):
        desk.tick(price)
        await desk.pass_ms(1_000)


async def awaits_a_breakout(desk: LivingDesk, side: OrderSide) -> OrderState:
    desk.tick(at(side, "0"))
    flow = desk.issue(desk.new_trade(side))
    await stands_at(desk, at(side, "0"))
    assert desk.end_of(flow) is None, "the flow goes on while the entry waits"
    (entry,) = desk.ledger.live_orders()
    assert (entry.request.order_type, entry.status) == (OrderType.STOP_LIMIT, OrderStatus.OPEN)
    return entry


@pytest.mark.parametrize("side", SIDES)
def test_a_breakout_opens_a_trade_that_is_protected(side: OrderSide, tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        entry = await awaits_a_breakout(desk, side)
        await stands_at(desk, at(side, "0.9"))
        assert not desk.positions
        await stands_at(desk, at(side, "1.1"), 3_000)
        (trade,) = desk.positions
        assert trade.is_protected
        limit, trigger = entry.limit_price, entry.stop_price
        assert limit is not None
        assert trigger is not None
        assert (limit - trade.entry_price) * side.sign >= 0
        assert trade.stop_price is not None
        assert (trigger - trade.stop_price) * side.sign > 0

    house = house_at(tmp_path)
    life = house.live(lives)
    assert life.complaints == []
    known = {one.symbol: one for one in instruments(house.configuration.platform)}
    assert broken_at_rest(house.state, known) == []


@pytest.mark.parametrize("side", SIDES)
def test_a_market_that_jumps_over_the_limit_is_not_chased(side: OrderSide, tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        await awaits_a_breakout(desk, side)
        await stands_at(desk, at(side, "4"), 5_000)
        assert not desk.positions
        await stands_at(desk, at(side, "1.4"), 2_000)
        (trade,) = desk.positions
        assert trade.is_protected

    house_at(tmp_path).live(lives)


@pytest.mark.parametrize("jumps", [False, True])
def test_what_no_breakout_fills_is_let_go_in_time(tmp_path: Path, *, jumps: bool) -> None:
    async def lives(desk: LivingDesk) -> None:
        desk.tick("50000")
        flow = desk.issue(desk.new_trade())
        await stands_at(desk, Decimal(50_000))
        if jumps:
            await stands_at(desk, Decimal(52_000))
        await desk.pass_ms(57_000)
        assert desk.end_of(flow) is None
        await desk.pass_ms(5_000)
        assert not desk.ledger.live_orders()
        assert desk.end_of(flow) is not None
        desk.tick("50600")
        await desk.pass_ms(1_000)
        assert not desk.positions

    house_at(tmp_path).live(lives)


def test_a_desk_that_is_halted_lets_it_go(tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        await awaits_a_breakout(desk, OrderSide.BUY)
        await desk.desk.commands.execute(Halt("a look"))
        await desk.pass_ms(1_000)
        assert not desk.ledger.live_orders()

    house_at(tmp_path).live(lives)


def test_one_that_waits_binds_cash_and_counts_as_risk(tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        entry = await awaits_a_breakout(desk, OrderSide.BUY)
        assert entry.limit_price is not None
        margin = entry.size_base * entry.limit_price / 20
        assert desk.ledger.reserved("USDT") >= margin
        flow = desk.issue(desk.new_trade(OrderSide.SELL))
        await stands_at(desk, Decimal(50_000))
        end = desk.end_of(flow)
        assert end is not None
        assert "one side per symbol and account" in end.reason

    house_at(tmp_path).live(lives)


@pytest.mark.parametrize("jumps", [False, True])
def test_routed_at_once_it_waits_for_its_trigger_and_rests_no_more_after_it(
    tmp_path: Path, *, jumps: bool
) -> None:
    """Immediate or cancel is meant from the trigger on."""

    async def lives(desk: LivingDesk) -> None:
        await awaits_a_breakout(desk, OrderSide.BUY)
        await stands_at(desk, Decimal(52_000) if jumps else Decimal(50_600), 3_000)
        assert not [one for one in desk.ledger.live_orders() if one.request.leg is Leg.ENTRY]
        assert bool(desk.positions) is not jumps

    at_once = BLUEPRINT.replace("use: patient", "use: immediate")
    DeskHouse(tmp_path, blueprints=(at_once,), reconcile_every_ms=None).live(lives)


class WithoutStopLimits(FaultyConnector):
    """Take every order but those that wait for a trigger with a limit."""

    @property
    def capabilities(self) -> Capabilities:
        known = super().capabilities
        return replace(known, order_types=known.order_types - {OrderType.STOP_LIMIT})


def test_a_venue_that_takes_none_is_told_of_before_anything_is_written(tmp_path: Path) -> None:
    def wrap(inner: IAPIConnector, clock: Clock, spawner: Spawner) -> IAPIConnector:
        return WithoutStopLimits(inner, clock, spawner, 1, Faults())

    async def lives(desk: LivingDesk) -> None:
        desk.tick("50000")
        flow = desk.issue(desk.new_trade())
        await desk.settle(price="50000")
        end = desk.end_of(flow)
        assert end is not None
        assert end.outcome is FlowOutcome.ERROR
        assert "paper takes no STOP_LIMIT orders here, but LIMIT, MARKET, STOP, TAKE_PROFIT" in end.reason

    house = DeskHouse(tmp_path, blueprints=(BLUEPRINT,), wrap=wrap, reconcile_every_ms=None)
    house.live(lives)
    assert evidence(house.state).orders == {}


async def breaks_out(desk: LivingDesk) -> None:
    """Wait, break out, and stand still until the entry's time is over too."""
    desk.tick("50000")
    desk.issue(desk.new_trade())
    await stands_at(desk, Decimal(50_000), 2_000)
    await goes_on(desk)


async def goes_on(desk: LivingDesk) -> None:
    await stands_at(desk, Decimal(50_600), 2_000)
    await desk.pass_ms(65_000)
    await stands_at(desk, Decimal(50_600), 2_000)


@pytest.mark.parametrize("stride", [SOME, EVERY])
def test_killed_at_any_commit_it_opens_once_or_not_at_all(stride: int, tmp_path: Path) -> None:
    house = house_at(tmp_path / "first")
    known = {one.symbol: one for one in instruments(house.configuration.platform)}
    with deaths_of(house) as deaths:
        house.live(breaks_out)
    wrong = []
    for death in deaths[::stride]:
        again = reborn(house, death, tmp_path / str(death.number))
        life = again.live(goes_on)
        found = evidence(again.state)
        wrong += [f"{death.number}: {one}" for one in (*broken_at_rest(again.state, known), *life.complaints)]
        entries = [one for one in found.ledger.live_orders() if one.request.leg is Leg.ENTRY]
        if entries or len(found.fills) > 1:
            wrong.append(f"{death.number}: {len(found.fills)} fills, {len(entries)} entries still rest")
    assert wrong == []
