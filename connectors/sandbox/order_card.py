"""What the venue remembers of one order beyond its matching: ids, triggers, attached stops, what it cost."""

import json
from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from connectors.sandbox.listings import Listing
from connectors.sandbox.wire import Row, encoded, shown, text_of
from desk.contracts.market import ZERO
from desk.contracts.orders import OrderStatus, VenueFill, VenueOrder

_MOST_VERSIONS: Final = 20
NO_ERROR: Final = "EC_NoError"


@dataclass(frozen=True, slots=True)
class AttachedStops:
    """Hold what an order brings along for the position it opens: prices in quote, and how much they cover."""

    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    is_partial: bool = False
    stop_loss_limit: Decimal | None = None
    take_profit_limit: Decimal | None = None

    def __bool__(self) -> bool:
        return self.stop_loss is not None or self.take_profit is not None


@dataclass(slots=True)
class OrderCard:
    """Hold one order as its owner may ask for it; `name` is what the matching venue calls it."""

    name: str
    order_id: str
    link_id: str
    listing: Listing
    is_market: bool
    time_in_force: str
    created_ms: int
    market_unit: str = ""
    quote_qty: Decimal | None = None
    trigger_direction: int = 0
    trigger_by: str = ""
    stop_order_type: str = ""
    create_type: str = "CreateByUser"
    attached: AttachedStops = field(default_factory=AttachedStops)
    reduce_only: bool = False
    report: VenueOrder | None = None
    is_untriggered: bool = False
    cum_base: Decimal = ZERO
    cum_value: Decimal = ZERO
    cum_fees: dict[str, Decimal] = field(default_factory=dict)
    reject_reason: str = NO_ERROR
    cancel_type: str = "UNKNOWN"
    status_said: str = ""
    versions: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=_MOST_VERSIONS))

    @property
    def is_open(self) -> bool:
        """Whether it can still fill."""
        return self.report is not None and not self.report.status.is_terminal

    @property
    def is_conditional(self) -> bool:
        """Whether it waits, or waited, for a trigger."""
        return self.report is not None and self.report.stop_price is not None

    def book(self, fill: VenueFill) -> None:
        """Add one fill to what it cost."""
        self.cum_base += fill.size_base
        self.cum_value += fill.size_base * fill.price
        self.cum_fees[fill.fee_currency] = self.cum_fees.get(fill.fee_currency, ZERO) + fill.fee

    @property
    def status(self) -> str:
        """Its status in the dialect."""
        report = self.report
        if self.status_said:
            return self.status_said
        if report is None:
            return "Created"
        if report.status is OrderStatus.OPEN:
            return "Untriggered" if self.is_untriggered else "New"
        if report.status is OrderStatus.PARTIALLY_FILLED:
            return "PartiallyFilled"
        if report.status is OrderStatus.FILLED:
            return "Filled"
        return self._ended(report)

    def _ended(self, report: VenueOrder) -> str:
        if self.listing.is_spot and report.filled_base > 0:
            return "PartiallyFilledCanceled"
        return "Deactivated" if self.is_untriggered else "Cancelled"

    def remember(self, now_ms: int) -> None:
        """Keep how it stands now; as text, since a thousand orders would be a lot of rows."""
        self.versions.append((now_ms, encoded(self.row())))

    def row_at(self, time_ms: int) -> Row | None:
        """Return how it stood then, None where it was not yet."""
        found = next((text for at_ms, text in reversed(self.versions) if at_ms <= time_ms), None)
        row: Row | None = None if found is None else json.loads(found)
        return row

    def row(self) -> Row:
        """Write it as the venue shows it."""
        report = self.report
        assert report is not None  # noqa: S101 - a card without a report is never shown
        row: Row = {
            "symbol": self.listing.venue_symbol,
            "orderId": self.order_id,
            "orderLinkId": self.link_id,
            "side": report.side.capitalize(),
            "orderType": "Market" if self.is_market else "Limit",
            "price": text_of(report.limit_price) or "0",
            "qty": text_of(report.size_base if self.quote_qty is None else self.quote_qty),
            "marketUnit": self.market_unit,
            "orderStatus": self.status,
            "timeInForce": self.time_in_force,
            "createdTime": str(self.created_ms),
            "updatedTime": str(report.updated_at_ms),
            "reduceOnly": self.reduce_only,
            "closeOnTrigger": False,
            "triggerPrice": text_of(report.stop_price) or ("0" if self.listing.is_spot else ""),
            "triggerDirection": self.trigger_direction,
            "triggerBy": self.trigger_by,
            "stopOrderType": self.stop_order_type,
            "cancelType": self.cancel_type,
            "rejectReason": self.reject_reason,
            "positionIdx": 0,
        }
        row |= self._fill_fields(report) | self._stop_fields()
        if not self.listing.is_spot:
            row["tpslMode"] = ("Partial" if self.attached.is_partial else "Full") if self.attached else ""
            row["createType"] = self.create_type
        return row

    def _fill_fields(self, report: VenueOrder) -> Row:
        filled = report.filled_base
        left = ZERO if report.status.is_terminal else report.size_base - filled
        return {
            "avgPrice": text_of(shown(self.cum_value / filled)) if filled > 0 else "",
            "cumExecQty": text_of(filled),
            "cumExecValue": text_of(self.cum_value),
            "cumExecFee": text_of(sum(self.cum_fees.values(), ZERO)),
            "cumFeeDetail": {coin: text_of(fee) for coin, fee in self.cum_fees.items()},
            "leavesQty": text_of(left),
            "leavesValue": text_of(left * (report.limit_price or report.stop_price or ZERO)),
        }

    def _stop_fields(self) -> Row:
        attached = self.attached
        return {
            "takeProfit": text_of(attached.take_profit),
            "stopLoss": text_of(attached.stop_loss),
            "tpTriggerBy": "LastPrice" if attached.take_profit is not None else "",
            "slTriggerBy": "LastPrice" if attached.stop_loss is not None else "",
            "tpLimitPrice": text_of(attached.take_profit_limit) or "0",
            "slLimitPrice": text_of(attached.stop_loss_limit) or "0",
        }
