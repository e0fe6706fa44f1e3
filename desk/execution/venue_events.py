"""What the venue says, into the ledger: fills once, order updates forward only."""

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
from desk.contracts.positions import EXTERNAL_STRATEGY
from desk.contracts.records import FillBooked
from desk.execution import entries
from desk.execution.external import ExternalBook
from desk.execution.fill_parts import Owned, parts, reduced_by
from desk.execution.fill_records import fill_entry, fill_id


class VenueEventIntake:
    """Take order updates and fills from the connector's stream and from reads alike."""

    def __init__(
        self,
        recorder: Recorder,
        ledger: LedgerView,
        view: DeskView,
        clock: Clock,
        bus: EventBus,
        external: ExternalBook,
    ) -> None:
        self._recorder = recorder
        self._ledger = ledger
        self._view = view
        self._clock = clock
        self._bus = bus
        self._external = external
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
        """Book one fill; False where it is booked already."""
        if self._ledger.has_fill(fill.symbol, fill.venue_trade_id):
            return False
        instrument = self._view.instrument(fill.symbol)
        if instrument is None:
            return False
        self.fills_booked += 1
        order = self._ledger.order(fill.client_order_id) if fill.client_order_id else None
        if order is None:
            for booked in self._external.take(fill, instrument):
                self._bus.publish(events.FILL_BOOKED, booked)
            return True
        self.book(fill, instrument, order)
        return True

    def book(self, fill: VenueFill, instrument: Instrument, order: OrderState) -> None:
        """Book a fill of one of our orders."""
        owned = self._owners(fill, order)
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
        self._recorder.record(*(fill_entry(one, now_ms) for one in booked))
        for one in booked:
            self._bus.publish(events.FILL_BOOKED, one)
        filled = self._ledger.order(order.client_order_id)
        if filled is not None and filled.is_over:
            self._bus.publish(events.ORDER_UPDATED, filled)

    def _owners(self, fill: VenueFill, order: OrderState) -> Owned:
        """Name the order's own trade, and others that a netting venue took part of the fill from.

        What a trade sold beyond itself came out of the next ones. What opens one closes first what another
        hand holds the other way, as where it closed ours before our fill was told.
        """
        if order.request.leg.adds_risk:
            against = [one for one in self._ledger.open_positions() if one.strategy_id == EXTERNAL_STRATEGY]
            return _owned(fill, order, reduced_by(fill, fill.size_base, against))
        own = self._ledger.position(order.trade_id)
        beyond_base = MONEY.subtract(fill.size_base, ZERO if own is None else own.size_base)
        others = [one for one in self._ledger.open_positions() if one.trade_id != order.trade_id]
        return _owned(fill, order, reduced_by(fill, max(beyond_base, ZERO), others))


def _owned(fill: VenueFill, order: OrderState, shares: list[tuple[TradeId, Decimal]]) -> Owned:
    own_base = MONEY.subtract(fill.size_base, sum((size for _, size in shares), ZERO))
    return [*([(order.trade_id, own_base)] if own_base > ZERO else []), *shares]


def _is_known(order: OrderState, seen: VenueOrder) -> bool:
    return (
        order.status is seen.status
        and order.size_base == seen.size_base
        and order.limit_price == seen.limit_price
        and order.stop_price == seen.stop_price
        and order.venue_order_id == seen.venue_order_id
    )
