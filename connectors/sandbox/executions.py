"""What was executed on an account, as its owner may ask for it."""

from dataclasses import dataclass
from decimal import Decimal

from connectors.sandbox.listings import Listing
from connectors.sandbox.order_card import OrderCard
from connectors.sandbox.wire import Row, text_of
from desk.contracts.market import ZERO
from desk.contracts.orders import VenueFill
from desk.contracts.sides import OrderSide


@dataclass(frozen=True, slots=True)
class Execution:
    """Hold one row of the execution list; `fill` is None where nothing was traded."""

    category: str
    time_ms: int
    row: Row
    fill: VenueFill | None = None


def execution_of(
    fill: VenueFill, card: OrderCard, exec_id: str, closed_base: Decimal, exec_type: str
) -> Execution:
    """Write down a fill; `closed_base` is how much of a position it closed."""
    listing, report = card.listing, card.report
    instrument = listing.instrument
    wanted = fill.size_base if report is None else report.size_base
    limit_price = None if report is None else report.limit_price
    row: Row = {
        "symbol": listing.venue_symbol,
        "orderId": card.order_id,
        "orderLinkId": card.link_id,
        "side": fill.side.capitalize(),
        "orderPrice": text_of(limit_price) or "0",
        "orderQty": text_of(wanted),
        "leavesQty": text_of(max(wanted - card.cum_base, ZERO)),
        "orderType": "Market" if card.is_market else "Limit",
        "stopOrderType": card.stop_order_type or "UNKNOWN",
        "execId": exec_id,
        "execPrice": text_of(fill.price),
        "execQty": text_of(fill.size_base),
        "execValue": text_of(fill.size_base * fill.price),
        "execFee": text_of(fill.fee),
        "feeRate": text_of(instrument.maker_fee if fill.is_maker else instrument.taker_fee),
        "feeCoin": fill.fee_currency,
        "execTime": str(fill.time_ms),
        "execType": exec_type,
        "isMaker": fill.is_maker,
        "seq": int(fill.venue_trade_id),
        "closedSize": text_of(closed_base),
    }
    if not listing.is_spot:
        row["createType"] = card.create_type
    return Execution(listing.category.value, fill.time_ms, row, fill)


@dataclass(frozen=True, slots=True)
class FundingPayment:
    """Hold what a position paid: `paid` in quote, negative where it received."""

    exec_id: str
    listing: Listing
    side: OrderSide
    size_base: Decimal
    price: Decimal
    rate: Decimal
    paid: Decimal
    time_ms: int

    def execution(self) -> Execution:
        """Write it down as the venue does, among the executions."""
        row: Row = {
            "symbol": self.listing.venue_symbol,
            "orderId": self.exec_id,
            "orderLinkId": "",
            "side": self.side.capitalize(),
            "orderPrice": "0",
            "orderQty": "0",
            "leavesQty": "0",
            "orderType": "UNKNOWN",
            "stopOrderType": "UNKNOWN",
            "execId": self.exec_id,
            "execPrice": text_of(self.price),
            "execQty": text_of(self.size_base),
            "execValue": text_of(self.size_base * self.price),
            "execFee": text_of(self.paid),
            "feeRate": text_of(self.rate),
            "feeCoin": self.listing.instrument.quote,
            "execTime": str(self.time_ms),
            "execType": "Funding",
            "isMaker": False,
            "seq": self.time_ms,
            "closedSize": "",
            "createType": "CreateByUser",
        }
        return Execution(self.listing.category.value, self.time_ms, row)
