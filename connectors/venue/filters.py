"""The venue's filters: which orders it takes at all, and what it says of the others."""

from decimal import Decimal

from connectors.venue.orders import CONDITIONAL, PRICED
from connectors.venue.refusals import Refusal, RefusalCode
from desk.contracts.market import Instrument, is_positive
from desk.contracts.orders import OrderRequest, OrderType

_LONGEST_CLIENT_ID = 64


def check_client_id(client_order_id: str) -> None:
    """Refuse an id that could not be looked up again; raises Refusal."""
    if not 0 < len(client_order_id) <= _LONGEST_CLIENT_ID or not client_order_id.isascii():
        reason = f"a client id has 1 to {_LONGEST_CLIENT_ID} ASCII characters, was {client_order_id!r}"
        raise Refusal(RefusalCode.INVALID_CLIENT_ID, reason)


def check_shape(request: OrderRequest) -> None:
    """Refuse prices that the order type does not have, or lacks; raises Refusal."""
    _check_presence("limit_price", request.limit_price, request.order_type, wanted=PRICED)
    _check_presence("stop_price", request.stop_price, request.order_type, wanted=CONDITIONAL)


def check_price(instrument: Instrument, name: str, price: Decimal | None) -> None:
    """Refuse a price that is not above zero and on the price step; raises Refusal."""
    if price is None:
        return
    if not is_positive(price):
        raise Refusal(RefusalCode.INVALID_PRICE, f"{name} must be above zero, was {price}")
    if price % instrument.price_step:
        step = instrument.price_step
        raise Refusal(RefusalCode.PRICE_STEP, f"{name} {price} is not a multiple of {step}")


def check_size(instrument: Instrument, size_base: Decimal, *, may_be_small: bool) -> None:
    """Refuse a size off the lot, above the maximum or below the minimum; raises Refusal.

    `may_be_small` lifts the minimum: what reduces a position may close all of it, however little is left.
    """
    if not is_positive(size_base):
        raise Refusal(RefusalCode.INVALID_SIZE, f"size must be above zero, was {size_base}")
    if size_base % instrument.size_step:
        step = instrument.size_step
        raise Refusal(RefusalCode.SIZE_STEP, f"size {size_base} is not a multiple of {step}")
    most = instrument.max_size_base
    if most is not None and size_base > most:
        raise Refusal(RefusalCode.SIZE_ABOVE_MAXIMUM, f"size {size_base} is above {most}")
    if size_base < instrument.min_size_base and not may_be_small:
        least = instrument.min_size_base
        raise Refusal(RefusalCode.SIZE_BELOW_MINIMUM, f"size {size_base} is below {least}")


def check_notional(instrument: Instrument, size_base: Decimal, price: Decimal, *, may_be_small: bool) -> None:
    """Refuse an order worth less than the minimum, at `price` in quote; raises Refusal."""
    notional, least = size_base * price, instrument.min_notional_quote
    if notional < least and not may_be_small:
        reason = f"{size_base} at {price} is {notional} {instrument.quote}, below {least}"
        raise Refusal(RefusalCode.NOTIONAL_BELOW_MINIMUM, reason)


def _check_presence(
    name: str, price: Decimal | None, order_type: OrderType, *, wanted: frozenset[OrderType]
) -> None:
    if (price is not None) != (order_type in wanted):
        verb = "has no" if price is not None else "needs a"
        raise Refusal(RefusalCode.INVALID_PRICE, f"{order_type} {verb} {name}")
