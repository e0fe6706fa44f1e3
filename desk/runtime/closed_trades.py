"""The trades that are over, and what each strategy made of its own."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

from desk.contracts.directives import StrategyDirective
from desk.contracts.execution import ExecutionDirective, FlowCompletion
from desk.contracts.history import ClosedTrade, StrategyResult
from desk.contracts.ids import TradeId
from desk.contracts.market import ZERO
from desk.contracts.netting import MONEY
from desk.contracts.ports.view import DeskView
from desk.contracts.records import FillBooked, JournalEntry, TradeIntended
from desk.journal.past import KeptTrades
from desk.ledger.ledger import Ledger
from desk.ledger.strategy_sums import StrategySum, StrategySums
from desk.ledger.trade_story import closed_trade, leaving_fill, reason_of_leaving

Key = TypeVar("Key")
Value = TypeVar("Value")

CLOSED_KEPT = 500
_RATIONALES_KEPT = 512
_PLANS_KEPT = 512


class ClosedTrades:
    """Follow the journal's entries; keeps the newest closed trades, and sums over all of them."""

    def __init__(self, ledger: Ledger, view: DeskView) -> None:
        self._ledger = ledger
        self._view = view
        self._closed: OrderedDict[TradeId, ClosedTrade] = OrderedDict()
        self._shown: tuple[ClosedTrade, ...] | None = ()
        self._sums = StrategySums()
        self._references: dict[TradeId, Decimal] = {}
        self._planned: OrderedDict[TradeId, Decimal] = OrderedDict()
        self._rationales: OrderedDict[str, str] = OrderedDict()

    def restore(self, kept: KeptTrades) -> None:
        """Take over what earlier runs closed."""
        self._closed.update((TradeId(one.trade_id), one) for one in kept.closed)
        self._sums = kept.sums
        self._references.update(kept.references)
        self._shown = None

    def on_entry(self, entry: JournalEntry) -> None:
        """Take one fact."""
        match entry.record:
            case FillBooked(trade_id=TradeId() as trade_id):
                self._filled(trade_id)
            case StrategyDirective() as directive:
                _keep(self._rationales, directive.directive_id, directive.rationale, _RATIONALES_KEPT)
            case ExecutionDirective() as directive:
                self._plan(directive)
            case TradeIntended(trade_id=trade_id):
                reference = self._planned.pop(trade_id, None)
                if reference is not None:
                    self._references[trade_id] = reference
            case FlowCompletion(trade_ids=trade_ids):
                self._forget_unfilled(trade_ids)
            case _:
                return

    def trades(self) -> tuple[ClosedTrade, ...]:
        """Return the newest closed trades, newest first."""
        if self._shown is None:
            self._shown = tuple(reversed(self._closed.values()))
        return self._shown

    def results(self) -> tuple[StrategyResult, ...]:
        """Return what every strategy's closed trades made, by name."""
        return tuple(self._result(name, sums) for name, sums in self._sums.by_strategy().items())

    def _plan(self, directive: ExecutionDirective) -> None:
        for target in directive.targets:
            if target.entry is not None and target.trade_id not in self._references:
                _keep(self._planned, target.trade_id, target.entry.reference_price, _PLANS_KEPT)

    def _filled(self, trade_id: TradeId) -> None:
        """Look at a trade after a fill: it may have closed, changed once closed, or opened again."""
        position = self._ledger.position(trade_id)
        known = self._closed.pop(trade_id, None)
        if known is not None:
            self._shown = None
            self._count(known, -1)
        if position is None or position.is_open:
            return
        fills = self._ledger.fills_of_trade(trade_id)
        last = leaving_fill(position, fills)
        order_id = None if last is None else last.client_order_id
        order = None if order_id is None else self._ledger.order(order_id)
        rationale = "" if order is None else self._rationales.get(order.directive_id, "")
        reason = reason_of_leaving(order, rationale)
        closed = closed_trade(position, fills, self._references.get(trade_id), reason)
        if closed is None:
            return
        self._shown = None
        self._count(closed, 1)
        for forgotten in _keep(self._closed, trade_id, closed, CLOSED_KEPT):
            self._references.pop(forgotten, None)

    def _count(self, closed: ClosedTrade, times: int) -> None:
        amounts = (closed.realized_quote, closed.fees_quote)
        self._sums.add(closed.strategy_id, closed.symbol, *amounts, times)

    def _forget_unfilled(self, trade_ids: Iterable[TradeId]) -> None:
        """Let go of the references of trades that came to nothing."""
        for trade_id in trade_ids:
            position = self._ledger.position(trade_id)
            if position is None or not (position.max_size_base or self._ledger.orders_of(trade_id)):
                self._references.pop(trade_id, None)

    def _result(self, strategy_id: str, sums: Mapping[str, StrategySum]) -> StrategyResult:
        return StrategyResult(
            strategy_id=strategy_id,
            trades=sum(one.trades for one in sums.values()),
            wins=sum(one.wins for one in sums.values()),
            realized=self._valued([(name, one.realized_quote) for name, one in sums.items()]),
            fees=self._valued([(name, one.fees_quote) for name, one in sums.items()]),
        )

    def _valued(self, amounts: Iterable[tuple[str, Decimal]]) -> Decimal | None:
        total = ZERO
        for currency, amount in amounts:
            rate = self._view.rate(currency)
            if rate is None:
                return None
            total = MONEY.add(total, MONEY.multiply(amount, rate))
        return total


def _keep(kept: OrderedDict[Key, Value], key: Key, value: Value, most: int) -> list[Key]:
    """Keep a value as the newest of at most `most`; return the keys that had to go."""
    kept[key] = value
    return [kept.popitem(last=False)[0] for _ in range(len(kept) - most)]
