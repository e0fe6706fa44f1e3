"""A venue whose words lag, go missing, or are not the whole truth."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from desk.contracts.connection import Connection
from desk.contracts.market import Tick
from desk.contracts.orders import (
    AmendRequest,
    OrderOutcome,
    OrderRequest,
    OutcomeKind,
    VenueEvent,
    VenueFill,
    VenueOrder,
    VenuePosition,
)
from desk.contracts.ports.connector import IAPIConnector, VenueListener
from desk.contracts.ports.time import Clock
from tests.builders.execution import FaultyHouse, FaultyVenue


class LyingVenue(FaultyVenue):
    """Hide fills, forget orders, show orders that nobody placed, and take stops that never fill."""

    def __init__(self, inner: IAPIConnector, clock: Clock) -> None:
        super().__init__(inner, clock)
        self.hides: Callable[[VenueFill], bool] = lambda _: False
        self.forgets: set[str] = set()
        self.also_resting: list[VenueOrder] = []
        self.also_held: dict[str, Decimal] = {}
        self.also_open: list[VenuePosition] = []
        self.cancelled: list[str] = []
        self.is_halted = False
        self.says_names_alone = False
        self.clock_ahead_ms = 0
        self.tells_its_clock = True
        self.refuses: Callable[[OrderRequest], str | None] = lambda _: None

    @property
    def connection(self) -> Connection:
        known = super().connection
        return replace(known, clock_skew_ms=self.clock_ahead_ms) if self.tells_its_clock else known

    def subscribe(self, listener: VenueListener) -> None:
        super().subscribe(lambda event: None if self._is_hidden(event) else listener(self._timed(event)))

    def _timed(self, event: VenueEvent) -> VenueEvent:
        """Date a fill by the venue's clock."""
        if not isinstance(event, VenueFill):
            return event
        return replace(event, time_ms=event.time_ms + self.clock_ahead_ms)

    def _is_hidden(self, event: object) -> bool:
        return isinstance(event, VenueFill) and self.hides(event)

    def observe(self, tick: Tick) -> None:
        """Let the market pass by where the symbol is halted: nothing triggers, nothing rests to fill."""
        if not self.is_halted:
            super().observe(tick)

    async def place_order(self, request: OrderRequest) -> OrderOutcome:
        reason = self.refuses(request)
        if reason is not None:
            self.placed.append(request)
            return OrderOutcome(OutcomeKind.NOT_ACCEPTED, code="NO", reason=reason)
        return self._answer(await super().place_order(request))

    async def amend_order(self, request: AmendRequest) -> OrderOutcome:
        return self._answer(await super().amend_order(request))

    def _answer(self, outcome: OrderOutcome) -> OrderOutcome:
        return replace(outcome, order=None) if self.says_names_alone else outcome

    async def cancel_order(self, symbol: str, client_order_id: str) -> OrderOutcome:
        self.cancelled.append(client_order_id)
        if any(one.client_order_id == client_order_id for one in self.also_resting):
            self.also_resting = [one for one in self.also_resting if one.client_order_id != client_order_id]
            return OrderOutcome(OutcomeKind.ACCEPTED)
        return self._answer(await super().cancel_order(symbol, client_order_id))

    async def fetch_fills(self, since_ms: int) -> Sequence[VenueFill]:
        shown = [one for one in await super().fetch_fills(since_ms) if not self.hides(one)]
        return [replace(one, time_ms=one.time_ms + self.clock_ahead_ms) for one in shown]

    async def fetch_order(self, symbol: str, client_order_id: str) -> VenueOrder | None:
        if client_order_id in self.forgets:
            return None
        for one in self.also_resting:
            if one.client_order_id == client_order_id:
                return one
        return await super().fetch_order(symbol, client_order_id)

    async def fetch_open_orders(self) -> Sequence[VenueOrder]:
        found = [one for one in await super().fetch_open_orders() if one.client_order_id not in self.forgets]
        return [*found, *self.also_resting]

    async def fetch_positions(self) -> Sequence[VenuePosition]:
        found = await super().fetch_positions()
        moved = [
            replace(one, size_base=one.size_base + self.also_held.get(one.symbol, Decimal(0)))
            for one in found
        ]
        return [*moved, *self.also_open]


class LyingHouse(FaultyHouse):
    """A desk at a venue whose words are not the whole truth."""

    venue: LyingVenue

    def _wrapped(self, inner: IAPIConnector, clock: Clock, *_: object) -> IAPIConnector:
        self.venue = LyingVenue(inner, clock)
        self.venue.capabilities_changed = self._capabilities
        return self.venue


def lying(folder: Path, *settings: str, **capabilities: Any) -> LyingHouse:  # noqa: ANN401 - as FaultyHouse takes
    """Build a house at such a venue, one that is compared with the ledger only when a test says so."""
    return LyingHouse(folder, settings=settings, reconcile_every_ms=None, **capabilities)
