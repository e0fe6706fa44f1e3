"""A gate before a desk in memory, and orders to hold up to it."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from desk.contracts.ids import DirectiveId, ExecutionDirectiveId, TradeId
from desk.contracts.market import Quote
from desk.contracts.orders import Leg, OrderRequest, OrderType
from desk.contracts.records import EntryKind, JournalEntry, OrderIntended
from desk.contracts.sides import OrderSide
from desk.execution.gate import PreTradeGate
from desk.execution.settings import PortfolioLimits, RiskLimits
from desk.execution.verdicts import Approved, Refused
from desk.ledger.ledger import Ledger
from desk.testing.building import PERPETUAL, SPOT, START_MS, STRATEGY, instrument
from desk.testing.memory_desk import MemoryDesk

TRADE = TradeId.at(START_MS, 77)
LIMITS = RiskLimits(
    max_order_notional=Decimal(10_000),
    max_position_notional=Decimal(25_000),
    price_collar=Decimal("0.05"),
    max_orders_per_minute=3,
    duplicate_window_ms=1000,
    max_price_age_ms=5000,
    max_open_trades=2,
)


class Bench:
    """A gate before a desk in memory: BTC at 100,000, flat, everything in order."""

    def __init__(
        self,
        portfolios: Mapping[str, PortfolioLimits] | None = None,
        **limits: Any,  # noqa: ANN401 - any limit
    ) -> None:
        self.view = MemoryDesk(cash={"USDT": Decimal(1_000_000)})
        for symbol in (SPOT, PERPETUAL):
            self.view.instruments[symbol] = instrument(symbol)
            self.quote(symbol)
        self.ledger = Ledger()
        self.gate = PreTradeGate(replace(LIMITS, **limits), self.view, self.ledger, portfolios or {})
        self.count = 0

    def quote(self, symbol: str = PERPETUAL, bid: str = "99999.9", ask: str = "100000.1", **at: int) -> None:
        time_ms = at.get("time_ms", self.view.time_ms)
        self.view.quotes[symbol] = Quote(symbol, Decimal(bid), Decimal(ask), Decimal(100_000), time_ms)

    def request(self, size: str | Decimal = "0.05", **changes: Any) -> OrderRequest:  # noqa: ANN401 - any field
        self.count += 1
        fields: dict[str, Any] = {
            "client_order_id": f"order{self.count}",
            "execution_directive_id": ExecutionDirectiveId.at(START_MS, 1),
            "leg": Leg.ENTRY,
            "attempt": 1,
            "symbol": PERPETUAL,
            "side": OrderSide.BUY,
            "order_type": OrderType.MARKET,
            "size_base": Decimal(size),
        }
        return OrderRequest(**(fields | changes))

    def check(self, size: str | Decimal = "0.05", trade_id: TradeId = TRADE, **changes: Any) -> str | None:  # noqa: ANN401 - any field
        """Return the check that refuses an order, None where it passes."""
        verdict = self.gate.check(self.request(size, **changes), trade_id, STRATEGY)
        if isinstance(verdict, Approved):
            return None
        assert isinstance(verdict, Refused)
        assert verdict.reason
        return verdict.check

    def refused(self, request: OrderRequest, trade_id: TradeId = TRADE, **given: Any) -> Refused | None:  # noqa: ANN401 - as the gate takes
        """Return how an order would be refused."""
        return self.gate.appraise(request, trade_id, STRATEGY, **given)

    def rests(self, size: str = "0.05", trade: int = 5, **changes: Any) -> None:  # noqa: ANN401 - any field
        """Let an entry of another trade be under way."""
        of = (TradeId.at(START_MS, trade), DirectiveId.at(START_MS, trade))
        record = OrderIntended(self.request(size, **changes), *of, "s", "USDT", Decimal(0))
        order_id = record.request.client_order_id
        self.ledger.apply(JournalEntry(EntryKind.ORDER_INTENDED, order_id, START_MS, record))
