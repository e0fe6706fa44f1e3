"""A bad line to a good venue: behind the port, by seed, everything a network does to requests."""

import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from desk.contracts.connection import Connection
from desk.contracts.market import Instrument, Tick
from desk.contracts.orders import (
    AmendRequest,
    Capabilities,
    OrderOutcome,
    OrderRequest,
    OutcomeKind,
    VenueBalance,
    VenueEvent,
    VenueFill,
    VenueOrder,
    VenuePosition,
)
from desk.contracts.ports.connector import IAPIConnector, VenueListener
from desk.contracts.ports.market_source import MarketSource
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.problems import ReadFailed
from desk.contracts.states import TradingMode

Answer = TypeVar("Answer")
Request = Callable[[], Coroutine[object, object, OrderOutcome]]

HANG_MS = 10_000
"""Longer than any time-out of a test."""

LATEST_ARRIVAL_MS = 4_000
"""How late a request can still arrive that its sender gave up."""

ABSENCE_PROOF_MS = 5_000

SHOWN_LATE_MS = 1_500
"""How long the venue's reads may not show an order that it has."""


@dataclass(frozen=True)
class Faults:
    """Say how often, from 0 to 1, each fault strikes."""

    lost_request: float = 0
    late_request: float = 0
    lost_reply: float = 0
    not_sent: float = 0
    hang: float = 0
    refused_stop: float = 0
    failed_read: float = 0
    blind_read: float = 0
    twice: float = 0
    delayed: float = 0
    lost_event: float = 0


BAD_LINE = Faults(
    lost_request=0.08,
    late_request=0.05,
    lost_reply=0.1,
    not_sent=0.05,
    hang=0.05,
    refused_stop=0.05,
    failed_read=0.2,
    blind_read=0.2,
    twice=0.2,
    delayed=0.3,
    lost_event=0.05,
)


class FaultyConnector:
    """Pass requests, reads and events on, or do to them what `faults` says."""

    def __init__(
        self, inner: IAPIConnector, clock: Clock, spawner: Spawner, seed: int | str, faults: Faults = BAD_LINE
    ) -> None:
        self._inner = inner
        self._clock = clock
        self._spawner = spawner
        self._rng = random.Random(seed)
        self._faults: Faults = faults
        self._listeners: list[VenueListener] = []
        self._placed_ms: dict[str, int] = {}
        self.struck: dict[str, int] = {}
        inner.subscribe(self._on_event)

    def worsen(self, faults: Faults) -> None:
        """Do `faults` from now on; without any, the line is healed."""
        self._faults = faults

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def capabilities(self) -> Capabilities:
        return replace(self._inner.capabilities, absence_proof_ms=ABSENCE_PROOF_MS)

    @property
    def mode(self) -> TradingMode:
        return self._inner.mode

    @property
    def connection(self) -> Connection:
        return self._inner.connection

    @property
    def market(self) -> MarketSource | None:
        return self._inner.market

    def subscribe(self, listener: VenueListener) -> None:
        self._listeners.append(listener)

    def observe(self, tick: Tick) -> None:
        self._inner.observe(tick)

    async def open(self) -> None:
        await self._inner.open()

    async def close(self) -> None:
        await self._inner.close()

    async def place_order(self, request: OrderRequest) -> OrderOutcome:
        if request.leg.is_protective and self._strikes("refused_stop"):
            return OrderOutcome(OutcomeKind.NOT_ACCEPTED, code="MADE_UP", reason="the venue is in a mood")

        async def place() -> OrderOutcome:
            self._placed_ms[request.client_order_id] = self._clock.now_ms()
            return await self._inner.place_order(request)

        return await self._request(place)

    async def amend_order(self, request: AmendRequest) -> OrderOutcome:
        return await self._request(lambda: self._amend(request))

    async def _amend(self, request: AmendRequest) -> OrderOutcome:
        return await self._inner.amend_order(request)

    async def cancel_order(self, symbol: str, client_order_id: str) -> OrderOutcome:
        return await self._request(lambda: self._cancel(symbol, client_order_id))

    async def _cancel(self, symbol: str, client_order_id: str) -> OrderOutcome:
        return await self._inner.cancel_order(symbol, client_order_id)

    async def fetch_instruments(self) -> Sequence[Instrument]:
        return await self._inner.fetch_instruments()

    async def fetch_order(self, symbol: str, client_order_id: str) -> VenueOrder | None:
        found = await self._read(self._inner.fetch_order(symbol, client_order_id))
        return None if found is not None and self._is_blind_to(client_order_id) else found

    async def fetch_open_orders(self) -> Sequence[VenueOrder]:
        found = await self._read(self._inner.fetch_open_orders())
        return [one for one in found if not self._is_blind_to(one.client_order_id)]

    async def fetch_fills(self, since_ms: int) -> Sequence[VenueFill]:
        return await self._read(self._inner.fetch_fills(since_ms))

    async def fetch_positions(self) -> Sequence[VenuePosition]:
        return await self._read(self._inner.fetch_positions())

    async def fetch_account_id(self) -> str | None:
        return await self._inner.fetch_account_id()

    async def fetch_balances(self) -> Sequence[VenueBalance]:
        return await self._read(self._inner.fetch_balances())

    def _strikes(self, fault: str) -> bool:
        share: float = getattr(self._faults, fault)
        struck = self._rng.random() < share
        if struck:
            self.struck[fault] = self.struck.get(fault, 0) + 1
        return struck

    def _is_blind_to(self, client_order_id: str) -> bool:
        """Tell whether a read does not show an order yet, as an eventually consistent venue's do."""
        since_ms = self._clock.now_ms() - self._placed_ms.get(client_order_id, -SHOWN_LATE_MS)
        return since_ms < SHOWN_LATE_MS and self._strikes("blind_read")

    async def _request(self, send: Request) -> OrderOutcome:
        if self._strikes("not_sent"):
            return OrderOutcome(OutcomeKind.NOT_SENT, code="REFUSED", reason="no connection")
        if self._strikes("lost_request"):
            return await self._no_answer()
        if self._strikes("late_request"):
            delay_ms = self._rng.randrange(100, LATEST_ARRIVAL_MS)
            self._spawner.spawn("late request", self._send_late(send, delay_ms))
            return await self._no_answer()
        outcome = await send()
        return await self._no_answer() if self._strikes("lost_reply") else outcome

    async def _send_late(self, send: Request, delay_ms: int) -> None:
        await self._clock.sleep_ms(delay_ms)
        await send()

    async def _no_answer(self) -> OrderOutcome:
        """Fail in one of the ways in which a lost answer shows: a hang, an error, an unknown outcome."""
        if self._strikes("hang"):
            await self._clock.sleep_ms(HANG_MS)
        if self._rng.random() < 1 / 3:
            message = "connection reset"
            raise ConnectionResetError(message)
        return OrderOutcome(OutcomeKind.UNKNOWN, reason="the answer was lost")

    async def _read(self, read: Awaitable[Answer]) -> Answer:
        answer = await read
        if self._strikes("failed_read"):
            message = "the line is bad"
            raise ReadFailed(message)
        return answer

    def _on_event(self, event: VenueEvent) -> None:
        """Pass an event on: now, later and so out of order, twice, or never."""
        if self._strikes("lost_event"):
            return
        if self._strikes("twice"):
            self._later(event)
        if self._strikes("delayed"):
            self._later(event)
            return
        self._tell(event)

    def _later(self, event: VenueEvent) -> None:
        self._spawner.spawn("late event", self._tell_late(event, self._rng.randrange(1, 3_000)))

    async def _tell_late(self, event: VenueEvent, delay_ms: int) -> None:
        await self._clock.sleep_ms(delay_ms)
        self._tell(event)

    def _tell(self, event: VenueEvent) -> None:
        for listener in self._listeners:
            listener(event)
