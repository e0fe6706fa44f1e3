"""A trade of the operator's own: from the ticket to a NEW_TRADE, or to why it cannot be one."""

from decimal import Decimal

from desk.contracts.commands import OpenTrade
from desk.contracts.directives import (
    DirectiveScope,
    EntryDirective,
    ExitDirective,
    PriceZone,
    Protection,
    RoutingDirective,
    SizeDirective,
    StrategyDirective,
)
from desk.contracts.ids import ManualId
from desk.contracts.market import ONE, ZERO, Instrument, is_positive
from desk.contracts.ports.time import Clock, IdSource
from desk.contracts.sides import PositionSide
from desk.runtime.commanding.answering import CommandRefused
from desk.runtime.commanding.checking import instrument_of, no_price_yet, positive, reason_of
from desk.runtime.commanding.directing import Wishes, directive_by_hand
from desk.runtime.live_view import LiveView


def opening(
    order: OpenTrade, manual_id: ManualId, view: LiveView, clock: Clock, ids: IdSource
) -> StrategyDirective:
    """Return the directive of a ticket; raises CommandRefused with what to give instead."""
    instrument = instrument_of(view, order.symbol)
    size = _size(order)
    entry_price = _entry_price(order, view)
    _check_stop(order, instrument, entry_price)
    _check_target(order, entry_price)
    wishes = Wishes(
        entry_directive=_entry(order),
        size_directive=size,
        routing_directive=RoutingDirective(execution_urgency=ONE if order.limit_price is None else ZERO),
        protection=Protection.REQUIRED if order.wants_stop else Protection.NONE,
    )
    leaving = _exit(order)
    if leaving is not None:
        wishes["exit_directive"] = leaving
    reason = reason_of(order.reason, "opened by the operator")
    return directive_by_hand(ids, clock, manual_id, DirectiveScope.NEW_TRADE, reason, **wishes)


def _size(order: OpenTrade) -> SizeDirective:
    notional, risk = order.notional_quote, order.risk_quote
    if notional is not None and risk is not None:
        raise CommandRefused("both a notional and a risk were given: give the one that is to decide the size")
    if notional is not None:
        return SizeDirective(notional_quote=positive("notional", notional))
    if risk is None:
        raise CommandRefused("no size was given: give a notional or a risk, in quote")
    if order.stop_price is None:
        raise CommandRefused("a size by risk needs the stop it is lost at: give a stop_price, or a notional")
    return SizeDirective(max_risk_amount=positive("risk", risk))


def _entry_price(order: OpenTrade, view: LiveView) -> Decimal:
    """Return the price the trade is to begin at."""
    quote = view.quote(order.symbol)
    if quote is None:
        raise CommandRefused(no_price_yet(order.symbol))
    if order.limit_price is not None:
        return positive("limit price", order.limit_price)
    price = quote.touch(order.side.entry_side)
    if not is_positive(price):
        raise CommandRefused(f"the price of {order.symbol} is {price}: wait for a sound one")
    return price


def _check_stop(order: OpenTrade, instrument: Instrument, entry_price: Decimal) -> None:
    if instrument.is_spot and order.side is PositionSide.SHORT:
        raise CommandRefused(f"{order.symbol} is spot and cannot be sold short: use a perpetual")
    if not order.wants_stop:
        if not instrument.is_spot:
            raise CommandRefused(f"{order.symbol} is a perpetual, which needs a stop: give a stop_price")
        if order.stop_price is not None:
            raise CommandRefused("a stop_price was given and no stop is wanted: leave one of the two out")
        return
    if order.stop_price is None:
        raise CommandRefused(f"give a stop_price {_beyond(order.side, entry_price)}, or on spot want no stop")
    stop = positive("stop price", order.stop_price)
    if not (entry_price - stop) * order.side.sign > 0:
        where = _beyond(order.side, entry_price)
        raise CommandRefused(f"a stop at {stop} is on the wrong side of the entry: give one {where}")


def _check_target(order: OpenTrade, entry_price: Decimal) -> None:
    if order.take_profit_price is None:
        return
    target = positive("target price", order.take_profit_price)
    if not (target - entry_price) * order.side.sign > 0:
        word = "above" if order.side is PositionSide.LONG else "below"
        raise CommandRefused(
            f"a target at {target} is on the wrong side of the entry: give one {word} {entry_price}"
        )


def _beyond(side: PositionSide, price: Decimal) -> str:
    return f"{'below' if side is PositionSide.LONG else 'above'} {price}"


def _entry(order: OpenTrade) -> EntryDirective:
    direction, limit = order.side.entry_side, order.limit_price
    if limit is None:
        return EntryDirective(symbol=order.symbol, direction=direction)
    zone = PriceZone(minimum=limit, maximum=limit)
    return EntryDirective(symbol=order.symbol, direction=direction, preferred_price_zone=zone)


def _exit(order: OpenTrade) -> ExitDirective | None:
    stop, target = order.stop_price, order.take_profit_price
    if stop is None and target is None:
        return None
    return ExitDirective(stop_loss_price=stop, take_profit_price=target)
