"""The final contract between planning and execution, and what execution answers."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from desk.contracts.by_hand import ByHand
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import DirectiveScope, Protection
from desk.contracts.dto import Dto, Fraction, Symbol
from desk.contracts.ids import DirectiveId, ExecutionDirectiveId, TradeId
from desk.contracts.plans import EntryPlan, ExitPlan, RoutingPlan, SizePlan


class ExecutionPolicy(StrEnum):
    """How the targets of one directive depend on each other."""

    INDEPENDENT = "INDEPENDENT"
    COORDINATED = "COORDINATED"
    SEQUENTIAL = "SEQUENTIAL"


class TargetPlans(Dto):
    """Hold the plans of one target; a CLOSE has at most routing."""

    trade_id: TradeId
    symbol: Symbol
    entry: EntryPlan | None = None
    size: SizePlan | None = None
    exit: ExitPlan | None = None
    routing: RoutingPlan | None = None


class ExecutionDirective(Dto):
    """Tell the orchestrator what to do: nothing reaches a connector without one."""

    execution_directive_id: ExecutionDirectiveId
    directive_id: DirectiveId
    strategy_id: str
    strategy_planner_id: str
    causality: CausalityChain
    scope: DirectiveScope
    confidence: Fraction
    rationale: str
    created_at_ms: int
    targets: tuple[TargetPlans, ...]
    policy: ExecutionPolicy = ExecutionPolicy.INDEPENDENT
    protection: Protection = Protection.REQUIRED
    emergency: bool = False
    affected_asset: str | None = None
    by_hand: ByHand | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.targets and not self.emergency:
            message = "an execution directive has at least one target"
            raise ValueError(message)
        for target in self.targets:
            missing = self._missing(target)
            if missing:
                message = f"{self.scope} of {target.trade_id} lacks its {missing} plan"
                raise ValueError(message)
        return self

    def _missing(self, target: TargetPlans) -> str | None:
        if self.scope is DirectiveScope.CLOSE_EXISTING:
            return None
        if self.scope is DirectiveScope.MODIFY_EXISTING:
            is_asked = target.entry or target.size or target.exit or self.by_hand
            return None if is_asked else "entry, size or exit"
        has_stop = target.exit is not None and target.exit.stop_loss_price is not None
        present = {
            "entry": target.entry is not None,
            "size": target.size is not None,
            "exit": has_stop or self.protection is Protection.NONE,
            "routing": target.routing is not None,
        }
        return next((name for name, is_there in present.items() if not is_there), None)

    @property
    def flow_id(self) -> DirectiveId:
        """The flow this belongs to: the id of the StrategyDirective."""
        return self.directive_id


class TradeExecuted(Dto):
    """Report that a target's order filled: average price in quote, cumulative size in base."""

    directive_id: DirectiveId
    execution_directive_id: ExecutionDirectiveId
    strategy_id: str
    scope: DirectiveScope
    trade_id: TradeId
    symbol: Symbol
    order_id: str
    executed_at_ms: int
    fill_price: Decimal
    filled_size_base: Decimal
    causality: CausalityChain


BLUEPRINT = "blueprint"
"""Who refuses a NEW_TRADE in a symbol that its strategy's blueprint does not list, however often it comes."""


class DirectiveRefused(Dto):
    """Report that a directive will not be executed, by whom and why."""

    directive_id: DirectiveId
    refused_by: str
    reason: Annotated[str, Field(min_length=1)]
    refused_at_ms: int
    trade_id: TradeId | None = None
    symbol: Symbol | None = None


class FlowOutcome(StrEnum):
    """How a flow ended."""

    SUCCESS = "success"
    ERROR = "error"


class FlowCompletion(Dto):
    """Report the one end of a flow; `final_state` is a word such as executed, refused or superseded."""

    flow_id: DirectiveId
    outcome: FlowOutcome
    final_state: str
    reason: Annotated[str, Field(min_length=1)]
    completed_at_ms: int
    trade_ids: tuple[TradeId, ...] = ()
