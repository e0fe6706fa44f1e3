"""What a rebalancer's own trades are worth, read as one: all of it, or why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.market import ZERO, is_positive
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.ports.view import DeskView
from desk.workers.new_risk import desk_obstacle, symbol_obstacle
from desk.workers.ownership import own_trades
from desk.workers.prices import middle, milliseconds, price_fault
from desk.workers.scheduled_operations.rebalancing import Asset
from desk.workers.scheduled_operations.rebalancing_parameters import RebalancingParameters, TargetWeight
from desk.workers.worth import rate_of


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Hold every target as it is, the equity in the account currency, and the free cash per currency."""

    assets: tuple[Asset, ...]
    equity: Decimal
    free: Mapping[str, Decimal]

    @property
    def gross(self) -> Decimal:
        """What is held, shorts by their size, in the account currency."""
        return sum((abs(one.worth) for one in self.assets), ZERO)


def read_portfolio(
    view: DeskView, context: PluginContext, parameters: RebalancingParameters
) -> Portfolio | str:
    """Return the portfolio; or why nothing may be traded now: a price that is missing is never zero."""
    general = desk_obstacle(view)
    if general is not None:
        return general
    equity = view.equity()
    if equity is None or not is_positive(equity):
        return "the equity is not known, or not above zero"
    assets = []
    for target in parameters.targets:
        one = _asset(view, context, parameters, target)
        if isinstance(one, str):
            return one
        assets.append(one)
    free = {one.instrument.quote: view.free_cash(one.instrument.quote) for one in assets}
    return Portfolio(tuple(assets), equity, free)


def _asset(
    view: DeskView, context: PluginContext, parameters: RebalancingParameters, target: TargetWeight
) -> Asset | str:
    symbol = target.symbol
    instrument, quote = view.instrument(symbol), view.quote(symbol)
    if instrument is None:
        return f"{symbol} is not known here"
    fault = price_fault(quote, view.now_ms(), milliseconds(parameters.max_price_age_s))
    if fault is not None or quote is None:
        return f"{symbol}: {fault}"
    rate = rate_of(instrument.quote, view)
    if rate is None:
        return f"{symbol}: the worth of {instrument.quote} is not known"
    lock = symbol_obstacle(context, symbol)
    if lock is not None:
        return f"{symbol}: {lock}"
    own = own_trades(context, symbol)
    busy = next((one for one in own if view.has_directive_in_flight(one.trade_id)), None)
    if busy is not None:
        return f"{symbol}: a directive on {busy.trade_id} has not ended"
    return Asset(target.weight, instrument, middle(quote), rate, own)
