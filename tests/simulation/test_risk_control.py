"""The workers of RISK_CONTROL on a whole desk: what they ask is done once, and blocks, wherever it dies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from desk.bootstrap.settings import instruments
from desk.contracts.commands import REARM_WORD, Rearm
from desk.contracts.directives import ExitDirective
from desk.contracts.execution import FlowOutcome
from desk.contracts.orders import OrderOutcome, OrderRequest, OutcomeKind
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.positions import Position
from desk.contracts.records import OrderIntended
from desk.contracts.sides import OrderSide
from tests.builders.deaths import deaths_of, reborn
from tests.builders.desk import DeskHouse, Script, Wrap
from tests.builders.evidence import Evidence, evidence
from tests.builders.faulty import Faults, FaultyConnector
from tests.builders.living_desk import AT_A_LIMIT, PERP, SPOT, LivingDesk
from tests.builders.promises import broken_at_rest

BLUEPRINT = """\
name: tiny
symbols: [BTC/USDT, BTC/USDT:USDT]
workers:
  - use: {worker}
    parameters: {{{parameters}}}
planners:
  entry: [{{use: market}}]
  size: [{{use: fixed_notional, parameters: {{notional_quote: 50010}}}}]
  exit: [{{use: stop_and_target}}]
"""
WIDE = ("risk.max_order_notional=100000", "risk.max_position_notional=200000")
DRAWDOWN = "check_every_s: 1, reduce_daily_loss: 0.005, max_daily_loss: 0.01"
"""On an account of 100,000 with one coin: reduced 500 away, closed when 1,000 are lost."""
LOSSES = "symbols: [BTC/USDT:USDT], watch_connection: false, max_losses: 2, rearm: operator"
SHOCK = "symbols: [BTC/USDT:USDT], watch_connection: false, action: close, rearm: operator"
TOGETHER = (
    "symbols: [BTC/USDT, BTC/USDT:USDT], interval_ms: 1000, window_bars: 20, min_bars: 10, max_members: 1,"
    " max_cluster: 100, action: trim, check_every_s: 1"
)
SIDES = {"long": OrderSide.BUY, "short": OrderSide.SELL}
EVERY = pytest.param(1, marks=pytest.mark.soak, id="every")
SOME = pytest.param(11, id="some")


def house_at(
    folder: Path,
    worker: str,
    parameters: str,
    reconcile_every_ms: int | None = None,
    wrap: Wrap | None = None,
) -> DeskHouse:
    blueprint = BLUEPRINT.format(worker=worker, parameters=parameters)
    return DeskHouse(
        folder, blueprints=(blueprint,), settings=WIDE, wrap=wrap, reconcile_every_ms=reconcile_every_ms
    )


async def goes_on(desk: LivingDesk, prices: Sequence[str | Decimal], every_ms: int = 1_000) -> None:
    """Let both markets show each price, and what is asked be done."""
    for price in prices:
        desk.tick(price, SPOT)
        desk.tick(price)
        await desk.pass_ms(every_ms)
        await desk.settle(price=price)


async def opens(
    desk: LivingDesk, side: OrderSide = OrderSide.BUY, symbol: str = PERP, price: str = "50000"
) -> FlowOutcome:
    """Enter with one coin and a stop 20 % away; tell how that ended."""
    await goes_on(desk, [price])
    leave = ExitDirective(stop_loss_tolerance=Decimal("0.2"), risk_reward_ratio=Decimal(2))
    flow = desk.issue(desk.new_trade(side, symbol=symbol, exit_directive=leave))
    await desk.settle(price=price)
    end = desk.end_of(flow)
    assert end is not None
    return end.outcome


def losing(side: OrderSide, *offsets: int) -> list[Decimal]:
    """Return prices so far below, or for a short above, the entry at 50,000."""
    return [Decimal(50_000 - side.sign * offset) for offset in offsets]


def leaves(side: OrderSide, *offsets: int) -> Script:
    async def lives(desk: LivingDesk) -> None:
        await opens(desk, side)
        await goes_on(desk, losing(side, *offsets))

    return lives


async def loses_twice(desk: LivingDesk) -> None:
    """Buy and sell at once, which costs the fees, and once more."""
    for _ in range(2):
        await opens(desk)
        desk.issue(desk.close(*desk.positions))
        await desk.settle(price="50000")
        await goes_on(desk, ["50000"])


async def holds_both(desk: LivingDesk) -> None:
    """Buy the same coin twice, once the bars tell that it is the same."""
    await goes_on(desk, ["50000", "50010"] * 8)
    for symbol in (PERP, SPOT):
        await opens(desk, symbol=symbol)
        await desk.pass_ms(10)
    await goes_on(desk, ["50010", "50000"])


async def withdraws(desk: LivingDesk) -> None:
    """Take half of the money out of the account that holds one coin, then a bit more."""
    await opens(desk)
    for amount in (-50_000, -2_000):
        assert desk.paper.hand.deposit("USDT", Decimal(amount)).kind is OutcomeKind.ACCEPTED
        await goes_on(desk, ["50000"] * 6)


def stands_still(price: str | Decimal, seconds: int) -> Script:
    async def lives(desk: LivingDesk) -> None:
        await goes_on(desk, [price] * seconds)

    return lives


@dataclass(frozen=True)
class Case:
    """Name a worker, a life that makes it act, the price at its end, and what is wrong with what it left.

    After a death it is waited for `waits_s`: longer than the minute after which it is asked again.
    """

    worker: str
    parameters: str
    lives: Script
    end: Decimal
    wrong: Callable[[Evidence], list[str]]
    waits_s: int = 66
    reconcile_every_ms: int | None = None


def unreduced(found: Evidence) -> list[str]:
    trades = found.ledger.open_positions()
    sizes = [one.size_base for one in trades]
    is_right = sizes in ([], [Decimal("0.5")]) and len(found.fills) in (0, 2)
    is_right = is_right and bool(found.ledger.entry_blocks()) == bool(found.fills)
    return [] if is_right else [f"{sizes} after {len(found.fills)} fills, {found.ledger.entry_blocks()}"]


def unclosed(found: Evidence) -> list[str]:
    held = found.ledger.open_positions()
    is_right = not held and bool(found.ledger.entry_blocks()) == bool(found.fills)
    return [] if is_right else [f"{len(held)} trades, {found.ledger.entry_blocks()}"]


def unshocked(found: Evidence) -> list[str]:
    """A shock before the death is known; the prices before it are not."""
    held, blocks = found.ledger.open_positions(), found.ledger.entry_blocks()
    is_right = not found.fills or bool(held) != bool(blocks)
    return [] if is_right else [f"{len(held)} trades, {blocks}"]


def unblocked(found: Evidence) -> list[str]:
    lost = [one for one in found.ledger.trades() if is_lost(one)]
    is_right = bool(found.ledger.entry_blocks()) == (len(lost) >= 2)
    return [] if is_right else [f"{len(lost)} trades are lost, {found.ledger.entry_blocks()}"]


def untrimmed(found: Evidence) -> list[str]:
    trades = found.ledger.open_positions()
    if len(trades) < 2:
        return []
    sizes = {one.symbol: one.size_base for one in trades}
    is_right = sizes[PERP] == 1 and Decimal("0.7") < sizes[SPOT] < Decimal("0.76")
    return [] if is_right else [f"holds {sizes}"]


def is_lost(trade: Position) -> bool:
    return trade.closed_at_ms is not None and trade.realized_quote < trade.fees_quote


def alarmed(found: Evidence) -> list[str]:
    """List what a withdrawal led to: nothing that a loss leads to."""
    blocks = found.ledger.entry_blocks()
    return [] if not blocks and len(found.fills) < 2 else [f"{len(found.fills)} fills, {blocks}"]


CASES = {
    "reduced": Case(
        "drawdown_limiter", DRAWDOWN, leaves(OrderSide.BUY, 100, 300, 520), Decimal(49_480), unreduced
    ),
    "closed": Case(
        "drawdown_limiter", DRAWDOWN, leaves(OrderSide.SELL, 300, 520, 1_600), Decimal(51_600), unclosed
    ),
    "shocked": Case("circuit_breaker", SHOCK, leaves(OrderSide.BUY, 100, 5_500), Decimal(44_500), unshocked),
    "lost": Case("circuit_breaker", LOSSES, loses_twice, Decimal(50_000), unblocked),
    "trimmed": Case("correlation_monitor", TOGETHER, holds_both, Decimal(50_000), untrimmed),
    "withdrawn": Case(
        "drawdown_limiter", DRAWDOWN, withdraws, Decimal(50_000), alarmed, waits_s=8, reconcile_every_ms=2_000
    ),
}


@pytest.mark.parametrize("stride", [SOME, EVERY])
@pytest.mark.parametrize("name", CASES)
def test_killed_at_any_commit_it_is_done_once_and_stays_blocked(
    name: str, stride: int, tmp_path: Path
) -> None:
    case = CASES[name]
    house = house_at(tmp_path / "first", case.worker, case.parameters, case.reconcile_every_ms)
    known = {one.symbol: one for one in instruments(house.configuration.platform)}
    with deaths_of(house) as deaths:
        life = house.live(case.lives)
    assert life.complaints == []
    found = evidence(house.state)
    assert case.wrong(found) == []
    assert found.fills, "something happened"
    wrong = []
    for death in deaths[len(name) % stride :: stride]:
        again = reborn(house, death, tmp_path / str(death.number))
        after = again.live(stands_still(case.end, case.waits_s))
        left = [*broken_at_rest(again.state, known), *after.complaints, *case.wrong(evidence(again.state))]
        wrong += [f"{death.number}: {one}" for one in left]
    assert wrong == []


@pytest.mark.parametrize("side", SIDES)
def test_a_loss_halves_then_closes_and_lets_nobody_in(side: str, tmp_path: Path) -> None:
    sizes = []

    async def lives(desk: LivingDesk) -> None:
        assert await opens(desk, SIDES[side]) is FlowOutcome.SUCCESS
        for price in losing(SIDES[side], 0, 100, 520, 700, 1_600, 1_600):
            await goes_on(desk, [price])
            sizes.append(sum(one.size_base for one in desk.positions))
        assert await opens(desk, SIDES[side]) is FlowOutcome.ERROR
        answer = await desk.desk.commands.execute(Rearm(REARM_WORD, "I know"))
        assert "1 block" in answer.message
        await goes_on(desk, ["50000"] * 3)
        assert await opens(desk, SIDES[side]) is FlowOutcome.SUCCESS
        await goes_on(desk, ["50000"] * 3)

    house = house_at(tmp_path, "drawdown_limiter", DRAWDOWN)
    assert house.live(lives).complaints == []
    half = Decimal("0.5")
    assert sizes == [1, 1, half, half, 0, 0]
    assert len(evidence(house.state).ledger.open_positions()) == 1


def test_the_breaker_lets_nobody_in_until_the_operator_does(tmp_path: Path) -> None:
    async def lives(desk: LivingDesk) -> None:
        await loses_twice(desk)
        assert await opens(desk) is FlowOutcome.ERROR
        await desk.desk.commands.execute(Rearm(REARM_WORD, "I know"))
        await goes_on(desk, ["50000"] * 2)
        assert await opens(desk) is FlowOutcome.SUCCESS

    house = house_at(tmp_path, "circuit_breaker", LOSSES)
    assert house.live(lives).complaints == []


class Refusing(FaultyConnector):
    """Take no entry."""

    async def place_order(self, request: OrderRequest) -> OrderOutcome:
        if request.leg.adds_risk:
            return OrderOutcome(OutcomeKind.NOT_ACCEPTED, code="NO", reason="not today")
        return await super().place_order(request)


def test_a_venue_that_refuses_order_after_order_is_left_alone(tmp_path: Path) -> None:
    def wrap(inner: IAPIConnector, clock: Clock, spawner: Spawner) -> IAPIConnector:
        return Refusing(inner, clock, spawner, 1, Faults())

    async def lives(desk: LivingDesk) -> None:
        for _ in range(3):
            assert await opens(desk) is FlowOutcome.ERROR
        await goes_on(desk, ["50000"])
        (block,) = desk.ledger.entry_blocks()
        assert block.reason.startswith("3 orders rejected or of unknown outcome within 300 s, the last ")
        assert await opens(desk) is FlowOutcome.ERROR
        assert len([one for one in desk.entries if isinstance(one.record, OrderIntended)]) == 3

    parameters = "symbols: [BTC/USDT:USDT], watch_connection: false, max_errors: 3"
    house = house_at(tmp_path, "circuit_breaker", parameters, wrap=wrap)
    assert house.live(lives).complaints == []


def test_a_silent_market_blocks_and_comes_back_by_itself(tmp_path: Path) -> None:
    silence = "symbols: [BTC/USDT:USDT], block_s: 30, healthy_s: 10"

    async def lives(desk: LivingDesk) -> None:
        assert await opens(desk) is FlowOutcome.SUCCESS
        await desk.pass_ms(17_000)
        assert await opens(desk) is FlowOutcome.ERROR
        assert len(desk.positions) == 1
        await goes_on(desk, ["50000"] * 20)
        assert await opens(desk) is FlowOutcome.ERROR
        await goes_on(desk, ["50000"] * 15)
        assert await opens(desk) is FlowOutcome.SUCCESS

    house = house_at(tmp_path, "circuit_breaker", silence)
    assert house.live(lives).complaints == []


def test_of_two_entries_that_come_at_once_and_are_one_bet_one_stays(tmp_path: Path) -> None:
    refusing = TOGETHER.replace("action: trim, ", "")

    async def lives(desk: LivingDesk) -> None:
        await goes_on(desk, ["50000", "50010"] * 8)
        flows = [desk.issue(desk.new_trade(symbol=one, confidence=AT_A_LIMIT)) for one in (PERP, SPOT)]
        await desk.pass_ms(200)
        desk.tick("50010")
        await desk.pass_ms(200)
        assert [one.request.symbol for one in desk.ledger.live_orders()] == [SPOT], [
            desk.end_of(one) for one in flows
        ]
        assert [one.symbol for one in desk.ledger.entry_blocks()] == [PERP]
        end = desk.end_of(flows[0])
        assert end is not None
        assert "canceled without a fill" in end.reason

    resting = BLUEPRINT.replace("{{use: market}}", "{{use: limit}}") + "  routing: [{{use: patient}}]\n"
    house = DeskHouse(
        tmp_path,
        blueprints=(resting.format(worker="correlation_monitor", parameters=refusing),),
        settings=WIDE,
    )
    assert house.live(lives).complaints == []


def test_what_is_one_bet_with_what_is_held_is_refused(tmp_path: Path) -> None:
    refusing = TOGETHER.replace("action: trim, ", "")

    async def lives(desk: LivingDesk) -> None:
        await goes_on(desk, ["50000", "50010"] * 8)
        assert await opens(desk) is FlowOutcome.SUCCESS
        await goes_on(desk, ["50000", "50010"])
        assert await opens(desk, symbol=SPOT) is FlowOutcome.ERROR
        blocks = desk.ledger.entry_blocks()
        assert [one.symbol for one in blocks] == [SPOT]
        assert "BTC/USDT and BTC/USDT:USDT move together, 1.00 over" in blocks[0].reason
        assert await opens(desk) is FlowOutcome.SUCCESS

    house = house_at(tmp_path, "correlation_monitor", refusing)
    assert house.live(lives).complaints == []
