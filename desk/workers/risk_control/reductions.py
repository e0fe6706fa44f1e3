"""Trades that a risk control worker makes smaller or leaves: each is asked for until it is so."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import chain

from desk.contracts.directives import (
    DirectiveScope,
    RoutingDirective,
    SizeDirective,
    StrategyDirective,
)
from desk.contracts.dto import Dto, NotNegative
from desk.contracts.events import STRATEGY_DIRECTIVE_ISSUED
from desk.contracts.ids import TradeId
from desk.contracts.market import ONE, ZERO
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.positions import EXTERNAL_STRATEGY, Position
from desk.contracts.states import DeskState
from desk.workers.base import Worker
from desk.workers.prices import is_dust
from desk.workers.risk_control.standing_blocks import Events

_KEY = "reduction."
_RETRY_MS = 60_000
_MOST_AT_ONCE = 20
"""How many MODIFYs one call issues at most, never asked ones first; to leave waits for nobody."""

_NOW = RoutingDirective(execution_urgency=ONE)


class Reduction(Dto):
    """Want a trade to hold no more than `target_base`, zero to be left."""

    target_base: NotNegative
    why: str


class Reductions:
    """Keep what is wanted over restarts, and issue it: a MODIFY per smaller trade, one CLOSE for those left.

    Sizes are absolute, so asking again never reduces twice. What a venue refused is asked for again after
    a minute, until the trade holds no more than that, or only dust. A trade is never made larger.
    """

    def __init__(self, worker: Worker, context: PluginContext) -> None:
        self._worker = worker
        self._context = context
        self._asked_at_ms: dict[TradeId, int] = {}
        self._wanted = {
            TradeId(key.removeprefix(_KEY)): Reduction.model_validate_json(value)
            for key, value in context.memory.items().items()
            if key.startswith(_KEY)
        }

    def want(self, trade_id: TradeId, target_base: Decimal, why: str) -> None:
        """Want a trade no larger than that; a smaller size wanted before stays."""
        known = self._wanted.get(trade_id)
        if known is None or target_base < known.target_base:
            wanted = self._wanted[trade_id] = Reduction(target_base=target_base, why=why)
            self._asked_at_ms.pop(trade_id, None)
            self._context.memory.put(_KEY + trade_id, wanted.model_dump_json())

    def want_none(self, positions: Iterable[Position], why: str) -> None:
        """Want trades to be left, but for dust, which no venue trades."""
        for position in positions:
            if not is_dust(position, self._context.view):
                self.want(position.trade_id, ZERO, why)

    def drop(self) -> None:
        """Want nothing any more."""
        for trade_id in tuple(self._wanted):
            self._forget(trade_id)

    def events(self) -> Events:
        """Return the directives that are due."""
        if not self._wanted or self._context.view.state() is DeskState.EXITING:
            return ()
        due = [trade_id for trade_id in tuple(self._wanted) if self._is_due(trade_id)]
        closes: dict[str, list[TradeId]] = {}
        for trade_id in due:
            if self._wanted[trade_id].target_base == ZERO:
                closes.setdefault(self._wanted[trade_id].why, []).append(trade_id)
        smaller = [one for one in due if self._wanted[one].target_base > ZERO]
        smaller = sorted(smaller, key=lambda one: self._asked_at_ms.get(one, -1))[:_MOST_AT_ONCE]
        now_ms = self._context.view.now_ms()
        self._asked_at_ms |= dict.fromkeys((*smaller, *chain.from_iterable(closes.values())), now_ms)
        directives = [self._close(why, targets) for why, targets in closes.items()]
        directives += [self._modify(one, self._wanted[one]) for one in smaller]
        return tuple((STRATEGY_DIRECTIVE_ISSUED, one) for one in directives)

    def _is_due(self, trade_id: TradeId) -> bool:
        """Tell whether to ask now; what is reached is forgotten, what is under way is waited for."""
        view, wanted = self._context.view, self._wanted[trade_id]
        position = view.position(trade_id)
        is_reached = position is None or not position.is_open or position.size_base <= wanted.target_base
        if is_reached or (position is not None and is_dust(position, view)):
            self._forget(trade_id)
            return False
        asked_at_ms = self._asked_at_ms.get(trade_id)
        if wanted.target_base == ZERO and asked_at_ms is None:
            return True  # to leave waits for nobody
        is_resting = asked_at_ms is not None and 0 <= view.now_ms() - asked_at_ms < _RETRY_MS
        return not is_resting and not view.has_directive_in_flight(trade_id)

    def _forget(self, trade_id: TradeId) -> None:
        del self._wanted[trade_id]
        self._asked_at_ms.pop(trade_id, None)
        self._context.memory.put(_KEY + trade_id, None)

    def _close(self, why: str, targets: list[TradeId]) -> StrategyDirective:
        return self._worker.new_directive(
            scope=DirectiveScope.CLOSE_EXISTING, rationale=why, target_trade_ids=tuple(targets)
        )

    def _modify(self, trade_id: TradeId, wanted: Reduction) -> StrategyDirective:
        return self._worker.new_directive(
            scope=DirectiveScope.MODIFY_EXISTING,
            rationale=wanted.why,
            target_trade_ids=(trade_id,),
            size_directive=SizeDirective(target_size_base=wanted.target_base),
            routing_directive=_NOW,
        )


def in_care(
    positions: Iterable[Position], strategy_id: str, *, own_strategy_only: bool
) -> tuple[Position, ...]:
    """Return the trades that a worker answers for: its strategy's, or all but EXTERNAL ones.

    What somebody else opened on the account is the operator's: it counts, and is not touched.
    """
    return tuple(
        one
        for one in positions
        if (one.strategy_id == strategy_id if own_strategy_only else one.strategy_id != EXTERNAL_STRATEGY)
    )
