"""An order that cannot rest, and of whose end no stream tells, is asked for until it is over."""

from decimal import Decimal
from pathlib import Path

from desk.contracts.orders import Leg, OrderStatus
from desk.contracts.orderstate import OrderState
from tests.builders.execution import ended, opened, resting
from tests.builders.living_desk import AT_A_LIMIT, AT_THE_MARKET, LivingDesk
from tests.builders.lying import LyingHouse, lying


def acknowledged(at: LyingHouse, desk: LivingDesk, confidence: Decimal = AT_THE_MARKET) -> None:
    """Issue a new trade at a venue that answers with the order's name, and whose stream is silent."""
    at.venue.says_names_alone = at.venue.is_deaf = True
    desk.tick("50000")
    desk.issue(desk.new_trade(confidence=confidence))


def entry_of(desk: LivingDesk) -> OrderState:
    return next(one for one in desk.ledger.live_orders() if one.request.leg is Leg.ENTRY)


def test_a_market_entry_on_a_silent_stream_has_its_stop_within_a_second(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        acknowledged(at, desk)
        await desk.pass_ms(100)
        assert entry_of(desk).status is OrderStatus.OPEN
        await desk.pass_ms(1000)
        assert desk.positions
        assert resting(desk, Leg.STOP) == [
            (desk.positions[0].planned_stop_price, desk.positions[0].size_base)
        ]

    at.run(script)


def test_a_reduction_on_a_silent_stream_is_booked_within_a_second(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        at.venue.says_names_alone = at.venue.is_deaf = True
        desk.issue(desk.resize(trade, "0.05"))
        await desk.pass_ms(1000)
        assert desk.positions[0].size_base == Decimal("0.05")

    at.run(script)


def test_an_entry_the_venue_cannot_be_asked_about_is_asked_for_ever_more_seldom_until_it_is_over(
    tmp_path: Path,
) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        acknowledged(at, desk)
        at.venue.reads_fail = True
        await desk.pass_ms(60_000)
        assert 10 <= len(at.venue.looked_up) <= 16
        assert entry_of(desk).status is OrderStatus.OPEN
        at.venue.reads_fail = False
        await desk.pass_ms(5_500)
        assert resting(desk, Leg.STOP)
        asked = len(at.venue.looked_up)
        at.venue.forgive()
        await desk.settle()
        await desk.pass_ms(60_000)
        assert len(at.venue.looked_up) == asked

    at.run(script)


def test_a_later_entry_is_asked_for_as_soon_as_the_first_was(tmp_path: Path) -> None:
    """The long pause that an older order has come to is not the newer one's."""
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        acknowledged(at, desk)
        await desk.pass_ms(10)
        first = entry_of(desk).client_order_id
        at.venue.forgets.add(first)
        at.venue.hides = lambda fill: fill.client_order_id == first
        await desk.pass_ms(20_000)
        desk.tick("50000")
        desk.issue(desk.new_trade())
        await desk.pass_ms(1000)
        assert len(desk.positions) == 1
        assert resting(desk, Leg.STOP)

    at.run(script)


def test_an_entry_that_may_rest_is_not_asked_for(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        acknowledged(at, desk, confidence=AT_A_LIMIT)
        await desk.pass_ms(8_000)
        assert entry_of(desk).status is OrderStatus.OPEN
        assert at.venue.looked_up == []

    at.run(script)


def test_a_venue_that_tells_every_end_is_asked_for_none(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        before = at.venue.fills_read
        trade = await opened(desk)
        await ended(desk, desk.issue(desk.resize(trade, "0.05")))
        await ended(desk, desk.issue(desk.close(trade)))
        await desk.pass_ms(10_000)
        assert (at.venue.looked_up, at.venue.fills_read) == ([], before)

    at.run(script)
