"""A stop that cannot rest, does not fill, or protects what another hand closed."""

from decimal import Decimal
from pathlib import Path

from desk.contracts.execution import FlowOutcome
from desk.contracts.ids import DirectiveId
from desk.contracts.orders import Leg, OrderRequest, OrderStatus
from desk.contracts.sides import OrderSide
from desk.execution.stop_chaser import PATIENCE_MS
from tests.builders.execution import alarms, ended, opened, resting
from tests.builders.living_desk import AT_A_LIMIT, PERP, LivingDesk
from tests.builders.lying import lying

D = Decimal


def too_far(request: OrderRequest) -> str | None:
    is_far = request.leg is Leg.STOP and request.stop_price is not None and request.stop_price < D(49_300)
    return "the stop is outside the price band" if is_far else None


async def stands_at(desk: LivingDesk, price: str, duration_ms: int) -> None:
    for _ in range(duration_ms // 200):
        desk.tick(price)
        await desk.pass_ms(200)


def test_a_stop_the_venue_refuses_is_tried_nearer_and_rests_there(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        at.venue.refuses = too_far
        desk.tick("50000")
        flow = desk.issue(desk.new_trade())
        await desk.settle(price="50000")
        (trade,) = desk.positions
        assert trade.stop_price is not None
        assert D(49_300) <= trade.stop_price < D(50_000)
        assert trade.planned_stop_price == trade.stop_price
        assert trade.is_protected
        own = [one for one in desk.entries if one.worker == "platform.protection"]
        repaired = desk.end_of(DirectiveId(own[0].subject_id))
        assert repaired is not None
        assert repaired.outcome is FlowOutcome.SUCCESS
        opening = desk.end_of(flow)
        assert opening is not None
        assert opening.outcome is FlowOutcome.SUCCESS
        assert any("tried again at" in one for one in alarms(desk))

    at.run(script)


def test_a_trade_whose_stop_is_refused_nearer_too_is_closed(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        at.venue.refuses = lambda request: "not today" if request.leg is Leg.STOP else None
        desk.tick("50000")
        desk.issue(desk.new_trade())
        await desk.settle(price="50000")
        assert not desk.positions
        tried = list(dict.fromkeys(one.stop_price for one in at.venue.placed if one.leg is Leg.STOP))
        assert tried == [D("49000.0"), D("49499.9")]
        assert [one.leg for one in at.venue.placed].count(Leg.STOP) < 10

    at.run(script)


def test_a_flow_whose_trade_never_got_its_stop_says_who_closed_it_and_why(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        at.venue.refuses = lambda request: "not today" if request.leg is Leg.STOP else None
        desk.tick("50000")
        completion = await ended(desk, desk.issue(desk.new_trade()))
        assert completion.final_state == "partly executed"
        opened, why = completion.reason.split("; ", 1)
        assert opened.startswith("bought 0.099 BTC/USDT:USDT")
        assert why.startswith("platform.protection closed it: no stop can rest")
        assert "not today" in why

    at.run(script)


def test_a_stop_the_market_went_through_and_nobody_filled_is_chased(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.is_halted = True
        await stands_at(desk, "48900", PATIENCE_MS - 1_000)
        assert desk.positions
        await stands_at(desk, "48900", 3_000)
        await desk.settle(price="48900")
        assert not desk.positions
        assert not desk.ledger.live_orders()
        closes = [one for one in at.venue.placed if one.leg is Leg.CLOSE]
        assert [one.size_base for one in closes] == [trade.size_base]
        assert closes[0].reduce_only
        assert any("did not fill it" in one for one in alarms(desk))

    at.run(script)


def test_a_stop_that_a_wick_touched_is_not_chased(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        at.venue.is_halted = True
        await stands_at(desk, "48900", 1_000)
        await stands_at(desk, "50000", PATIENCE_MS)
        assert len(desk.positions) == 1
        assert resting(desk, Leg.STOP)

    at.run(script)


def test_a_stop_that_filled_without_a_word_is_asked_for_and_not_chased(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await opened(desk)
        at.venue.is_deaf = True
        await stands_at(desk, "48900", PATIENCE_MS + 1_000)
        at.venue.is_deaf = False
        await desk.settle(price="48900")
        assert not desk.positions
        assert Leg.CLOSE not in [one.leg for one in at.venue.placed]

    at.run(script)


def test_what_another_hand_closed_is_not_opened_again_by_the_rest_of_its_entry(tmp_path: Path) -> None:
    at = lying(tmp_path, "connector.paper.max_fill_base=0.03")

    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.pass_ms(200)
        (entry,) = at.venue.placed
        desk.tick(str((entry.limit_price or D(0)) - 10))
        await desk.pass_ms(300)
        (held,) = desk.positions
        assert held.size_base < entry.size_base
        desk.paper.hand.place(PERP, OrderSide.SELL, held.size_base, reduce_only=True)
        await desk.pass_ms(1_000)
        await desk.settle(price="50000")
        gone = desk.ledger.order(entry.client_order_id)
        assert gone is not None
        assert gone.status is OrderStatus.CANCELED
        desk.tick("49000")
        await desk.settle(price="49000")
        assert not desk.positions

    at.run(script)


def test_a_stop_that_took_from_another_trade_does_not_close_that_too(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        first = await opened(desk)
        second = await opened(desk)
        desk.paper.hand.place(PERP, OrderSide.SELL, D("0.05"))
        await desk.settle(price="50000")
        left = desk.ledger.position(first.trade_id)
        assert left is not None
        assert left.size_base == first.size_base - D("0.05")
        await desk.settle(price="50000")
        assert [one.trade_id for one in desk.positions] == [first.trade_id, second.trade_id]

    at.run(script)


def test_a_venue_that_answers_with_names_alone_is_given_the_time_to_show_a_move(tmp_path: Path) -> None:
    at = lying(tmp_path, "connector.paper.latency_ms=200")

    async def script(desk: LivingDesk) -> None:
        at.venue.says_names_alone = True
        trade = await opened(desk)
        flow = desk.issue(desk.move_stop(trade, "49500"))
        await desk.settle(price="50000")
        moved = desk.end_of(flow)
        assert moved is not None
        assert moved.outcome is FlowOutcome.SUCCESS
        assert [call for call, _ in at.venue.calls].count("amend") == 1
        desk.issue(desk.close(*desk.positions))
        await desk.settle(price="50000")
        assert not desk.positions
        assert not desk.ledger.live_orders()

    at.run(script)
