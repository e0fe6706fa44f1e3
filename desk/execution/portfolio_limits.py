"""What one strategy may hold in all: its blueprint's `portfolio`, over the trades of all its workers.

Everything is in the account currency. Entries that rest or are under way count as if they were filled, and so
does what parent orders have yet to send. What a stop would lose is counted from the entry, before fees. A
price or rate that is missing or no number refuses.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.directives import Protection
from desk.contracts.ids import TradeId
from desk.contracts.market import ZERO, Quote
from desk.contracts.orders import OrderRequest
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.view import DeskView
from desk.contracts.positions import Position
from desk.contracts.records import TradeIntended
from desk.contracts.sides import PositionSide
from desk.execution.coverage import is_dust
from desk.execution.parent_limits import promises
from desk.execution.settings import PortfolioLimits

_NOT_KNOWN = Decimal("NaN")


@dataclass(frozen=True, slots=True)
class NewRisk:
    """Say what is about to be sent, for which strategy's trade; `intended` where the trade is yet to be.

    An order that takes the place of another, `instead_of`, does not count beside it.
    """

    request: OrderRequest
    trade_id: TradeId
    strategy_id: str
    intended: TradeIntended | None = None
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class _Share:
    """Hold a part of a strategy's book in the account currency: NaN where it is not known."""

    trade_id: TradeId
    notional: Decimal
    risk: Decimal


class PortfolioGuard:
    """Check new risk of a strategy against all that it holds and has under way."""

    def __init__(self, portfolios: Mapping[str, PortfolioLimits], view: DeskView, ledger: LedgerView) -> None:
        self._portfolios = portfolios
        self._view = view
        self._ledger = ledger

    def problem(self, new: NewRisk) -> str | None:
        """Return which limit new risk would break, with its numbers; None where it breaks none."""
        limits = self._portfolios.get(new.strategy_id)
        if limits is None:
            return None
        book = [*self._held(new.strategy_id), *self._under_way(new), *self._promised(new)]
        added = self._added(new)
        own = [one for one in book if one.trade_id == new.trade_id]
        total = [*book, added]
        return (
            _too_many(new, limits.max_open_trades, book)
            or _over(new, "max_trade_notional", limits.max_trade_notional, [*own, added], _notional)
            or _over(new, "max_exposure", limits.max_exposure, total, _notional)
            or _over(new, "max_open_risk", limits.max_open_risk, total, _risk)
        )

    def _held(self, strategy_id: str) -> Iterator[_Share]:
        for trade in self._view.positions():
            if trade.strategy_id != strategy_id:
                continue
            price = self._middle(trade.symbol)
            if price.is_nan() or not is_dust(trade, self._view):
                risk = _at_risk(trade, trade.size_base, trade.entry_price)
                yield self._share(trade.trade_id, trade.symbol, trade.size_base, price, risk)

    def _under_way(self, new: NewRisk) -> Iterator[_Share]:
        for order in self._ledger.live_orders():
            if not order.request.leg.adds_risk or order.client_order_id == new.instead_of:
                continue
            trade = self._ledger.position(order.trade_id)
            if (order.strategy_id if trade is None else trade.strategy_id) == new.strategy_id:
                yield self._entry(order, trade)

    def _promised(self, new: NewRisk) -> Iterator[_Share]:
        """Yield what open parent orders have yet to send, at the worst price they may pay."""
        request = new.request
        own = self._ledger.parent_of(request.execution_directive_id, new.trade_id)
        for parent, size_base in promises(self._ledger, own, request.size_base):
            plan, trade = parent.plan, self._ledger.position(parent.plan.trade_id)
            if (plan.strategy_id if trade is None else trade.strategy_id) == new.strategy_id:
                risk = _NOT_KNOWN if trade is None else _at_risk(trade, size_base, plan.limit_price)
                yield self._share(plan.trade_id, plan.symbol, size_base, plan.limit_price, risk)

    def _entry(self, order: OrderState, trade: Position | None) -> _Share:
        price = order.limit_price or self._touch(order.request)
        size_base = order.remaining_base
        risk = _NOT_KNOWN if trade is None else _at_risk(trade, size_base, price)
        return self._share(order.trade_id, order.request.symbol, size_base, price, risk)

    def _added(self, new: NewRisk) -> _Share:
        request, trade = new.request, self._ledger.position(new.trade_id)
        price = request.limit_price or self._touch(request)
        if trade is not None:
            risk = _at_risk(trade, request.size_base, price)
        elif new.intended is not None:
            of = new.intended
            risk = _lost(of.protection, of.planned_stop_price, of.side, request.size_base, price)
        else:
            risk = _NOT_KNOWN
        return self._share(new.trade_id, request.symbol, request.size_base, price, risk)

    def _share(
        self, trade_id: TradeId, symbol: str, size_base: Decimal, price: Decimal, risk_quote: Decimal
    ) -> _Share:
        instrument = self._view.instrument(symbol)
        rate = None if instrument is None else self._view.rate(instrument.quote)
        if rate is None or not rate.is_finite() or not rate > ZERO:
            rate = _NOT_KNOWN
        return _Share(trade_id, size_base * price * rate, risk_quote * rate if risk_quote else ZERO)

    def _middle(self, symbol: str) -> Decimal:
        quote = sound(self._view.quote(symbol))
        return _NOT_KNOWN if quote is None else quote.mid

    def _touch(self, request: OrderRequest) -> Decimal:
        quote = sound(self._view.quote(request.symbol))
        return _NOT_KNOWN if quote is None else quote.touch(request.side)


def sound(quote: Quote | None) -> Quote | None:
    """Return a quote whose prices can be reckoned with: finite, positive, not crossed."""
    if quote is None or not all(one.is_finite() for one in (quote.bid, quote.ask, quote.last)):
        return None
    return quote if ZERO < quote.bid <= quote.ask and quote.last > ZERO else None


def _at_risk(trade: Position, size_base: Decimal, price: Decimal) -> Decimal:
    """Return what size bought at a price would lose at the stop that rests, or else is planned."""
    stop = trade.planned_stop_price if trade.stop_price is None else trade.stop_price
    return _lost(trade.protection, stop, trade.side, size_base, price)


def _lost(
    protection: Protection, stop: Decimal | None, side: PositionSide, size_base: Decimal, price: Decimal
) -> Decimal:
    if protection is Protection.NONE:
        return ZERO
    if stop is None or price.is_nan():
        return _NOT_KNOWN
    return max((price - stop) * side.sign, ZERO) * size_base


def _notional(share: _Share) -> Decimal:
    return share.notional


def _risk(share: _Share) -> Decimal:
    return share.risk


def _too_many(new: NewRisk, limit: int | None, book: list[_Share]) -> str | None:
    trades = {one.trade_id for one in book}
    if limit is None or new.trade_id in trades or len(trades) < limit:
        return None
    return f"max_open_trades of {new.strategy_id}: {len(trades)} are open or under way, at most {limit}"


def _over(
    new: NewRisk, key: str, limit: Decimal | None, shares: list[_Share], amount: Callable[[_Share], Decimal]
) -> str | None:
    if limit is None:
        return None
    unknown = next((one.trade_id for one in shares if not amount(one).is_finite()), None)
    if unknown is not None:
        return f"{key} of {new.strategy_id}: the share of {unknown} is not known, so it counts as too much"
    total = sum((amount(one) for one in shares), ZERO)
    if total <= limit:
        return None
    return f"{key} of {new.strategy_id}: {total:.2f} with this order, at most {limit}"
