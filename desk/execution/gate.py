"""The last check before the venue: what it does not approve cannot be sent.

Limits are written so that NaN fails. What lowers risk passes every limit but the instrument's filters.
"""

from collections import deque
from dataclasses import dataclass

from desk.contracts.market import ZERO, Instrument, Quote
from desk.contracts.orders import OrderRequest, OrderType
from desk.contracts.ports.view import DeskView
from desk.contracts.sides import OrderSide, PositionSide
from desk.contracts.states import DeskState
from desk.execution.settings import RiskLimits

_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Approved:
    """Carry a request that passed; only the gate makes one."""

    request: OrderRequest


@dataclass(frozen=True, slots=True)
class Refused:
    """Say which check refused, with its numbers."""

    check: str
    reason: str


Verdict = Approved | Refused


class PreTradeGate:
    """Check every order against filters, limits, freshness and the state of the desk."""

    def __init__(self, limits: RiskLimits, view: DeskView) -> None:
        self._limits = limits
        self._view = view
        self._sent_ms: deque[int] = deque()
        self._recent: deque[tuple[int, tuple[object, ...]]] = deque()

    def check(self, request: OrderRequest) -> Verdict:
        """Approve or refuse one order at this moment; an approval counts towards the rates."""
        instrument = self._view.instrument(request.symbol)
        if instrument is None:
            return Refused("instrument", f"the venue does not trade {request.symbol}")
        refusal = _filters(request, instrument, self._view.quote(request.symbol))
        if refusal is None and request.leg.adds_risk:
            refusal = self._risk(request, instrument)
        if refusal is not None:
            return refusal
        self._count(request)
        return Approved(request)

    def _risk(self, request: OrderRequest, instrument: Instrument) -> Refused | None:
        quote = self._view.quote(request.symbol)
        return (
            self._state()
            or self._freshness(request, quote)
            or self._collar(request, quote)
            or self._notionals(request, instrument, quote)
            or self._book(request)
            or self._rates(request)
        )

    def _state(self) -> Refused | None:
        state = self._view.state()
        if state is not DeskState.ACTIVE:
            return Refused("state", f"the desk is {state}: no new risk")
        if not self._view.is_reconciled():
            return Refused("reconcile", "the ledger has not been compared with the venue yet")
        return None

    def _freshness(self, request: OrderRequest, quote: Quote | None) -> Refused | None:
        if quote is None:
            return Refused("stale price", f"no price of {request.symbol} yet")
        age_ms = self._view.now_ms() - quote.time_ms
        if not age_ms <= self._limits.max_price_age_ms:
            return Refused(
                "stale price", f"price is {age_ms} ms old, at most {self._limits.max_price_age_ms} ms allowed"
            )
        if not ZERO < quote.bid <= quote.ask:
            return Refused("stale price", f"bid {quote.bid} and ask {quote.ask} are crossed or not positive")
        return None

    def _collar(self, request: OrderRequest, quote: Quote | None) -> Refused | None:
        price = request.limit_price or request.stop_price
        if price is None or quote is None:
            return None
        distance = abs(price / quote.mid - 1)
        if not distance <= self._limits.price_collar:
            return Refused(
                "price collar",
                f"{price} is {distance:.4f} from the market {quote.mid}, "
                f"at most {self._limits.price_collar} allowed",
            )
        return None

    def _notionals(
        self, request: OrderRequest, instrument: Instrument, quote: Quote | None
    ) -> Refused | None:
        rate = self._view.rate(instrument.quote)
        if rate is None or quote is None:
            return Refused("conversion", f"no rate from {instrument.quote} to the account currency")
        price = request.limit_price or quote.touch(request.side)
        notional = request.size_base * price * rate
        if not ZERO < notional <= self._limits.max_order_notional:
            return Refused(
                "order notional", f"{notional:.2f} is over the limit of {self._limits.max_order_notional}"
            )
        held = sum((one.size_base for one in self._view.positions_on(request.symbol)), ZERO)
        total = (held + request.size_base) * price * rate
        if not total <= self._limits.max_position_notional:
            return Refused(
                "position notional",
                f"{total:.2f} is over the limit of {self._limits.max_position_notional}",
            )
        return None

    def _book(self, request: OrderRequest) -> Refused | None:
        wanted = PositionSide.of(request.side)
        held = self._view.positions_on(request.symbol)
        other = next((one for one in held if one.side is not wanted), None)
        if other is not None:
            return Refused(
                "opposite side",
                f"{other.trade_id} of {other.strategy_id} holds {other.side} {other.size_base}"
                f" {request.symbol}: one side per symbol and account",
            )
        if self._view.has_unknown_order(request.symbol):
            return Refused("unknown order", f"the outcome of an order on {request.symbol} is not known")
        count = len(self._view.positions())
        if not held and not count < self._limits.max_open_trades:
            return Refused("open trades", f"{count} trades are open, at most {self._limits.max_open_trades}")
        return None

    def _rates(self, request: OrderRequest) -> Refused | None:
        now_ms = self._view.now_ms()
        while self._sent_ms and self._sent_ms[0] <= now_ms - _MINUTE_MS:
            self._sent_ms.popleft()
        if not len(self._sent_ms) < self._limits.max_orders_per_minute:
            return Refused(
                "orders per minute", f"{len(self._sent_ms)} in the last minute, the limit is reached"
            )
        while self._recent and self._recent[0][0] <= now_ms - self._limits.duplicate_window_ms:
            self._recent.popleft()
        if any(shape == _shape(request) for _, shape in self._recent):
            return Refused(
                "duplicate",
                f"the same {request.side} {request.size_base} {request.symbol} was sent within "
                f"{self._limits.duplicate_window_ms} ms",
            )
        return None

    def _count(self, request: OrderRequest) -> None:
        if not request.leg.adds_risk:
            return
        now_ms = self._view.now_ms()
        self._sent_ms.append(now_ms)
        self._recent.append((now_ms, _shape(request)))


def _shape(request: OrderRequest) -> tuple[object, ...]:
    return (request.symbol, request.side, request.size_base, request.limit_price, request.leg)


def _filters(request: OrderRequest, instrument: Instrument, quote: Quote | None) -> Refused | None:
    size = request.size_base
    if not size >= instrument.min_size_base:
        return Refused("filters", f"size {size} is below the minimum {instrument.min_size_base}")
    if instrument.max_size_base is not None and not size <= instrument.max_size_base:
        return Refused("filters", f"size {size} is above the maximum {instrument.max_size_base}")
    if size % instrument.size_step != 0:
        return Refused("filters", f"size {size} is not a multiple of {instrument.size_step}")
    for price in (request.limit_price, request.stop_price):
        if price is not None and (not price > 0 or price % instrument.price_step != 0):
            return Refused("filters", f"price {price} is not a multiple of {instrument.price_step}")
    price = request.limit_price or request.stop_price or (quote.touch(request.side) if quote else None)
    if price is not None and not size * price >= instrument.min_notional_quote:
        return Refused(
            "filters", f"notional {size * price} is below the minimum {instrument.min_notional_quote}"
        )
    return _marketable_stop(request, quote)


def _marketable_stop(request: OrderRequest, quote: Quote | None) -> Refused | None:
    """Refuse a stop that the market is through already: it would fire at once."""
    if request.order_type is not OrderType.STOP or request.stop_price is None or quote is None:
        return None
    through = (
        request.stop_price >= quote.last
        if request.side is OrderSide.SELL
        else request.stop_price <= quote.last
    )
    return (
        Refused("stop price", f"{request.stop_price} is through the market {quote.last}") if through else None
    )
