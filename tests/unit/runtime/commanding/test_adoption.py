"""A position that another hand opened comes into the desk's care, with a stop, for good."""

from pathlib import Path

import pytest

from desk.bootstrap.settings import instruments
from desk.contracts.commands import AdoptTrade, CloseTrade, MoveStop
from desk.contracts.directives import Protection
from desk.contracts.market import Instrument
from desk.contracts.orders import Leg
from desk.contracts.positions import EXTERNAL_STRATEGY, Position
from desk.contracts.records import EntryKind
from desk.contracts.sides import OrderSide
from tests.builders.desk import DeskHouse
from tests.builders.execution import Fault, house, opened, resting
from tests.builders.living_desk import PERP, LivingDesk
from tests.builders.operator import D, reasons_of, refused, told
from tests.builders.promises import broken_at_rest


def _instruments(at: DeskHouse) -> dict[str, Instrument]:
    return {one.symbol: one for one in instruments(at.configuration.platform)}


async def _external(desk: LivingDesk) -> Position:
    desk.tick("50000")
    desk.paper.hand.place(PERP, OrderSide.BUY, D("0.1"))
    await desk.settle(price="50000")
    (trade,) = desk.positions
    assert trade.strategy_id == EXTERNAL_STRATEGY
    return trade


def test_an_adopted_trade_has_its_stop_and_is_the_desks(tmp_path: Path) -> None:
    at = house(tmp_path)
    seen: list[Position] = []

    async def adopts(desk: LivingDesk) -> None:
        trade = await _external(desk)
        answer = await told(desk, AdoptTrade(trade.trade_id, D(49000)))
        assert answer.message == f"{PERP}: no stop → 49,000; it is in the desk's care"
        (adopted,) = desk.positions
        assert (adopted.strategy_id, adopted.protection) == ("platform.operator", Protection.REQUIRED)
        assert resting(desk, Leg.STOP) == [(D(49000), D("0.1"))]
        assert {"MAN", "STR", "EXE"} <= reasons_of(desk, EntryKind.TRADE_ADOPTED)
        assert "already: move its stop" in await refused(desk, AdoptTrade(trade.trade_id, D(49100)))
        seen.append(adopted)

    async def manages(desk: LivingDesk) -> None:
        assert list(desk.positions) == seen
        desk.tick("50000")
        await told(desk, MoveStop(seen[0].trade_id, D(49500)))
        desk.paper.hand.place(PERP, OrderSide.SELL, D("0.04"), reduce_only=True)
        await desk.settle(price="50000")
        assert resting(desk, Leg.STOP) == [(D(49500), D("0.06"))]
        await desk.play(["49400", "49400"])
        await desk.settle(price="49400")
        assert not desk.positions
        assert not await desk.paper.fetch_open_orders()

    at.run(adopts)
    assert not broken_at_rest(at.state, _instruments(at))
    at.run(manages)
    assert not broken_at_rest(at.state, _instruments(at))


def test_more_that_another_hand_buys_afterwards_is_a_trade_of_its_own(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await _external(desk)
        await told(desk, AdoptTrade(trade.trade_id, D(49000)))
        desk.paper.hand.place(PERP, OrderSide.BUY, D("0.2"))
        await desk.settle(price="50000")
        assert [one.strategy_id for one in desk.positions] == ["platform.operator", EXTERNAL_STRATEGY]
        assert resting(desk, Leg.STOP) == [(D(49000), D("0.1"))]
        await told(desk, CloseTrade(trade.trade_id))
        (held,) = await desk.paper.fetch_positions()
        assert held.size_base == D("0.2")

    house(tmp_path).run(script)


@pytest.mark.parametrize(("price", "why"), [("51000", "would fire at once"), ("NaN", "give a number")])
def test_a_stop_that_cannot_rest_adopts_nothing_and_closes_nothing(
    tmp_path: Path, price: str, why: str
) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await _external(desk)
        answer = await desk.desk.commands.execute(AdoptTrade(trade.trade_id, D(price)))
        assert not answer.accepted
        assert why in answer.message
        assert desk.positions == (trade,)

    house(tmp_path).run(script)


def test_a_stop_that_the_venue_refuses_leaves_the_trade_as_it_was(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def script(desk: LivingDesk) -> None:
        trade = await _external(desk)
        at.venue.fail("place", Fault.REFUSED, leg=Leg.STOP, times=99)
        answer = await desk.desk.commands.execute(AdoptTrade(trade.trade_id, D(49000)))
        assert not answer.accepted
        assert "the test refuses it" in answer.message
        (left,) = desk.positions
        assert (left.strategy_id, left.protection) == (EXTERNAL_STRATEGY, Protection.NONE)
        assert left.size_base == trade.size_base

    at.run(script)


def test_an_adoption_that_a_kill_interrupts_is_whole_or_not_at_all(tmp_path: Path) -> None:
    at = house(tmp_path)

    async def dies(desk: LivingDesk) -> None:
        trade = await _external(desk)
        at.venue.fail("place", Fault.LOST_REPLY, leg=Leg.STOP)
        await desk.desk.commands.execute(AdoptTrade(trade.trade_id, D(49000)))

    async def lives(desk: LivingDesk) -> None:
        desk.tick("50000")
        await desk.settle(price="50000")
        (trade,) = desk.positions
        is_adopted = trade.strategy_id != EXTERNAL_STRATEGY
        assert is_adopted == (trade.protection is Protection.REQUIRED)
        assert not is_adopted or resting(desk, Leg.STOP) == [(D(49000), D("0.1"))]
        assert is_adopted, "the stop was planned before the kill, so the next life sees it through"

    at.live(dies, abandon_after=None)
    at.run(lives)


def test_a_trade_of_the_desks_own_is_not_adopted(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        assert "tiny's already" in await refused(desk, AdoptTrade(trade.trade_id, D(49100)))

    house(tmp_path).run(script)
