"""A venue that shows fills seconds after the positions they made, and hands that trade beside the desk.

What the desk takes over from a position is not counted again when its fill shows, and in the end trades, net
positions and balances are the venue's to the last digit.
"""

import random
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.commands import Rearm
from desk.contracts.orders import VenueEvent, VenueFill
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Clock, Spawner
from desk.journal.verify import verify
from tests.builders.desk import DeskHouse
from tests.builders.faulty import Faults, FaultyConnector
from tests.builders.living_desk import PERP, SPOT, LivingDesk
from tests.simulation.workload import STEP_MS, Workload

TICKS = 300
MOST_LAG_MS = 12_000
SEEDS = [*range(12), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(12, 300))]


class LaggingVenue(FaultyConnector):
    """Tell every fill, and show it to reads, only after a lag of its own; positions are never late."""

    def __init__(self, inner: IAPIConnector, clock: Clock, spawner: Spawner, seed: int) -> None:
        self._lags = random.Random(f"lags {seed}")
        self._shown_at_ms: dict[str, int] = {}
        self.most_lag_ms = MOST_LAG_MS
        super().__init__(inner, clock, spawner, seed, Faults())

    def _on_event(self, event: VenueEvent) -> None:
        if not isinstance(event, VenueFill):
            super()._on_event(event)
            return
        wait_ms = self._shown_ms(event) - self._clock.now_ms()
        self._spawner.spawn("late fill", self._tell_late(event, max(wait_ms, 0)))

    async def fetch_fills(self, since_ms: int) -> Sequence[VenueFill]:
        found = await super().fetch_fills(since_ms)
        return [one for one in found if self._shown_ms(one) <= self._clock.now_ms()]

    def _shown_ms(self, fill: VenueFill) -> int:
        if fill.venue_trade_id not in self._shown_at_ms:
            is_late = self.most_lag_ms and self._lags.random() < 0.3
            lag_ms = self._lags.randrange(self.most_lag_ms) if is_late else 0
            self._shown_at_ms[fill.venue_trade_id] = fill.time_ms + lag_ms
        return self._shown_at_ms[fill.venue_trade_id]


@pytest.mark.parametrize("seed", SEEDS)
def test_books_are_the_venues_however_late_its_fills_show(seed: int, tmp_path: Path) -> None:
    venues: list[LaggingVenue] = []
    workload = Workload(seed, exits=False, hands=True)

    def wrap(inner: IAPIConnector, clock: Clock, spawner: Spawner) -> IAPIConnector:
        venues.append(LaggingVenue(inner, clock, spawner, seed))
        return venues[-1]

    async def quiet(desk: LivingDesk, duration_ms: int) -> None:
        for _ in range(duration_ms // STEP_MS):
            for symbol in (PERP, SPOT):
                desk.tick(workload.price, symbol)
            await desk.pass_ms(STEP_MS)

    async def trades(desk: LivingDesk) -> None:
        await workload.run(desk, TICKS)
        venues[-1].most_lag_ms = 0
        await quiet(desk, 60_000)
        await desk.desk.commands.execute(Rearm("REARM"))
        await desk.settle(price=workload.price)
        assert await desk.desk.core.parts.execution.reconciliation.run()
        await quiet(desk, 5_000)
        await desk.settle(price=workload.price)
        await is_the_venues(desk)

    house = DeskHouse(tmp_path, seed=seed, shuffle=seed, wrap=wrap, reconcile_every_ms=5_000)
    life = house.live(trades)
    assert life.complaints == []
    assert verify(house.state.journal).fault is None


async def is_the_venues(desk: LivingDesk) -> None:
    held = {one.symbol: one.size_base * one.side.sign for one in await desk.paper.fetch_positions()}
    shares: dict[str, Decimal] = {}
    for trade in desk.positions:
        if trade.symbol == PERP:
            shares[PERP] = shares.get(PERP, Decimal(0)) + trade.size_base * trade.side.sign
    nets = {symbol: net.size_base for symbol, net in desk.ledger.nets().items() if net.size_base}
    assert nets == held
    assert {symbol: size for symbol, size in shares.items() if size} == held
    balances = {one.currency: one.total for one in await desk.paper.fetch_balances()}
    assert {one.currency: one.total for one in desk.ledger.balances() if one.total} == {
        currency: total for currency, total in balances.items() if total
    }
    naked = desk.desk.core.parts.execution.naked
    assert [one.trade_id for one in desk.positions if naked.naked_ms(one.trade_id)] == []
    assert desk.desk.core.parts.execution.flows.size() == 0
