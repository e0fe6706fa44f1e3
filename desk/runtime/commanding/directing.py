"""The operator's decisions as directives: the same shape as any planner's, born of a command."""

from typing import TypedDict, Unpack

from desk.contracts.by_hand import ByHand
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import (
    OPERATOR_STRATEGY,
    DirectiveScope,
    EntryDirective,
    ExitDirective,
    Protection,
    RoutingDirective,
    SizeDirective,
    StrategyDirective,
)
from desk.contracts.ids import DirectiveId, ManualId, TradeId
from desk.contracts.market import ONE
from desk.contracts.ports.time import Clock, IdSource

OPERATOR = "operator"
"""The worker that directives of the operator name."""


class Wishes(TypedDict, total=False):
    """Name what a directive may say besides its scope and reason."""

    target_trade_ids: tuple[TradeId, ...]
    entry_directive: EntryDirective
    size_directive: SizeDirective
    exit_directive: ExitDirective
    routing_directive: RoutingDirective
    protection: Protection
    by_hand: ByHand


def directive_by_hand(
    ids: IdSource,
    clock: Clock,
    manual_id: ManualId,
    scope: DirectiveScope,
    reason: str,
    **wishes: Unpack[Wishes],
) -> StrategyDirective:
    """Write a directive in the operator's name, caused by one command."""
    return StrategyDirective(
        directive_id=ids.new(DirectiveId),
        strategy_id=OPERATOR_STRATEGY,
        strategy_planner_id=OPERATOR,
        decided_at_ms=clock.now_ms(),
        causality=CausalityChain.born(manual_id),
        scope=scope,
        confidence=ONE,
        rationale=reason,
        **wishes,
    )
