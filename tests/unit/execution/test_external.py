"""Other hands on the account: seen, booked, and never taken for ours."""

from decimal import Decimal
from pathlib import Path

from desk.contracts.directives import OPERATOR_STRATEGY
from desk.contracts.positions import EXTERNAL_STRATEGY
from desk.contracts.records import FillBooked
from desk.contracts.sides import OrderSide, PositionSide
from tests.builders.execution import ended, house, opened
from tests.builders.living_desk import PERP, SPOT, LivingDesk

D = Decimal


def test_a_trade_closed_by_hand_is_closed_and_its_stops_go(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        desk.paper.hand.close_position(PERP)
        await desk.settle(price="50000")
        assert not desk.positions
        assert not desk.ledger.live_orders()
        closed = desk.ledger.position(trade.trade_id)
        assert closed is not None
        assert closed.closed_at_ms is not None

    house(tmp_path).run(script)


def test_one_foreign_fill_over_two_trades_closes_both_and_opens_the_rest_as_external(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        first = await opened(desk)
        second = await opened(desk)
        desk.paper.hand.place(PERP, OrderSide.SELL, D("0.25"))
        await desk.settle(price="50000")
        (left,) = desk.positions
        assert left.strategy_id == EXTERNAL_STRATEGY
        assert left.side is PositionSide.SHORT
        assert left.size_base == D("0.25") - first.size_base - second.size_base
        assert not desk.ledger.live_orders()
        (held,) = await desk.paper.fetch_positions()
        assert held.size_base == left.size_base
        foreign = [
            one.record.fill
            for one in desk.entries
            if isinstance(one.record, FillBooked) and one.record.client_order_id is None
        ]
        assert sum(one.size_base for one in foreign) == D("0.25")
        assert sum(one.fee for one in foreign) == D("0.25") * foreign[0].price * D("0.0005")

    async def looks(desk: LivingDesk) -> None:
        assert len(desk.positions) == 1
        (balance,) = [one.total for one in await desk.paper.fetch_balances() if one.currency == "USDT"]
        assert desk.ledger.balance("USDT") == balance

    at.run(script)
    at.run(looks)


def test_coins_sold_by_hand_are_not_those_that_a_stop_locks(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        hand = desk.paper.hand
        desk.tick("50000", SPOT)
        hand.place(SPOT, OrderSide.BUY, D("0.5"))
        trade = await opened(desk, symbol=SPOT)
        hand.place(SPOT, OrderSide.SELL, D("0.05"))
        await desk.settle()
        assert desk.positions[0].size_base == trade.size_base
        assert desk.positions[0].is_protected

    house(tmp_path).run(script)


def test_what_a_hand_opens_is_shown_as_external_and_can_be_closed(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.paper.hand.place(PERP, OrderSide.BUY, D("0.1"))
        desk.paper.hand.place(PERP, OrderSide.BUY, D("0.1"))
        await desk.settle(price="50000")
        (row,) = desk.desk.camera.take().positions
        assert row.position.strategy_id == EXTERNAL_STRATEGY
        assert row.position.size_base == D("0.2")
        by_hand = {"strategy_id": OPERATOR_STRATEGY, "strategy_planner_id": "operator"}
        completion = await ended(desk, desk.issue(desk.close(row.position, **by_hand)))
        assert "sold 0.2" in completion.reason

    house(tmp_path).run(script)
