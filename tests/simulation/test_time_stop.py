"""A trade is left when its time is over: never early, once, also without a price and wherever it dies."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from desk.bootstrap.settings import instruments
from desk.contracts.commands import Halt
from desk.contracts.directives import PROTECTION_STRATEGY, DirectiveScope, StrategyDirective
from desk.contracts.orders import Leg
from desk.contracts.records import AlarmRaised, JournalEntry, OrderIntended
from desk.contracts.sides import OrderSide
from tests.builders.deaths import deaths_of, reborn
from tests.builders.desk import DeskHouse, Script
from tests.builders.evidence import evidence
from tests.builders.living_desk import LivingDesk
from tests.builders.promises import broken_at_rest

HOLD_S = 30
BLUEPRINT = """\
name: tiny
symbols: [BTC/USDT:USDT]
workers: [{use: breakeven_mover}]
planners:
  entry:
    - {use: market, when: {confidence: [0.5, 1]}}
    - {use: limit, when: {confidence: [0, 0.5]}, parameters: {valid_for_ms: 600000}}
  size: [{use: fixed_notional, parameters: {notional_quote: 5010}}]
  exit: [{use: stop_and_target, parameters: {max_hold_s: 30}}]
  routing:
    - {use: immediate, when: {confidence: [0.5, 1]}}
    - {use: patient, when: {confidence: [0, 0.5]}}
"""
PRICE = "50000"
EVERY = pytest.param(1, marks=pytest.mark.soak, id="every")
SOME = pytest.param(5, id="some")


def house_at(folder: Path, *settings: str) -> DeskHouse:
    return DeskHouse(folder, blueprints=(BLUEPRINT,), settings=settings, reconcile_every_ms=None)


def opens(side: OrderSide) -> Script:
    async def lives(desk: LivingDesk) -> None:
        desk.tick(PRICE)
        desk.issue(desk.new_trade(side))
        await desk.settle(price=PRICE)

    return lives


async def waits(desk: LivingDesk, duration_ms: int) -> None:
    """Let time pass without a price."""
    await desk.pass_ms(duration_ms)


def closes(entries: Sequence[JournalEntry]) -> list[JournalEntry]:
    """Return the closes that the platform asked for."""
    return [
        one
        for one in entries
        if isinstance(one.record, StrategyDirective)
        and one.record.scope is DirectiveScope.CLOSE_EXISTING
        and one.record.strategy_planner_id == PROTECTION_STRATEGY
    ]


@pytest.mark.parametrize("side", list(OrderSide))
def test_a_trade_is_left_in_time_though_no_price_comes(side: OrderSide, tmp_path: Path) -> None:
    opened_ms: list[int] = []

    async def lives(desk: LivingDesk) -> None:
        await opens(side)(desk)
        (trade,) = desk.positions
        assert trade.opened_at_ms is not None
        opened_ms.append(trade.opened_at_ms)
        await waits(desk, HOLD_S * 1000 - (desk.clock.now_ms() - trade.opened_at_ms) - 1)
        assert desk.positions, "it is never left early"
        await waits(desk, 2_000)
        assert not desk.positions
        await waits(desk, 10 * 60_000)

    life = house_at(tmp_path).live(lives)
    (close,) = closes(life.entries)
    assert close.time_ms == opened_ms[0] + HOLD_S * 1000
    assert isinstance(close.record, StrategyDirective)
    assert close.record.rationale == "held 30 s, its time is over"
    assert life.complaints == []


def test_the_time_runs_from_the_first_fill_and_not_from_the_decision(tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        desk.tick(PRICE)
        desk.issue(desk.new_trade(confidence=Decimal("0.2")))
        await waits(desk, 5 * 60_000)
        assert not desk.positions
        desk.tick("49000")
        await waits(desk, 1_000)
        (trade,) = desk.positions
        await waits(desk, HOLD_S * 1000 - 2_000)
        assert desk.positions
        await waits(desk, 5_000)
        assert not desk.positions
        assert trade.hold_for_ms == HOLD_S * 1000

    assert len(closes(house_at(tmp_path).live(lives).entries)) == 1


def test_a_trade_that_its_stop_closed_is_left_alone(tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        await opens(OrderSide.BUY)(desk)
        desk.tick("48000")
        await desk.settle(price="48000")
        assert not desk.positions
        await waits(desk, 10 * 60_000)

    life = house_at(tmp_path).live(lives)
    assert "time is over" not in " ".join(str(one.record) for one in closes(life.entries))


def test_a_close_that_is_under_way_is_not_asked_for_again(tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        await opens(OrderSide.BUY)(desk)
        (trade,) = desk.positions
        await waits(desk, HOLD_S * 1000 - (desk.clock.now_ms() - (trade.opened_at_ms or 0)) - 10)
        desk.issue(desk.close(trade))
        await waits(desk, 10 * 60_000)
        assert not desk.positions

    assert closes(house_at(tmp_path).live(lives).entries) == []


def test_a_venue_that_does_not_let_go_is_asked_again_and_the_operator_told(tmp_path: Path) -> None:
    async def refuses(desk: LivingDesk) -> None:
        await opens(OrderSide.BUY)(desk)
        known = dict(desk.desk.core.parts.view.instruments)
        desk.desk.core.parts.view.take_instruments([])
        await waits(desk, HOLD_S * 1000 + 30_000)
        assert desk.positions
        desk.desk.core.parts.view.take_instruments(list(known.values()))
        desk.tick(PRICE)
        await waits(desk, 120_000)
        assert not desk.positions

    life = house_at(tmp_path).live(refuses)
    assert len(closes(life.entries)) == 2
    alarms = [one.record.text for one in life.entries if isinstance(one.record, AlarmRaised)]
    assert any("its time is over since 1 min, and it is still held" in one for one in alarms)


def test_a_desk_that_was_away_when_the_time_was_over_leaves_at_its_start(tmp_path: Path) -> None:
    async def looks(desk: LivingDesk) -> None:
        desk.tick(PRICE)
        await waits(desk, 2_000)
        assert not desk.positions

    house = house_at(tmp_path)
    house.live(opens(OrderSide.BUY), down_ms=3 * 60_000)
    life = house.live(looks)
    (close,) = closes(life.entries)
    assert isinstance(close.record, StrategyDirective)
    assert close.record.rationale == "held 30 s, its time is over since 2 min"


def test_a_desk_that_is_halted_leaves_too(tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        await opens(OrderSide.BUY)(desk)
        await desk.desk.commands.execute(Halt("a look"))
        await waits(desk, HOLD_S * 1000 + 2_000)
        assert not desk.positions

    house_at(tmp_path).live(lives)


async def _to_the_end(desk: LivingDesk) -> None:
    """Give the market a price now and then, and the clock its time."""
    for _ in range(12):
        desk.tick(PRICE)
        await waits(desk, 5_000)


@pytest.mark.parametrize("stride", [SOME, EVERY])
def test_killed_at_any_commit_a_trade_is_left_once_and_never_early(stride: int, tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        await opens(OrderSide.SELL)(desk)
        await _to_the_end(desk)

    house = house_at(tmp_path / "first")
    known = {one.symbol: one for one in instruments(house.configuration.platform)}
    with deaths_of(house) as deaths:
        house.live(lives)
    wrong = []
    for death in deaths[::stride]:
        again = reborn(house, death, tmp_path / str(death.number))
        life = again.live(_to_the_end)
        found = evidence(again.state)
        wrong += [f"{death.number}: {one}" for one in (*broken_at_rest(again.state, known), *life.complaints)]
        if found.ledger.open_positions():
            wrong.append(f"{death.number}: still held")
        due_ms = found.fills[0].time_ms + HOLD_S * 1000 if found.fills else 0
        early = [one.time_ms for one in closes(found.entries) if one.time_ms < due_ms]
        wrong += [f"{death.number}: left early, at {one}, {due_ms}" for one in early]
        sent = [
            one
            for one in found.records(OrderIntended)
            if isinstance(one.record, OrderIntended) and one.record.request.leg is Leg.CLOSE
        ]
        if len(found.fills) not in {0, 2} or len(sent) > 2:
            wrong.append(f"{death.number}: {len(found.fills)} fills, {len(sent)} closes sent")
    assert wrong == []
