"""Trades that a risk control worker makes smaller or leaves: each is asked for until it is so."""

from collections.abc import Iterable
from decimal import Decimal

from pydantic import TypeAdapter

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
from desk.workers.risk_control.standing_blocks import Events

_KEY = "reductions"
_RETRY_MS = 60_000
_MOST_AT_ONCE = 20
"""How many directives one call issues at most; the others follow at the next look."""

_NOW = RoutingDirective(execution_urgency=ONE)


class Reduction(Dto):
    """Want a trade to hold no more than `target_base`, zero to be left; `asked_at_ms` is the last time."""

    trade_id: TradeId
    target_base: NotNegative
    why: str
    asked_at_ms: int | None = None


_LIST = TypeAdapter(tuple[Reduction, ...])


class Reductions:
    """Keep what is wanted over restarts, and issue it: a MODIFY per smaller trade, one CLOSE for those left.

    Sizes are absolute, so asking again never reduces twice. What a venue refused is asked for again after
    a minute, until the trade holds no more than that. A trade is never made larger.
    """

    def __init__(self, worker: Worker, context: PluginContext) -> None:
        self._worker = worker
        self._context = context
        kept = context.memory.get(_KEY)
        listed = () if kept is None else _LIST.validate_json(kept)
        self._wanted = {one.trade_id: one for one in listed}

    def want(self, trade_id: TradeId, target_base: Decimal, why: str) -> None:
        """Want a trade no larger than that; a smaller size wanted before stays."""
        known = self._wanted.get(trade_id)
        if known is None or target_base < known.target_base:
            self._wanted[trade_id] = Reduction(trade_id=trade_id, target_base=target_base, why=why)
            self._save()

    def want_none(self, positions: Iterable[Position], why: str) -> None:
        """Want trades to be left."""
        for position in positions:
            self.want(position.trade_id, ZERO, why)

    def drop(self) -> None:
        """Want nothing any more."""
        if self._wanted:
            self._wanted.clear()
            self._save()

    def events(self) -> Events:
        """Return the directives that are due."""
        if not self._wanted or self._context.view.state() is DeskState.EXITING:
            return ()
        due = [one for one in tuple(self._wanted.values()) if self._is_due(one)][:_MOST_AT_ONCE]
        if not due:
            return ()
        now_ms = self._context.view.now_ms()
        for one in due:
            self._wanted[one.trade_id] = one.model_copy(update={"asked_at_ms": now_ms})
        self._save()
        closes: dict[str, list[TradeId]] = {}
        for one in due:
            if one.target_base == ZERO:
                closes.setdefault(one.why, []).append(one.trade_id)
        directives = [self._close(why, targets) for why, targets in closes.items()]
        directives += [self._modify(one) for one in due if one.target_base > ZERO]
        return tuple((STRATEGY_DIRECTIVE_ISSUED, one) for one in directives)

    def _is_due(self, wanted: Reduction) -> bool:
        """Tell whether to ask now; what is reached is forgotten, what is under way is waited for."""
        view = self._context.view
        position = view.position(wanted.trade_id)
        if position is None or not position.is_open or position.size_base <= wanted.target_base:
            del self._wanted[wanted.trade_id]
            self._save()
            return False
        is_first = wanted.asked_at_ms is None
        if wanted.target_base == ZERO and is_first:
            return True  # to leave waits for nobody
        is_resting = not is_first and view.now_ms() - (wanted.asked_at_ms or 0) < _RETRY_MS
        return not is_resting and not view.has_directive_in_flight(wanted.trade_id)

    def _close(self, why: str, targets: list[TradeId]) -> StrategyDirective:
        return self._worker.new_directive(
            scope=DirectiveScope.CLOSE_EXISTING, rationale=why, target_trade_ids=tuple(targets)
        )

    def _modify(self, wanted: Reduction) -> StrategyDirective:
        return self._worker.new_directive(
            scope=DirectiveScope.MODIFY_EXISTING,
            rationale=wanted.why,
            target_trade_ids=(wanted.trade_id,),
            size_directive=SizeDirective(target_size_base=wanted.target_base),
            routing_directive=_NOW,
        )

    def _save(self) -> None:
        text = _LIST.dump_json(tuple(self._wanted.values())).decode() if self._wanted else None
        self._context.memory.put(_KEY, text)


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
