"""A venue that fails on demand, and a desk that trades on it."""

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from desk.contracts.connection import Connection
from desk.contracts.execution import DirectiveRefused, FlowCompletion, FlowOutcome
from desk.contracts.ids import DirectiveId
from desk.contracts.market import Instrument, Tick
from desk.contracts.orders import (
    AmendRequest,
    Capabilities,
    Leg,
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
from desk.contracts.ports.time import Clock
from desk.contracts.positions import Position
from desk.contracts.problems import ReadFailed
from desk.contracts.records import AlarmRaised
from desk.contracts.states import TradingMode
from tests.builders.desk import PLATFORM, TINY, DeskHouse, Life, Script
from tests.builders.living_desk import PERP, LivingDesk

Answer = TypeVar("Answer")

_FOR_EVER_MS = 10_000_000_000
_LATE_MS = 100


class Fault(StrEnum):
    """What becomes of a request."""

    LOST_REQUEST = "it never reaches the venue, and nobody answers"
    LATE_REPLY = "the venue does it, and answers after its stream has told"
    LOST_REPLY = "the venue does it, and nobody answers"
    UNCLEAR_BEFORE = "it never reaches the venue, and the answer is unclear"
    UNCLEAR_AFTER = "the venue does it, and the answer is unclear"
    REFUSED = "the venue refuses it"
    NOT_SENT = "no connection, so nothing left"


@dataclasses.dataclass
class Rule:
    call: str
    fault: Fault
    leg: Leg | None
    left: int


class FaultyVenue:
    """Stand before a connector: pass everything on, but what a test wants to fail."""

    def __init__(self, inner: IAPIConnector, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock
        self._rules: list[Rule] = []
        self._legs: dict[str, Leg] = {}
        self.capabilities_changed: dict[str, Any] = {}
        self.reads_fail = False
        self.reads_hang = False
        self.is_deaf = False
        self._held: list[Callable[[], None]] | None = None
        self.calls: list[tuple[str, str]] = []
        self.looked_up: list[str] = []
        self.fills_read = 0
        self.placed: list[OrderRequest] = []

    def fail(self, call: str, fault: Fault, *, leg: Leg | None = None, times: int = 1) -> None:
        """Let the next `times` calls of place, amend or cancel (of one leg) end in `fault`."""
        self._rules.append(Rule(call, fault, leg, times))

    def forgive(self) -> None:
        """Work again."""
        self._rules.clear()
        self.reads_fail = self.reads_hang = self.is_deaf = False

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def capabilities(self) -> Capabilities:
        return dataclasses.replace(self._inner.capabilities, **self.capabilities_changed)

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
        def hear(event: VenueEvent) -> None:
            if self._held is not None:
                self._held.append(partial(listener, event))
            elif not self.is_deaf:
                listener(event)

        self._inner.subscribe(hear)

    def freeze(self) -> None:
        """Keep back what the venue tells, as a desk that is stopped leaves it unread."""
        self._held = []

    async def wake(self, every_ms: int) -> None:
        """Tell what was kept back, one thing after the other."""
        for tell in self._held or ():
            tell()
            await self._clock.sleep_ms(every_ms)
        self._held = None

    def observe(self, tick: Tick) -> None:
        self._inner.observe(tick)

    async def open(self) -> None:
        await self._inner.open()

    async def close(self) -> None:
        await self._inner.close()

    async def place_order(self, request: OrderRequest) -> OrderOutcome:
        self._legs[request.client_order_id] = request.leg
        self.placed.append(request)
        return await self._act("place", request.client_order_id, lambda: self._inner.place_order(request))

    async def amend_order(self, request: AmendRequest) -> OrderOutcome:
        return await self._act("amend", request.client_order_id, lambda: self._inner.amend_order(request))

    async def cancel_order(self, symbol: str, client_order_id: str) -> OrderOutcome:
        return await self._act(
            "cancel", client_order_id, lambda: self._inner.cancel_order(symbol, client_order_id)
        )

    async def _act(
        self, call: str, client_order_id: str, act: Callable[[], Awaitable[OrderOutcome]]
    ) -> OrderOutcome:
        self.calls.append((call, client_order_id))
        match self._fault(call, client_order_id):
            case None:
                return await act()
            case Fault.REFUSED:
                return OrderOutcome(OutcomeKind.NOT_ACCEPTED, code="NO", reason="the test refuses it")
            case Fault.NOT_SENT:
                return OrderOutcome(OutcomeKind.NOT_SENT, reason="no connection")
            case Fault.LATE_REPLY:
                answer = await act()
                await self._clock.sleep_ms(_LATE_MS)
                return answer
            case Fault.LOST_REPLY:
                await act()
                await self._clock.sleep_ms(_FOR_EVER_MS)
            case Fault.LOST_REQUEST:
                await self._clock.sleep_ms(_FOR_EVER_MS)
            case Fault.UNCLEAR_AFTER:
                await act()
        return OrderOutcome(OutcomeKind.UNKNOWN, reason="the answer is unclear")

    def _fault(self, call: str, client_order_id: str) -> Fault | None:
        leg = self._legs.get(client_order_id)
        for rule in self._rules:
            if rule.call == call and rule.left and rule.leg in (None, leg):
                rule.left -= 1
                return rule.fault
        return None

    async def fetch_instruments(self) -> Sequence[Instrument]:
        return await self._inner.fetch_instruments()

    async def fetch_order(self, symbol: str, client_order_id: str) -> VenueOrder | None:
        self.looked_up.append(client_order_id)
        return await self._read(lambda: self._inner.fetch_order(symbol, client_order_id))

    async def fetch_open_orders(self) -> Sequence[VenueOrder]:
        return await self._read(self._inner.fetch_open_orders)

    async def fetch_fills(self, since_ms: int) -> Sequence[VenueFill]:
        self.fills_read += 1
        return await self._read(lambda: self._inner.fetch_fills(since_ms))

    async def fetch_positions(self) -> Sequence[VenuePosition]:
        return await self._read(self._inner.fetch_positions)

    async def fetch_account_id(self) -> str | None:
        return await self._inner.fetch_account_id()

    async def fetch_balances(self) -> Sequence[VenueBalance]:
        return await self._read(self._inner.fetch_balances)

    async def _read(self, read: Callable[[], Awaitable[Answer]]) -> Answer:
        if self.reads_hang:
            await self._clock.sleep_ms(_FOR_EVER_MS)
        if self.reads_fail:
            raise ReadFailed("the test cuts the line")
        return await read()


class FaultyHouse(DeskHouse):
    """A desk whose venue fails on demand."""

    def __init__(
        self,
        folder: Path,
        *,
        settings: Sequence[str] = (),
        blueprints: Sequence[str] = (TINY,),
        platform: str = PLATFORM,
        reconcile_every_ms: int | None = 60_000,
        **capabilities: object,
    ) -> None:
        self.venue: FaultyVenue = None  # type: ignore[assignment] # there once a desk lives
        self._capabilities = capabilities
        super().__init__(
            folder,
            blueprints=blueprints,
            platform=platform,
            settings=settings,
            wrap=self._wrapped,
            reconcile_every_ms=reconcile_every_ms,
        )

    def _wrapped(self, inner: IAPIConnector, clock: Clock, *_: object) -> IAPIConnector:
        self.venue = FaultyVenue(inner, clock)
        self.venue.capabilities_changed = self._capabilities
        return self.venue

    def run(self, script: Script) -> Life:
        """Live once and expect that nothing failed inside."""
        life = self.live(script)
        assert not life.complaints, life.complaints
        return life


def house(folder: Path, *settings: str, **changes: Any) -> FaultyHouse:  # noqa: ANN401 - as FaultyHouse takes
    """Build a house with settings such as `risk.max_open_trades=3`."""
    return FaultyHouse(folder, settings=settings, **changes)


async def opened(desk: LivingDesk, *, symbol: str = PERP, **given: Any) -> Position:  # noqa: ANN401 - any field of it
    """Open a trade at 50,000, protected, and return it."""
    before = {one.trade_id for one in desk.positions}
    desk.tick("50000", symbol)
    flow = desk.issue(desk.new_trade(symbol=symbol, **given))
    await desk.settle()
    ended = desk.end_of(flow)
    assert ended is not None
    assert ended.outcome is FlowOutcome.SUCCESS, ended.reason
    return next(one for one in desk.positions if one.trade_id not in before)


async def ended(desk: LivingDesk, flow_id: DirectiveId, price: str = "50000") -> FlowCompletion:
    """Let the market stand still until nothing is under way, and return how the flow ended."""
    await desk.settle(price=price)
    completion = desk.end_of(flow_id)
    assert completion is not None, f"{flow_id} has not ended"
    return completion


def resting(desk: LivingDesk, leg: Leg) -> list[tuple[Decimal | None, Decimal]]:
    """List price and open size of every live order of a leg, by the ledger."""
    orders = [one for one in desk.ledger.live_orders() if one.request.leg is leg]
    return [(one.stop_price or one.limit_price, one.remaining_base) for one in orders]


def alarms(desk: LivingDesk) -> list[str]:
    """List the texts of all alarms."""
    return [one.record.text for one in desk.entries if isinstance(one.record, AlarmRaised)]


def refusals(desk: LivingDesk) -> list[DirectiveRefused]:
    """List every refusal."""
    return [one.record for one in desk.entries if isinstance(one.record, DirectiveRefused)]
