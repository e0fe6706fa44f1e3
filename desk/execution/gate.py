"""The last check before the venue: what it does not approve cannot be sent.

Limits are written so that NaN fails. What lowers risk passes every limit but the instrument's filters.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from desk.contracts.ids import TradeId
from desk.contracts.market import ZERO, Instrument, Quote
from desk.contracts.orders import OrderRequest
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.view import DeskView
from desk.contracts.records import TradeIntended
from desk.contracts.sides import OrderSide
from desk.contracts.states import DeskState
from desk.execution.book_limits import BookGuard, entries_under_way
from desk.execution.filters import filter_problem
from desk.execution.order_rates import OrderRates
from desk.execution.parent_limits import promised_base, slice_problem
from desk.execution.portfolio_limits import NewRisk, PortfolioGuard, sound
from desk.execution.settings import PortfolioLimits, RiskLimits
from desk.execution.verdicts import Approved, Refused, Verdict


class PreTradeGate:
    """Check every order against filters, limits, freshness and the state of the desk.

    Entries that rest or are under way count as if they were filled: they may be at any moment.
    """

    def __init__(
        self,
        limits: RiskLimits,
        view: DeskView,
        ledger: LedgerView,
        portfolios: Mapping[str, PortfolioLimits] = MappingProxyType({}),
    ) -> None:
        self._limits = limits
        self._view = view
        self._ledger = ledger
        self._portfolios = PortfolioGuard(portfolios, view, ledger)
        self._book = BookGuard(limits.max_open_trades, view, ledger)
        self._rates = OrderRates(limits, view, ledger)

    def check(
        self,
        request: OrderRequest,
        trade_id: TradeId,
        strategy_id: str,
        intended: TradeIntended | None = None,
    ) -> Verdict:
        """Approve or refuse one order at this moment; an approval counts towards the rates.

        `strategy_id` is who opens the trade, and `intended` what it is to be, where it does not exist yet.
        """
        refusal = self.appraise(request, trade_id, strategy_id, intended=intended)
        if refusal is not None:
            return refusal
        if request.leg.adds_risk:
            self._rates.count(request, trade_id)
        return Approved(request)

    def appraise(
        self,
        request: OrderRequest,
        trade_id: TradeId,
        strategy_id: str,
        instead_of: str | None = None,
        intended: TradeIntended | None = None,
    ) -> Refused | None:
        """Return why an order would be refused at this moment; nothing is counted.

        An order that takes the place of another, `instead_of`, does not count beside it.
        """
        instrument = self._view.instrument(request.symbol)
        if instrument is None:
            return Refused("instrument", f"the venue does not trade {request.symbol}")
        quote = sound(self._view.quote(request.symbol))
        problem = filter_problem(request, instrument, quote)
        if problem is not None:
            return Refused("filters", problem)
        if not request.leg.adds_risk:
            return None
        trade = self._ledger.position(trade_id)
        owner = strategy_id if trade is None else trade.strategy_id
        new = NewRisk(request, trade_id, owner, intended, instead_of)
        return self._blocked(request, owner) or self._risk(new, instrument, quote)

    def withdraw(self, client_order_id: str) -> None:
        """Forget an approval whose order provably never left, so that its retry is no duplicate."""
        self._rates.withdraw(client_order_id)

    def orders_in_minute(self) -> int:
        """Count the approvals of the last minute that count towards the rate."""
        return self._rates.in_minute()

    def _risk(self, new: NewRisk, instrument: Instrument, quote: Quote | None) -> Refused | None:
        request = new.request
        if instrument.is_spot and request.side is OrderSide.SELL:
            return Refused(
                "short on spot", f"{request.symbol} is spot: coins that are not held cannot be sold"
            )
        return (
            self._state()
            or self._parent(request, new.trade_id)
            or self._freshness(request, quote)
            or self._collar(request, quote)
            or self._notionals(request, new.trade_id, instrument, quote, new.instead_of)
            or self._book.refusal(request, new.trade_id)
            or self._portfolio(new)
            or self._rates.refusal(request, new.trade_id)
        )

    def _state(self) -> Refused | None:
        state = self._view.state()
        if state is not DeskState.ACTIVE:
            return Refused("state", f"the desk is {state}: no new risk")
        if not self._view.is_reconciled():
            return Refused("reconcile", "the ledger has not been compared with the venue yet")
        return None

    def _parent(self, request: OrderRequest, trade_id: TradeId) -> Refused | None:
        parent = self._ledger.parent_of(request.execution_directive_id, trade_id)
        problem = slice_problem(request, parent)
        return None if problem is None else Refused("parent order", problem)

    def _blocked(self, request: OrderRequest, owner: str) -> Refused | None:
        block = self._view.entry_block(owner, request.symbol)
        return None if block is None else Refused("blocked", f"{block.worker}: {block.reason}")

    def _freshness(self, request: OrderRequest, quote: Quote | None) -> Refused | None:
        if quote is None:
            return Refused("stale price", f"no sound price of {request.symbol}")
        limit_ms = self._limits.max_price_age_ms
        age_ms = self._view.now_ms() - quote.time_ms
        if not -limit_ms <= age_ms <= limit_ms:
            return Refused("stale price", f"price is {age_ms} ms old, at most {limit_ms} ms allowed")
        return None

    def _collar(self, request: OrderRequest, quote: Quote | None) -> Refused | None:
        for price in (request.limit_price, request.stop_price):
            if price is None or quote is None:
                continue
            distance = abs(price / quote.mid - 1)
            if not distance <= self._limits.price_collar:
                return Refused(
                    "price collar",
                    f"{price} is {distance:.4f} from the market {quote.mid}, "
                    f"at most {self._limits.price_collar} allowed",
                )
        return None

    def _notionals(
        self,
        request: OrderRequest,
        trade_id: TradeId,
        instrument: Instrument,
        quote: Quote | None,
        instead_of: str | None,
    ) -> Refused | None:
        rate = self._view.rate(instrument.quote)
        if rate is None or quote is None or not rate.is_finite():
            return Refused("conversion", f"no rate from {instrument.quote} to the account currency")
        price = request.limit_price or quote.touch(request.side)
        notional = request.size_base * price * rate
        if not ZERO < notional <= self._limits.max_order_notional:
            return Refused(
                "order notional", f"{notional:.2f} is over the limit of {self._limits.max_order_notional}"
            )
        committed_base = self._committed_base(request, trade_id, instead_of)
        total = (committed_base + request.size_base) * price * rate
        if not total <= self._limits.max_position_notional:
            return Refused(
                "position notional",
                f"{total:.2f} is over the limit of {self._limits.max_position_notional}",
            )
        return None

    def _committed_base(self, request: OrderRequest, trade_id: TradeId, instead_of: str | None) -> Decimal:
        """Return what is held of a symbol, and what entries and parent orders beside this could still add."""
        symbol = request.symbol
        held = sum((one.size_base for one in self._view.positions_on(symbol)), ZERO)
        others = (one for one in entries_under_way(self._ledger, symbol) if one.client_order_id != instead_of)
        own = self._ledger.parent_of(request.execution_directive_id, trade_id)
        promised = promised_base(self._ledger, symbol, own, request.size_base)
        return held + promised + sum((one.remaining_base for one in others), ZERO)

    def _portfolio(self, new: NewRisk) -> Refused | None:
        problem = self._portfolios.problem(new)
        return None if problem is None else Refused("portfolio", problem)
