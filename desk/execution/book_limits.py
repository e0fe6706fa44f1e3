"""What the account's book allows: one side per symbol, nothing beside an unknown order, so many trades."""

from desk.contracts.directives import Protection
from desk.contracts.ids import TradeId
from desk.contracts.orders import OrderRequest
from desk.contracts.orderstate import OrderState
from desk.contracts.parents import ParentState
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.view import DeskView
from desk.contracts.sides import PositionSide
from desk.execution.coverage import is_dust
from desk.execution.verdicts import Refused


def entries_under_way(ledger: LedgerView, symbol: str | None = None) -> list[OrderState]:
    """List the orders, of one symbol where it is named, that may still add risk."""
    return [
        one
        for one in ledger.live_orders()
        if one.request.leg.adds_risk and symbol in (None, one.request.symbol)
    ]


class BookGuard:
    """Check new risk against all that the account holds and has under way, whosever it is."""

    def __init__(self, max_open_trades: int, view: DeskView, ledger: LedgerView) -> None:
        self._max_open_trades = max_open_trades
        self._view = view
        self._ledger = ledger

    def refusal(self, request: OrderRequest, trade_id: TradeId) -> Refused | None:
        """Return why the book does not allow an order, None where it does."""
        opposite = self._opposite(request)
        if opposite is not None:
            return Refused("opposite side", f"{opposite}: one side per symbol and account")
        if self._view.has_unknown_order(request.symbol):
            return Refused("unknown order", f"the outcome of an order on {request.symbol} is not known")
        return self._open_trades(trade_id)

    def _opposite(self, request: OrderRequest) -> str | None:
        """Say what holds, or is about to hold, the other side of the symbol."""
        symbol, wanted = request.symbol, PositionSide.of(request.side)
        held = self._view.positions_on(symbol)
        other = next((one for one in held if one.side is not wanted), None)
        if other is not None:
            return f"{other.trade_id} of {other.strategy_id} holds {other.side} {other.size_base} {symbol}"
        entries = entries_under_way(self._ledger, symbol)
        against = next((one for one in entries if one.request.side is not request.side), None)
        if against is not None:
            return (
                f"{against.trade_id} of {against.strategy_id} has an entry under way to"
                f" {against.request.side} {against.remaining_base} {symbol}"
            )
        promised = next((one for one in self._parents(symbol) if one.plan.side is not request.side), None)
        if promised is not None:
            return f"{promised.plan.trade_id} has a parent order under way to {promised.plan.side} {symbol}"
        return None

    def _open_trades(self, trade_id: TradeId) -> Refused | None:
        """Bound the trades that need a stop: not accumulation, a trade at every buy, and not dust."""
        under_way = {
            *(one.trade_id for one in entries_under_way(self._ledger)),
            *(one.plan.trade_id for one in self._parents()),
        }
        if len(self._view.positions()) + len(under_way) < self._max_open_trades:
            return None
        held = (one for one in self._view.positions() if one.protection is Protection.REQUIRED)
        trades = {one.trade_id for one in held if not is_dust(one, self._view)}
        trades |= under_way
        if trade_id in trades or len(trades) < self._max_open_trades:
            return None
        return Refused(
            "open trades", f"{len(trades)} trades are open or under way, at most {self._max_open_trades}"
        )

    def _parents(self, symbol: str | None = None) -> list[ParentState]:
        """List the parent orders of which more may be sent."""
        return [one for one in self._ledger.parents() if one.is_open and symbol in (None, one.plan.symbol)]
