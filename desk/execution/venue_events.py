"""What the venue says, into the ledger: fills once, order updates forward only."""

from dataclasses import replace
from decimal import Decimal

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.ids import TradeId
from desk.contracts.market import ZERO, Instrument
from desk.contracts.netting import MONEY
from desk.contracts.orders import VenueEvent, VenueFill, VenueOrder
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.ports.view import DeskView
from desk.contracts.records import FillBooked, JournalEntry
from desk.contracts.sides import OrderSide
from desk.execution import entries
from desk.execution.adoption import PositionAdoption
from desk.execution.external import COUNTED, ExternalBook
from desk.execution.fill_parts import Owned, parts, reduced_by
from desk.execution.fill_records import fill_entry, fill_id


class VenueEventIntake:
    """Take order updates and fills from the connector's stream and from reads alike."""

    def __init__(
        self,
        *,
        recorder: Recorder,
        ledger: LedgerView,
        view: DeskView,
        clock: Clock,
        bus: EventBus,
        external: ExternalBook,
        adoption: PositionAdoption,
    ) -> None:
        self._recorder = recorder
        self._ledger = ledger
        self._view = view
        self._clock = clock
        self._bus = bus
        self._external = external
        self._adoption = adoption
        self.fills_booked = 0

    def take(self, event: VenueEvent) -> None:
        """Take one event of the stream."""
        if isinstance(event, VenueFill):
            self.take_fill(event)
        else:
            self.take_order(event)

    def take_order(self, seen: VenueOrder) -> bool:
        """Record what the venue shows of one of our orders; False where it says nothing new."""
        order = self._ledger.order(seen.client_order_id)
        if order is None or _is_known(order, seen):
            return False
        self._recorder.record(entries.order_observed(order, seen, self._clock.now_ms()))
        updated = self._ledger.order(seen.client_order_id)
        if updated is not None:
            self._bus.publish(events.ORDER_UPDATED, updated)
        return True

    def take_fill(self, fill: VenueFill) -> bool:
        """Book one fill; False where it is booked already, or the position that was taken over holds it."""
        if self._ledger.has_fill(fill.symbol, fill.venue_trade_id):
            return False
        instrument = self._view.instrument(fill.symbol)
        if instrument is None:
            return False
        order = self._ledger.order(fill.client_order_id) if fill.client_order_id else None
        is_counted = self._adoption.covers(fill)
        if is_counted and order is None:
            return False
        self.fills_booked += 1
        if order is None:
            self._take_external(fill, instrument)
            return True
        self.book(fill, instrument, order)
        if is_counted:
            self._take_external(_counted(fill), instrument)
        return True

    def take_implied(self, fill: VenueFill) -> bool:
        """Book what the venue's position implies; False where it is booked already."""
        instrument = self._view.instrument(fill.symbol)
        if instrument is None or self._ledger.has_fill(fill.symbol, fill.venue_trade_id):
            return False
        self.fills_booked += 1
        self._take_external(fill, instrument)
        return True

    def _take_external(self, fill: VenueFill, instrument: Instrument) -> None:
        for booked in self._external.take(fill, instrument):
            self._bus.publish(events.FILL_BOOKED, booked)

    def book(self, fill: VenueFill, instrument: Instrument, order: OrderState) -> None:
        """Book a fill of one of our orders."""
        first: list[JournalEntry] = []
        owned = self._owners(fill, instrument, order, first)
        booked = [
            FillBooked(
                fill_id(part),
                part,
                instrument.kind,
                instrument.quote,
                instrument.base,
                trade_id,
                order.client_order_id,
                order.directive_id,
            )
            for part, trade_id in parts(fill, owned)
        ]
        now_ms = self._clock.now_ms()
        self._recorder.record(*first, *(fill_entry(one, now_ms) for one in booked))
        for one in booked:
            self._bus.publish(events.FILL_BOOKED, one)
        filled = self._ledger.order(order.client_order_id)
        if filled is not None and filled.is_over:
            self._bus.publish(events.ORDER_UPDATED, filled)

    def _owners(
        self, fill: VenueFill, instrument: Instrument, order: OrderState, first: list[JournalEntry]
    ) -> Owned:
        """Name the order's own trade, and others that a netting venue took part of the fill from.

        What opens closes first what is held the other way. What a trade sold beyond itself came out of the
        next ones, and beyond all of them it opened what nobody meant: that is EXTERNAL, and goes to `first`
        where it is new. No trade ever sells more than it holds, so that they add up to the venue's position.
        """
        own = self._ledger.position(order.trade_id)
        others = [one for one in self._ledger.open_positions() if one.trade_id != order.trade_id]
        if order.request.leg.adds_risk:
            shares = reduced_by(fill, fill.size_base, others)
            return [*_rest(fill.size_base, shares, order.trade_id), *shares]
        held_base = ZERO if own is None else own.size_base
        own_base = min(held_base, fill.size_base)
        beyond_base = MONEY.subtract(fill.size_base, own_base)
        shares = reduced_by(fill, beyond_base, others)
        own_share: Owned = [(order.trade_id, own_base)] if own_base > ZERO else []
        rest_base = MONEY.subtract(beyond_base, _sum(shares))
        if not rest_base > ZERO:
            return [*own_share, *shares]
        if instrument.is_spot:
            return [(order.trade_id, MONEY.add(own_base, rest_base)), *shares]
        return [*own_share, *shares, (self._external.opened_by(fill, instrument, first), rest_base)]


def _rest(size_base: Decimal, shares: list[tuple[TradeId, Decimal]], trade_id: TradeId) -> Owned:
    rest_base = MONEY.subtract(size_base, _sum(shares))
    return [(trade_id, rest_base)] if rest_base > ZERO else []


def _sum(shares: list[tuple[TradeId, Decimal]]) -> Decimal:
    return sum((size for _, size in shares), ZERO)


def _counted(fill: VenueFill) -> VenueFill:
    """Return what takes a fill of ours back out of a position that was taken over with it."""
    side = OrderSide.SELL if fill.side is OrderSide.BUY else OrderSide.BUY
    name = f"{COUNTED}{fill.venue_trade_id}"
    return replace(fill, venue_trade_id=name, side=side, fee=ZERO, client_order_id=None)


def _is_known(order: OrderState, seen: VenueOrder) -> bool:
    return (
        order.status is seen.status
        and order.size_base == seen.size_base
        and order.limit_price == seen.limit_price
        and order.stop_price == seen.stop_price
        and order.venue_order_id == seen.venue_order_id
    )
