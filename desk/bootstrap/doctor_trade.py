"""The smallest order there and back: what no look can show, an order proves."""

from collections.abc import Awaitable, Callable
from decimal import ROUND_CEILING, Decimal
from typing import Final

from desk.contracts.examination import Finding
from desk.contracts.ids import ExecutionDirectiveId
from desk.contracts.market import ZERO, Instrument
from desk.contracts.orders import Leg, OrderOutcome, OrderRequest, OrderType, OutcomeKind
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Clock
from desk.contracts.problems import ReadFailed
from desk.contracts.sides import OrderSide

TRIP: Final = "order round trip"
_BELOW: Final = Decimal("0.9")
"""Of the price: far enough to rest, near enough for the bands of most exchanges."""

_NOTHING_RESTS: Final = frozenset((OutcomeKind.NOT_SENT, OutcomeKind.NOT_ACCEPTED))
_MINUTE_MS: Final = 60_000
_SEEN_WITHIN_MS: Final = 5_000
_LOOK_EVERY_MS: Final = 200


async def round_trip(connector: IAPIConnector, instrument: Instrument, clock: Clock) -> Finding:
    """Rest a smallest buy below the market, find it by its client id, cancel it, and see it gone."""
    trip = _Trip(connector, instrument, clock)
    began_ms = clock.monotonic_ms()
    try:
        return await trip.made(began_ms)
    except ReadFailed as failure:
        return Finding.fault(TRIP, str(failure), f"see at the exchange that {trip.client_order_id} is gone")


class _Trip:
    """Hold one order on its way."""

    def __init__(self, connector: IAPIConnector, instrument: Instrument, clock: Clock) -> None:
        self._connector = connector
        self._instrument = instrument
        self._clock = clock
        self._now_ms = clock.now_ms()
        self.client_order_id = f"doctor{self._now_ms % 10**12:012d}"

    async def made(self, began_ms: int) -> Finding:
        """Place, look, cancel, look again; raises ReadFailed. It is cancelled whatever happens on the way."""
        request = self._request(await self._price())
        outcome = cancelled = OrderOutcome(OutcomeKind.UNKNOWN)
        is_seen = False
        try:
            outcome = await self._connector.place_order(request)
            is_seen = outcome.kind not in _NOTHING_RESTS and await self._becomes(self._is_resting)
        finally:
            if outcome.kind not in _NOTHING_RESTS:
                cancelled = await self._connector.cancel_order(request.symbol, self.client_order_id)
        if outcome.kind in _NOTHING_RESTS:
            told = f"{request.symbol}: {outcome.kind}: {outcome.reason}"
            return Finding.fault(
                TRIP, told, "mend what the exchange names; a sandbox's faucet has play money"
            )
        return await self._judged(request, outcome, cancelled, began_ms, is_seen=is_seen)

    async def _judged(
        self,
        request: OrderRequest,
        placed: OrderOutcome,
        cancelled: OrderOutcome,
        began_ms: int,
        *,
        is_seen: bool,
    ) -> Finding:
        named = f"{self.client_order_id} on {request.symbol}"
        if not await self._becomes(self._is_gone):
            told = f"{named} still rests: {cancelled.kind} {cancelled.reason}"
            return Finding.fault(TRIP, told, "cancel it at the exchange by hand")
        if not is_seen:
            told = f"{named} ({placed.kind}) was never seen resting"
            return Finding.fault(TRIP, told, "see at the exchange what became of it")
        took_ms = self._clock.monotonic_ms() - began_ms
        told = (
            f"{request.size_base:f} {request.symbol} at {request.limit_price:f} rested as "
            f"{self.client_order_id} and was cancelled, {took_ms} ms in all"
        )
        return Finding.ok(TRIP, told)

    async def _price(self) -> Decimal:
        source = self._connector.market
        bars = () if source is None else await source.fetch_bars(self._instrument.symbol, _MINUTE_MS, 2)
        if not bars:
            raise ReadFailed(f"nobody tells a price of {self._instrument.symbol}")
        return self._instrument.floor_price(bars[-1].close * _BELOW)

    def _request(self, price: Decimal) -> OrderRequest:
        step, least = self._instrument.size_step, self._instrument.min_notional_quote
        for_notional = (
            (least / price / step).to_integral_value(ROUND_CEILING) * step if least > ZERO else ZERO
        )
        return OrderRequest(
            client_order_id=self.client_order_id,
            execution_directive_id=ExecutionDirectiveId.at(self._now_ms, 1),
            leg=Leg.ENTRY,
            attempt=1,
            symbol=self._instrument.symbol,
            side=OrderSide.BUY,
            order_type=OrderType.LIMIT,
            size_base=max(self._instrument.min_size_base, for_notional),
            limit_price=price,
        )

    async def _becomes(self, is_so: Callable[[], Awaitable[bool]]) -> bool:
        """Look until it is so; the exchange's reads may lag."""
        until_ms = self._clock.monotonic_ms() + _SEEN_WITHIN_MS
        while not await is_so():
            if self._clock.monotonic_ms() > until_ms:
                return False
            await self._clock.sleep_ms(_LOOK_EVERY_MS)
        return True

    async def _is_resting(self) -> bool:
        if self._connector.capabilities.looks_up_client_ids:
            found = await self._connector.fetch_order(self._instrument.symbol, self.client_order_id)
            return found is not None and found.status.is_working
        return await self._is_listed()

    async def _is_gone(self) -> bool:
        return not await self._is_listed()

    async def _is_listed(self) -> bool:
        resting = await self._connector.fetch_open_orders()
        return any(one.client_order_id == self.client_order_id for one in resting)
