"""What the venue holds and no fill explains is taken over as EXTERNAL, once, and told."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.commands import CloseTrade
from desk.contracts.orders import Leg, VenueFill
from desk.contracts.positions import EXTERNAL_STRATEGY
from desk.contracts.sides import OrderSide, PositionSide
from desk.contracts.states import DeskState
from desk.journal.verify import verify
from tests.builders.execution import Fault, alarms, opened
from tests.builders.living_desk import PERP, SPOT, LivingDesk
from tests.builders.lying import lying

D = Decimal


def is_foreign(fill: VenueFill) -> bool:
    return fill.client_order_id is None


def state(desk: LivingDesk) -> DeskState:
    return desk.desk.core.parts.execution.state.current


async def compared(desk: LivingDesk) -> None:
    assert await desk.desk.core.parts.execution.reconciliation.run()
    await desk.settle(price="50000")


async def sizes(desk: LivingDesk) -> tuple[Decimal, Decimal]:
    """Return what the trades and the venue hold, signed."""
    ours = sum((one.size_base * one.side.sign for one in desk.positions), D(0))
    held = await desk.paper.fetch_positions()
    return ours, sum((one.size_base * one.side.sign for one in held), D(0))


def test_a_position_without_a_fill_is_taken_over_at_the_venues_entry_price(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        at.venue.hides = is_foreign
        desk.tick("50000")
        desk.paper.hand.place(PERP, OrderSide.SELL, D("0.1"))
        await desk.pass_ms(200)
        assert not desk.positions
        await compared(desk)
        (taken,) = desk.positions
        assert (taken.strategy_id, taken.side, taken.size_base) == (
            EXTERNAL_STRATEGY, PositionSide.SHORT, D("0.1"),
        )  # fmt: skip
        (held,) = await desk.paper.fetch_positions()
        assert taken.entry_price == held.entry_price
        assert state(desk) is DeskState.REDUCING
        assert any(f"{PERP}: the venue holds -0.1" in one for one in alarms(desk))

    at.run(script)
    assert verify(at.state.journal).fault is None


def test_a_fill_that_shows_after_its_position_is_not_counted_twice_nor_after_a_restart(
    tmp_path: Path,
) -> None:
    at = lying(tmp_path)

    async def takes_over(desk: LivingDesk) -> None:
        at.venue.hides = is_foreign
        desk.tick("50000")
        desk.paper.hand.place(PERP, OrderSide.BUY, D("0.1"))
        await desk.pass_ms(200)
        await compared(desk)
        at.venue.hides = lambda _: False
        for _ in range(3):
            await compared(desk)
        assert await sizes(desk) == (D("0.1"), D("0.1"))

    async def looks(desk: LivingDesk) -> None:
        await compared(desk)
        assert await sizes(desk) == (D("0.1"), D("0.1"))
        desk.tick("50000")
        desk.paper.hand.place(PERP, OrderSide.BUY, D("0.2"))
        await desk.settle(price="50000")
        assert [one.size_base for one in desk.positions] == [D("0.3")]
        await compared(desk)
        usdt = next(one.total for one in await desk.paper.fetch_balances() if one.currency == "USDT")
        assert desk.ledger.balance("USDT") == usdt

    at.run(takes_over)
    at.run(looks)


def test_what_was_there_before_the_desk_is_external_and_no_mismatch(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def another(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.paper.hand.place(PERP, OrderSide.BUY, D("0.1"))
        desk.paper.hand.place(PERP, OrderSide.SELL, D("0.03"))
        await desk.settle(price="50000")

    at.run(another)
    for one in at.state.folder.glob("journal*"):
        one.unlink()

    async def opens_its_books(desk: LivingDesk) -> None:
        desk.tick("50000")
        (found,) = desk.positions
        assert (found.strategy_id, found.size_base) == (EXTERNAL_STRATEGY, D("0.07"))
        assert state(desk) is DeskState.ACTIVE
        await compared(desk)
        assert (state(desk), await sizes(desk)) == (DeskState.ACTIVE, (D("0.07"), D("0.07")))
        answer = await desk.desk.commands.execute(CloseTrade(found.trade_id))
        assert answer.accepted
        await desk.settle(price="50000")
        assert await sizes(desk) == (D(0), D(0))

    at.run(opens_its_books)


def test_a_liquidation_that_no_fill_tells_closes_the_trade_and_takes_its_stop_away(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.hides = is_foreign
        desk.paper.hand.close_position(PERP)
        await desk.pass_ms(200)
        await compared(desk)
        assert not desk.positions
        assert not desk.ledger.live_orders()
        closed = desk.ledger.position(trade.trade_id)
        assert closed is not None
        assert closed.closed_at_ms is not None
        assert state(desk) is DeskState.REDUCING
        assert [one.leg for one in at.venue.placed].count(Leg.ENTRY) == 1

    at.run(script)


def test_fills_of_our_own_order_are_waited_for_before_its_position_is_another_hands(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        at.venue.hides = lambda _: True
        desk.tick("50000")
        desk.issue(desk.new_trade())
        await desk.pass_ms(3_000)
        assert await desk.desk.core.parts.execution.reconciliation.run()
        assert (desk.positions, state(desk)) == ((), DeskState.ACTIVE)
        at.venue.hides = lambda _: False
        await desk.settle(price="50000")
        (trade,) = desk.positions
        assert trade.strategy_id != EXTERNAL_STRATEGY
        assert trade.is_protected

    at.run(script)


def test_fills_of_our_own_that_stay_away_are_taken_over_and_come_back_without_a_double(
    tmp_path: Path,
) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        at.venue.hides = lambda _: True
        desk.tick("50000")
        desk.issue(desk.new_trade())
        await desk.pass_ms(200)
        for _ in range(40):
            desk.tick("50000")
            await desk.desk.core.parts.execution.reconciliation.run()
            await desk.pass_ms(1_000)
        assert [one.strategy_id for one in desk.positions] == [EXTERNAL_STRATEGY]
        at.venue.hides = lambda _: False
        await desk.settle(price="50000")
        ours, theirs = await sizes(desk)
        assert ours == theirs != 0
        (trade,) = desk.positions
        assert trade.strategy_id != EXTERNAL_STRATEGY
        assert trade.is_protected
        assert not desk.busy()

    at.run(script)


def test_coins_that_left_the_account_are_no_longer_a_trades(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk, symbol=SPOT)
        at.venue.fail("place", Fault.REFUSED, times=100)
        for order in desk.ledger.orders_of(trade.trade_id):
            desk.paper.hand.cancel(SPOT, order.client_order_id)
        desk.paper.hand.deposit("BTC", D("-0.05"))
        assert await desk.desk.core.parts.execution.reconciliation.run()
        left = desk.ledger.position(trade.trade_id)
        assert left is not None
        assert left.size_base == trade.size_base - D("0.05")
        assert state(desk) is DeskState.REDUCING
        at.venue.forgive()
        for _ in range(100):
            desk.tick("50000", SPOT)
            await desk.pass_ms(200)
        assert await desk.desk.core.parts.execution.reconciliation.run()
        balances = {one.currency: one.total for one in await desk.paper.fetch_balances()}
        assert desk.ledger.balance("USDT") == balances["USDT"]
        held = sum((one.size_base for one in desk.positions), D(0))
        assert desk.ledger.balance("BTC") == balances["BTC"] == held

    at.live(script)


@pytest.mark.parametrize("size", ["0.100", "0.250"])
def test_a_close_told_after_another_hand_sold_the_same_opens_what_the_venue_opened(
    size: str, tmp_path: Path
) -> None:
    """The books add up to the venue's position whichever of the two fills is told first."""
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        intake = desk.desk.core.parts.execution.intake
        stop = next(one for one in desk.ledger.orders_of(trade.trade_id) if one.request.leg is Leg.STOP)
        (bought,) = await desk.connector.fetch_fills(0)
        foreign = replace(
            bought, venue_trade_id="900", venue_order_id="90", client_order_id=None, side=OrderSide.SELL,
            size_base=D(size),
        )  # fmt: skip
        late = replace(
            foreign, venue_trade_id="899", client_order_id=stop.client_order_id, size_base=trade.size_base,
            venue_order_id=stop.venue_order_id or "",
        )  # fmt: skip
        assert intake.take_fill(foreign)
        assert intake.take_fill(late)
        ours = sum((one.size_base * one.side.sign for one in desk.positions), D(0))
        assert ours == trade.size_base - D(size) - trade.size_base == desk.ledger.net(PERP).size_base

    at.live(script)
