"""What an order request is in ccxt's words; pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.ccxt.decimals import plain
from desk.contracts.market import ZERO, Instrument, is_positive
from desk.contracts.orders import AmendRequest, OrderRequest, OrderType
from desk.contracts.plans import TimeInForce
from desk.contracts.sides import OrderSide

Declares = Callable[[str], object]
"""What the venue's `features` say of a parameter of createOrder."""

_STOPS = frozenset((OrderType.STOP, OrderType.TAKE_PROFIT, OrderType.STOP_LIMIT))


@dataclass(frozen=True, slots=True)
class Creation:
    """Hold the arguments of `create_order`; numbers as text, amount as the venue counts it."""

    symbol: str
    type: str
    side: str
    amount: str
    price: str | None
    params: dict[str, object] = field(default_factory=dict)


def creation(request: OrderRequest, amount: Decimal, stop_params: dict[str, object]) -> Creation:
    """Put a request into ccxt's words; a market order never has a price, which some venues read as money."""
    is_limit = request.limit_price is not None
    params: dict[str, object] = {"clientOrderId": request.client_order_id, **stop_params}
    if request.reduce_only:
        params["reduceOnly"] = True
    if is_limit and request.time_in_force is not TimeInForce.GTC:
        params["timeInForce"] = request.time_in_force.value
    return Creation(
        symbol=request.symbol,
        type="limit" if is_limit else "market",
        side=request.side.value.lower(),
        amount=plain(amount),
        price=None if request.limit_price is None else plain(request.limit_price),
        params=params,
    )


def is_conditional(order_type: OrderType) -> bool:
    """Tell whether an order of the type waits for a price."""
    return order_type in _STOPS


def rises_to(request: OrderRequest) -> bool:
    """Tell whether the market must rise to the stop price: a stop buys above it and sells below."""
    buys = request.side is OrderSide.BUY
    return not buys if request.order_type is OrderType.TAKE_PROFIT else buys


def declared_stop(
    request: OrderRequest, declares: Declares, *, is_perpetual: bool
) -> dict[str, object] | None:
    """Return the parameters of a stop by what the venue declares; None where it declares none that fit.

    A parameter that is not declared passes through ccxt unchecked, and may leave a plain order behind.
    """
    price = plain(request.stop_price or ZERO)
    protective = "takeProfitPrice" if request.order_type is OrderType.TAKE_PROFIT else "stopLossPrice"
    if request.order_type is not OrderType.STOP_LIMIT and (request.reduce_only or not is_perpetual):
        return {protective: price} if declares(protective) else None
    if not declares("triggerPrice"):
        return None
    params: dict[str, object] = {"triggerPrice": price}
    if declares("triggerDirection"):
        params["triggerDirection"] = "ascending" if rises_to(request) else "descending"
    return params


def problem_of(request: OrderRequest, instrument: Instrument | None) -> str | None:
    """Name what makes a request impossible to write down; the venue judges all else."""
    if instrument is None:
        return f"the venue has no {request.symbol} of this kind"
    needs_stop, needs_limit = is_conditional(request.order_type), _needs_limit(request.order_type)
    if needs_stop is (request.stop_price is None) or needs_limit is (request.limit_price is None):
        return f"a {request.order_type} order with the wrong prices"
    return steps_problem(instrument, request.size_base, request.limit_price, request.stop_price)


def amend_problem(request: AmendRequest, instrument: Instrument | None) -> str | None:
    """Name what makes an amend impossible to write down."""
    if instrument is None:
        return f"the venue has no {request.symbol} of this kind"
    return steps_problem(instrument, request.size_base, request.limit_price, request.stop_price)


def steps_problem(instrument: Instrument, size: Decimal | None, *prices: Decimal | None) -> str | None:
    """Name the first number that is no multiple of its step: ccxt would round it to another order."""
    if size is not None and not _is_stepped(size, instrument.size_step):
        return f"size {size} is not a multiple of {instrument.size_step}"
    for price in prices:
        if price is not None and not _is_stepped(price, instrument.price_step):
            return f"price {price} is not a multiple of {instrument.price_step}"
    return None


def _needs_limit(order_type: OrderType) -> bool:
    return order_type in {OrderType.LIMIT, OrderType.STOP_LIMIT}


def _is_stepped(number: Decimal, step: Decimal) -> bool:
    return is_positive(number) and number < _MOST and number % step == ZERO


_MOST = Decimal(10) ** 15
