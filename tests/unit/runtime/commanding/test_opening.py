"""A ticket: what is bought by hand goes the way of every decision, and is answered with what it became."""

from pathlib import Path
from typing import Any

import pytest

from desk.contracts.commands import OpenTrade
from desk.contracts.directives import Protection
from desk.contracts.orders import Leg
from desk.contracts.positions import Position
from desk.contracts.records import EntryKind
from desk.contracts.sides import PositionSide
from tests.builders.execution import Fault, house, resting
from tests.builders.living_desk import PERP, SPOT, LivingDesk
from tests.builders.operator import D, bought, reasons_of, refused, ticket, told


def test_a_ticket_at_the_market_is_answered_with_size_price_and_where_its_stop_rests(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        answer = await told(desk, ticket(take_profit_price=D(52000)))
        assert "bought 0.099 BTC/USDT:USDT at 50010.2" in answer.message
        assert "stop rests at 49000" in answer.message
        assert "target rests at 52000" in answer.message
        (trade,) = desk.positions
        assert (trade.strategy_id, trade.worker) == ("platform.operator", "operator")
        (held,) = await desk.paper.fetch_positions()
        assert held.size_base == trade.size_base == D("0.099")
        assert {"MAN", "STR", "EXE"} <= reasons_of(desk, EntryKind.ORDER_INTENDED)

    house(tmp_path).run(script)


def test_a_size_by_risk_loses_that_much_at_the_stop(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await bought(desk, notional_quote=None, risk_quote=D(300))
        planned_loss = (D("50000.1") - D(49000)) * trade.size_base
        assert D(299) < planned_loss <= D(300)
        assert trade.take_profit_price is None

    house(tmp_path).run(script)


def test_a_short_by_hand_is_mirrored(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await bought(desk, side=PositionSide.SHORT, stop_price=D(51000), take_profit_price=D(48000))
        assert (trade.side, trade.stop_price) == (PositionSide.SHORT, D(51000))

    house(tmp_path).run(script)


def test_a_ticket_with_a_limit_rests_until_it_is_met_and_is_protected_then(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        answer = await told(desk, ticket(limit_price=D("49500.07"), take_profit_price=D(49900)))
        assert "rests at 49500" in answer.message
        assert resting(desk, Leg.ENTRY) == [(D("49500.0"), D("0.101"))]
        await desk.play(["49800"] * 20, every_ms=60_000)
        assert resting(desk, Leg.ENTRY), "an operator's entry waits until it is cancelled"
        await desk.play(["49400", "49400"])
        await desk.settle(price="49400")
        (trade,) = desk.positions
        assert (trade.stop_price, trade.take_profit_price) == (D(49000), D(49900))

    house(tmp_path).run(script)


def test_a_spot_purchase_may_have_no_stop_when_that_is_said(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await bought(desk, symbol=SPOT, stop_price=None, wants_stop=False)
        assert trade.protection is Protection.NONE
        assert not resting(desk, Leg.STOP)

    house(tmp_path).run(script)


@pytest.mark.parametrize(
    ("changes", "instead"),
    [
        ({"symbol": "DOGE/USDT"}, "it trades BTC/USDT, BTC/USDT:USDT"),
        ({"notional_quote": None}, "give a notional or a risk"),
        ({"risk_quote": D(10)}, "give the one that is to decide"),
        ({"notional_quote": D("NaN")}, "give a number above 0"),
        ({"notional_quote": D("sNaN")}, "give a number above 0"),
        ({"notional_quote": D(0)}, "give a number above 0"),
        ({"notional_quote": D(-5)}, "give a number above 0"),
        ({"notional_quote": D("1e40")}, "give a number above 0 and below 1000000000000"),
        ({"notional_quote": None, "risk_quote": D("Infinity")}, "give a number above 0"),
        ({"notional_quote": None, "risk_quote": D(10), "stop_price": None}, "give a stop_price"),
        ({"stop_price": None}, "give a stop_price below 50000.1"),
        ({"stop_price": None, "wants_stop": False}, "which needs a stop"),
        ({"stop_price": D(51000)}, "give one below 50000.1"),
        ({"stop_price": D("NaN")}, "give a number above 0"),
        ({"limit_price": D(-1)}, "give a number above 0"),
        ({"limit_price": D(49500), "stop_price": D(49600)}, "give one below 49500"),
        ({"take_profit_price": D(49500)}, "give one above 50000.1"),
        ({"side": PositionSide.SHORT}, "give one above 49999.9"),
        ({"symbol": SPOT, "wants_stop": False}, "leave one of the two out"),
        ({"symbol": SPOT, "side": PositionSide.SHORT, "stop_price": D(51000)}, "use a perpetual"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_give(
    tmp_path: Path, changes: dict[str, Any], instead: str
) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.tick("50000", SPOT)
        assert instead in await refused(desk, ticket(**changes))
        assert "ORDER_INTENDED" not in {one.kind for one in desk.entries}

    house(tmp_path).run(script)


def test_without_a_price_there_is_no_ticket(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        assert "try again in a moment" in await refused(desk, ticket())

    house(tmp_path).run(script)


@pytest.mark.parametrize(
    ("setting", "order", "why"),
    [
        ("risk.max_order_notional=1000", ticket(), "refused by order notional: 4950.01 is over the limit"),
        ("risk.price_collar=0.01", ticket(limit_price=D(49100)), "refused by price collar"),
        (
            "desk.id=other",
            ticket(symbol=SPOT, notional_quote=D(200_000)),
            "USDT with fees and slippage, and 100000 USDT are free",
        ),
        ("desk.id=other", ticket(notional_quote=D(1)), "below the minimum"),
    ],
)
def test_what_planning_or_gate_refuse_is_answered_with_who_and_why(
    tmp_path: Path,
    setting: str,
    order: OpenTrade,
    why: str,
) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.tick("50000", SPOT)
        answer = await desk.desk.commands.execute(order)
        assert not answer.accepted
        assert why in answer.message
        assert answer.flow_id is not None
        assert not desk.positions
        assert not desk.desk.core.parts.execution.flows.all()

    house(tmp_path, setting).run(script)


def test_an_answer_that_does_not_come_is_under_way_and_holds_nothing_up(tmp_path: Path) -> None:
    at = house(tmp_path, "orchestration.plan_execution.timeout_seconds=60")

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        at.venue.fail("place", Fault.LOST_REQUEST, leg=Leg.ENTRY)
        began_ms = desk.clock.now_ms()
        answer = await told(desk, ticket())
        assert "under way" in answer.message
        assert desk.clock.now_ms() - began_ms < 6_000

    at.live(script)


def test_a_trade_opened_by_hand_is_the_same_after_a_restart(tmp_path: Path) -> None:
    at = house(tmp_path)
    seen: list[Position] = []

    async def buys(desk: LivingDesk) -> None:
        seen.append(await bought(desk))

    async def looks(desk: LivingDesk) -> None:
        assert list(desk.positions) == seen
        assert resting(desk, Leg.STOP) == [(D(49000), seen[0].size_base)]

    at.run(buys)
    at.run(looks)
    assert seen[0].symbol == PERP
