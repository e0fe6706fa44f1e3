"""At which price an order meets the market of one tick. There is no order book: bid, ask and last are all."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from connectors.venue.orders import WorkingOrder
from desk.contracts.market import ONE, Instrument, Tick
from desk.contracts.orders import OrderType
from desk.contracts.sides import OrderSide


def rises_to_trigger(order_type: OrderType, side: OrderSide) -> bool:
    """Tell whether a conditional order waits for the price to rise to its stop price, or to fall to it."""
    return (side is OrderSide.BUY) is (order_type is not OrderType.TAKE_PROFIT)


def triggers(order_type: OrderType, side: OrderSide, stop_price: Decimal, last: Decimal) -> bool:
    """Tell whether the last price touches or passes a stop price."""
    return last >= stop_price if rises_to_trigger(order_type, side) else last <= stop_price


def taker_price(
    side: OrderSide, tick: Tick, slippage: Decimal, instrument: Instrument, *, after_trigger: bool = False
) -> Decimal:
    """Return what a taker pays or gets: the touch, worsened by `slippage` and rounded against the taker.

    After a trigger it is the worse of the touch and the last price, so that a gap costs what it cost.
    """
    if side is OrderSide.BUY:
        touch = max(tick.ask, tick.price) if after_trigger else tick.ask
        return _step(touch * (ONE + slippage), instrument.price_step, ROUND_CEILING)
    touch = min(tick.bid, tick.price) if after_trigger else tick.bid
    return max(_step(touch * (ONE - slippage), instrument.price_step, ROUND_FLOOR), instrument.price_step)


def arriving_price(
    order: WorkingOrder, tick: Tick, slippage: Decimal, instrument: Instrument
) -> Decimal | None:
    """Return the price at which an order that just reached the market takes, None where it does not cross."""
    price = taker_price(order.side, tick, slippage, instrument, after_trigger=order.is_triggered)
    limit = order.limit_price
    if limit is None:
        return price
    if order.side is OrderSide.BUY:
        return min(limit, price) if tick.ask <= limit else None
    return max(limit, price) if tick.bid >= limit else None


def is_reached(side: OrderSide, limit: Decimal, tick: Tick) -> bool:
    """Tell whether a resting limit fills: the other side crosses it, or the market trades through it."""
    if side is OrderSide.BUY:
        return tick.ask <= limit or tick.price < limit
    return tick.bid >= limit or tick.price > limit


def _step(price: Decimal, step: Decimal, rounding: str) -> Decimal:
    return (price / step).to_integral_value(rounding) * step
