"""A venue that refuses, delays or fills twice: a desk neither floods it nor loses count of what it holds."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from desk.bootstrap.settings import instruments
from desk.contracts.execution import FlowCompletion, FlowOutcome
from desk.contracts.orders import (
    AmendRequest,
    Leg,
    OrderOutcome,
    OrderRequest,
    OutcomeKind,
    VenueEvent,
    VenueFill,
)
from desk.contracts.ports.connector import IAPIConnector, VenueListener
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.positions import EXTERNAL_STRATEGY
from desk.contracts.records import AlarmRaised, OrderIntended
from desk.journal.verify import verify
from tests.builders.deaths import deaths_of, reborn
from tests.builders.desk import DeskHouse
from tests.builders.evidence import evidence
from tests.builders.faulty import Faults, FaultyConnector
from tests.builders.living_desk import PERP, LivingDesk
from tests.builders.promises import broken_at_rest

Says = Callable[[OrderRequest], bool]


class Stubborn(FaultyConnector):
    """Refuse every order that `refuses` names, and let `passes` hold events back."""

    refuses: Says = staticmethod(lambda _: False)
    passes: Callable[[VenueEvent], bool] = staticmethod(lambda _: True)
    amends: bool = True

    async def place_order(self, request: OrderRequest) -> OrderOutcome:
        if self.refuses(request):
            await self._clock.sleep_ms(40)
            return OrderOutcome(OutcomeKind.NOT_ACCEPTED, code="NO", reason="not here")
        return await super().place_order(request)

    async def amend_order(self, request: AmendRequest) -> OrderOutcome:
        if not self.amends:
            return OrderOutcome(OutcomeKind.NOT_ACCEPTED, code="NO", reason="not there")
        return await super().amend_order(request)

    def subscribe(self, listener: VenueListener) -> None:
        super().subscribe(lambda event: listener(event) if self.passes(event) else None)


def house_at(folder: Path) -> tuple[DeskHouse, list[Stubborn]]:
    venues: list[Stubborn] = []

    def wrap(inner: IAPIConnector, clock: Clock, spawner: Spawner) -> IAPIConnector:
        venues.append(Stubborn(inner, clock, spawner, 1, Faults()))
        return venues[-1]

    return DeskHouse(folder, wrap=wrap, reconcile_every_ms=None), venues


async def opened(desk: LivingDesk, trades: int = 1) -> None:
    desk.tick("50000")
    for _ in range(trades):
        desk.issue(desk.new_trade())
        await desk.settle()
    assert len(desk.positions) == trades


@pytest.mark.parametrize("legs", [{Leg.STOP}, {Leg.TARGET}, {Leg.STOP, Leg.TARGET}, {Leg.STOP, Leg.CLOSE}])
def test_what_is_refused_is_not_sent_for_ever(legs: set[Leg], tmp_path: Path) -> None:
    house, venues = house_at(tmp_path)

    async def holds(desk: LivingDesk) -> None:
        venues[0].refuses = lambda request: request.leg in legs
        desk.tick("50000")
        desk.issue(desk.new_trade())
        for _ in range(600):
            desk.tick("50000")
            await desk.pass_ms(100)

    life = house.live(holds)
    sent = Counter(one.record.request.leg for one in life.entries if isinstance(one.record, OrderIntended))
    alarms = [one.record for one in life.entries if isinstance(one.record, AlarmRaised)]
    assert sum(sent.values()) < 100, sent
    assert 0 < len(alarms) < 20
    assert (sent[Leg.CLOSE] > 0) is (Leg.STOP in legs)


def test_a_reduction_whose_fill_is_late_is_not_sent_again(tmp_path: Path) -> None:
    house, venues = house_at(tmp_path)

    async def reduces(desk: LivingDesk) -> None:
        await opened(desk)
        venues[0].passes = lambda event: not isinstance(event, VenueFill)
        venues[0].worsen(Faults(failed_read=1))
        desk.issue(desk.resize(desk.positions[0], "0.050"))
        await desk.pass_ms(20_000)
        venues[0].worsen(Faults())
        await desk.settle()
        assert desk.positions[0].size_base == Decimal("0.050")

    sent = [one.record for one in house.live(reduces).entries if isinstance(one.record, OrderIntended)]
    assert [one.request.leg for one in sent].count(Leg.REDUCE) == 1


def test_a_fill_that_no_event_brought_is_fetched(tmp_path: Path) -> None:
    house, venues = house_at(tmp_path)

    async def opens_deaf(desk: LivingDesk) -> None:
        venues[0].passes = lambda event: not isinstance(event, VenueFill)
        await opened(desk)
        assert desk.positions[0].is_protected

    house.live(opens_deaf)


def test_a_close_leaves_alone_what_a_reduction_under_way_sells(tmp_path: Path) -> None:
    house, venues = house_at(tmp_path)

    async def closes(desk: LivingDesk) -> None:
        await opened(desk, trades=2)
        first, second = desk.positions
        venues[0].passes = lambda event: not isinstance(event, VenueFill)
        desk.issue(desk.resize(first, "0.050"))
        await desk.pass_ms(250)
        desk.issue(desk.close(first))
        await desk.settle()
        assert [(one.trade_id, one.size_base) for one in desk.positions] == [
            (second.trade_id, second.size_base)
        ]

    house.live(closes)


@pytest.mark.parametrize("beyond", ["0.020", "0.099"])
def test_what_two_orders_of_a_trade_sold_beyond_it_came_out_of_the_next(beyond: str, tmp_path: Path) -> None:
    house, _ = house_at(tmp_path)

    async def fills_twice(desk: LivingDesk) -> None:
        await opened(desk, trades=2)
        first, second = desk.positions
        stop = next(one for one in desk.ledger.orders_of(first.trade_id) if one.request.leg is Leg.STOP)
        fills = await desk.connector.fetch_fills(0)
        sold = replace(
            fills[0], venue_trade_id="900", client_order_id=stop.client_order_id,
            side=first.side.exit_side, size_base=first.size_base + Decimal(beyond),
        )  # fmt: skip
        intake = desk.desk.core.parts.execution.intake
        assert intake.take_fill(sold)
        assert not intake.take_fill(sold)
        left = {one.trade_id: one.size_base for one in desk.positions}
        assert left.get(first.trade_id, Decimal(0)) == 0
        assert left.get(second.trade_id, Decimal(0)) == second.size_base - Decimal(beyond)
        order = desk.ledger.order(stop.client_order_id)
        assert order is not None
        assert order.filled_base == sold.size_base

    house.live(fills_twice)


def test_a_trade_that_another_hand_closed_before_its_fill_was_told_holds_nothing(tmp_path: Path) -> None:
    house, venues = house_at(tmp_path)

    async def closed_early(desk: LivingDesk) -> None:
        desk.tick("50000")
        venues[0].passes = lambda event: not isinstance(event, VenueFill) or event.client_order_id is None
        desk.issue(desk.new_trade())
        await desk.pass_ms(200)
        desk.paper.hand.close_position(PERP)
        await desk.pass_ms(100)
        assert [one.strategy_id for one in desk.positions] == [EXTERNAL_STRATEGY]
        await desk.settle()
        assert desk.positions == ()

    life = house.live(closed_early)
    assert life.complaints == []
    assert verify(house.state.journal).fault is None


def test_a_stop_that_cannot_move_while_none_rests_goes_back_to_its_plan(tmp_path: Path) -> None:
    house, venues = house_at(tmp_path)

    async def cancelled_by_hand(desk: LivingDesk) -> None:
        await opened(desk)
        trade = desk.positions[0]
        venues[0].refuses = lambda request: request.leg in {Leg.STOP, Leg.CLOSE}
        for order in desk.ledger.orders_of(trade.trade_id):
            desk.paper.hand.cancel(PERP, order.client_order_id)
        await desk.pass_ms(30)
        assert desk.positions[0].stop_price is None
        desk.issue(desk.move_stop(trade, "49500"))
        await desk.pass_ms(500)
        venues[0].refuses = lambda _: False
        await desk.settle(price="50000")
        left = desk.ledger.position(trade.trade_id)
        assert left is not None
        assert left.planned_stop_price is not None
        assert left.is_protected or not left.is_open

    house.live(cancelled_by_hand)


def test_a_stop_whose_move_was_interrupted_and_is_refused_then_ends_in_error(tmp_path: Path) -> None:
    house, venues = house_at(tmp_path)

    async def moves(desk: LivingDesk) -> None:
        await opened(desk)
        desk.issue(desk.move_stop(desk.positions[0], "49500"))
        await desk.settle()

    with deaths_of(house) as deaths:
        house.live(moves)

    async def goes_on(desk: LivingDesk) -> None:
        await desk.settle(price="50000")
        trade = desk.positions[0]
        assert trade.planned_stop_price == trade.stop_price

    ends = set()
    for death in deaths:
        again = reborn(house, death, tmp_path / str(death.number))
        again.wrap = refusing_amends
        if not again.state.journal.exists() or evidence(again.state).ledger.open_positions() == ():
            continue
        life = again.live(goes_on)
        found = evidence(again.state)
        known = {one.symbol: one for one in instruments(house.configuration.platform)}
        assert broken_at_rest(again.state, known) == []
        at = found.ledger.open_positions()[0].stop_price
        for end in (one.record for one in life.entries if isinstance(one.record, FlowCompletion)):
            if "stop" in end.reason and "bought" not in end.reason:
                ends.add((end.outcome, at))
    assert (FlowOutcome.ERROR, Decimal(49000)) in ends
    assert (FlowOutcome.SUCCESS, Decimal(49000)) not in ends
    assert venues


def refusing_amends(inner: IAPIConnector, clock: Clock, spawner: Spawner) -> IAPIConnector:
    venue = Stubborn(inner, clock, spawner, 1, Faults())
    venue.amends = False
    return venue
