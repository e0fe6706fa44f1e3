"""What the instrument demands of an order: finite numbers, steps, minima, maxima, a stop not yet met."""

from decimal import Decimal

from desk.contracts.market import Instrument, Quote
from desk.contracts.orders import OrderRequest, OrderType
from desk.contracts.sides import OrderSide

_STOPS = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})

MOST_CARRIED = Decimal(10) ** 12
"""More than any price or size there is; what is larger is a slip of the hand."""


def filter_problem(request: OrderRequest, instrument: Instrument, quote: Quote | None) -> str | None:
    """Name the first filter of `instrument` that `request` breaks, with its numbers."""
    numbers = (request.size_base, request.limit_price, request.stop_price)
    strange = next((one for one in numbers if one is not None and not _is_carried(one)), None)
    if strange is not None:
        return f"{strange} is no number an order can carry"
    return (
        _size_problem(request.size_base, instrument)
        or _price_problem(request, instrument)
        or _notional_problem(request, instrument, quote)
        or _trigger_problem(request, quote)
    )


def _is_carried(number: Decimal) -> bool:
    """Tell whether a number is finite and small enough to be reckoned in steps without rounding."""
    return number.is_finite() and abs(number) < MOST_CARRIED


def _size_problem(size: Decimal, instrument: Instrument) -> str | None:
    if not size >= instrument.min_size_base or not size > 0:
        return f"size {size} is below the minimum {instrument.min_size_base}"
    if instrument.max_size_base is not None and not size <= instrument.max_size_base:
        return f"size {size} is above the maximum {instrument.max_size_base}"
    if size % instrument.size_step != 0:
        return f"size {size} is not a multiple of {instrument.size_step}"
    return None


def _price_problem(request: OrderRequest, instrument: Instrument) -> str | None:
    for price in (request.limit_price, request.stop_price):
        if price is not None and (not price > 0 or price % instrument.price_step != 0):
            return f"price {price} is not a multiple of {instrument.price_step}"
    return None


def _notional_problem(request: OrderRequest, instrument: Instrument, quote: Quote | None) -> str | None:
    """Refuse what is worth too little; what only reduces may be as small as a lot."""
    if request.reduce_only:
        return None
    touch = quote.touch(request.side) if quote is not None else None
    price = request.limit_price or request.stop_price or touch
    if price is not None and not request.size_base * price >= instrument.min_notional_quote:
        return f"notional {request.size_base * price} is below the minimum {instrument.min_notional_quote}"
    return None


def _trigger_problem(request: OrderRequest, quote: Quote | None) -> str | None:
    """Refuse a stop that the market is through already: it would fire at once."""
    if request.order_type not in _STOPS or request.stop_price is None or quote is None:
        return None
    sells = request.side is OrderSide.SELL
    through = request.stop_price >= quote.last if sells else request.stop_price <= quote.last
    return f"stop {request.stop_price} is through the market {quote.last}" if through else None
