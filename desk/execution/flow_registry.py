"""Open flows: what each directive has set going, until its one end."""

from dataclasses import dataclass, field
from typing import TypeVar

from desk.contracts.directives import DirectiveScope, StrategyDirective
from desk.contracts.execution import ExecutionDirective
from desk.contracts.ids import DirectiveId, TradeId

Key = TypeVar("Key")


@dataclass(slots=True)
class OpenFlow:
    """Follow one directive: `running` trades have a job in a lane, `trades` are all it touched.

    `parents` are its parent orders at work. `problems` are reasons why part of it did not happen; `effects`
    what did.
    """

    directive: StrategyDirective
    began_ms: int
    execution: ExecutionDirective | None = None
    running: set[TradeId] = field(default_factory=set)
    parents: set[str] = field(default_factory=set)
    trades: list[TradeId] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    reported: set[str] = field(default_factory=set)

    @property
    def flow_id(self) -> DirectiveId:
        """The flow's id."""
        return self.directive.directive_id

    @property
    def symbol(self) -> str | None:
        """The symbol a new trade is for."""
        entry = self.directive.entry_directive
        return entry.symbol if entry is not None else None

    def touch(self, trade_id: TradeId) -> None:
        """Note that the flow concerns a trade."""
        if trade_id not in self.trades:
            self.trades.append(trade_id)


class FlowRegistry:
    """Hold the open flows and answer what is in flight."""

    def __init__(self) -> None:
        self._flows: dict[DirectiveId, OpenFlow] = {}
        self._of_trade: dict[TradeId, set[DirectiveId]] = {}
        self._entries: dict[tuple[str, str], set[DirectiveId]] = {}

    def begin(self, directive: StrategyDirective, now_ms: int) -> OpenFlow:
        """Open the flow of a directive."""
        flow = OpenFlow(directive, now_ms)
        self._flows[flow.flow_id] = flow
        for trade_id in directive.target_trade_ids:
            self._of_trade.setdefault(trade_id, set()).add(flow.flow_id)
        if directive.scope is DirectiveScope.NEW_TRADE and flow.symbol is not None:
            self._entries.setdefault((directive.strategy_id, flow.symbol), set()).add(flow.flow_id)
        return flow

    def get(self, flow_id: DirectiveId) -> OpenFlow | None:
        """Return an open flow."""
        return self._flows.get(flow_id)

    def link(self, flow: OpenFlow, trade_id: TradeId) -> None:
        """Note that a flow works on a trade."""
        flow.touch(trade_id)
        self._of_trade.setdefault(trade_id, set()).add(flow.flow_id)

    def release(self, flow_id: DirectiveId) -> OpenFlow | None:
        """Forget a flow and all that was kept for it."""
        flow = self._flows.pop(flow_id, None)
        if flow is None:
            return None
        for trade_id in {*flow.trades, *flow.directive.target_trade_ids}:
            _discard(self._of_trade, trade_id, flow_id)
        if flow.symbol is not None:
            _discard(self._entries, (flow.directive.strategy_id, flow.symbol), flow_id)
        return flow

    def of_trade(self, trade_id: TradeId) -> tuple[OpenFlow, ...]:
        """Return the open flows that concern a trade, oldest first."""
        flows = self._of_trade.get(trade_id)
        if not flows:
            return ()
        return tuple(flow for flow_id, flow in self._flows.items() if flow_id in flows)

    def newest_of(self, trade_id: TradeId) -> DirectiveId | None:
        """Return the newest open flow that concerns a trade."""
        flows = self.of_trade(trade_id)
        return flows[-1].flow_id if flows else None

    def is_trade_in_flight(self, trade_id: TradeId) -> bool:
        """Tell whether a flow concerns the trade."""
        return trade_id in self._of_trade

    def has_pending_entry(self, strategy_id: str, symbol: str) -> bool:
        """Tell whether a NEW_TRADE of the strategy on the symbol is open."""
        return (strategy_id, symbol) in self._entries

    def is_being_entered(self, symbol: str) -> bool:
        """Tell whether a NEW_TRADE of any strategy on the symbol is open."""
        return any(one == symbol for _, one in self._entries)

    def all(self) -> tuple[OpenFlow, ...]:
        """Return every open flow, oldest first."""
        return tuple(self._flows.values())

    def size(self) -> int:
        """Count everything kept: zero once every flow has ended."""
        return len(self._flows) + len(self._of_trade) + len(self._entries)


def _discard(index: dict[Key, set[DirectiveId]], key: Key, flow_id: DirectiveId) -> None:
    flows = index.get(key)
    if flows is None:
        return
    flows.discard(flow_id)
    if not flows:
        del index[key]
