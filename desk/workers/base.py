"""What every worker is, and how it writes what it decides."""

from decimal import Decimal
from typing import ClassVar, TypedDict, Unpack

from desk.contracts.blocks import EntryBlock, EntryRelease
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import (
    DirectiveScope,
    EntryDirective,
    ExitDirective,
    PeriodClaim,
    RoutingDirective,
    SizeDirective,
    StrategyDirective,
)
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import STRATEGY_DIRECTIVE_ISSUED
from desk.contracts.ids import ContextId, DirectiveId, OpportunityId, ThreatId, TradeId, TypedId
from desk.contracts.manifests import Parameters, WorkerManifest
from desk.contracts.market import ONE
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.sides import PositionSide
from desk.contracts.signals import ContextAssessment, ContextFactor, OpportunitySignal, ThreatSignal


class DirectiveParts(TypedDict, total=False):
    """Name what a directive may carry besides its scope and its reason."""

    confidence: Decimal
    target_trade_ids: tuple[TradeId, ...]
    entry_directive: EntryDirective
    size_directive: SizeDirective
    exit_directive: ExitDirective
    routing_directive: RoutingDirective
    emergency: bool
    affected_asset: str | None
    claim: PeriodClaim


class Worker:
    """Decide, and only decide: each handler takes an event's payload and returns an envelope.

    A subclass declares its `manifest`; `desk.workers.inspection` says whether one from outside is sound.
    """

    manifest: ClassVar[WorkerManifest]

    def __init__(self, parameters: Parameters, context: PluginContext) -> None:
        self.context = context
        self.view = context.view

    def because_of(self, *causes: TypedId) -> CausalityChain:
        """Return why this worker is being called, with `causes` named too."""
        return self.context.cause().extended(*causes)

    def new_directive(
        self,
        *,
        scope: DirectiveScope,
        rationale: str,
        causality: CausalityChain | None = None,
        **parts: Unpack[DirectiveParts],
    ) -> StrategyDirective:
        """Build a directive of this worker, now, with confidence 1 unless `parts` say otherwise.

        Raises pydantic.ValidationError where scope and parts do not fit together.
        """
        parts.setdefault("confidence", ONE)
        return StrategyDirective(
            directive_id=self.context.ids.new(DirectiveId),
            strategy_id=self.context.strategy_id,
            strategy_planner_id=self.context.name,
            decided_at_ms=self.view.now_ms(),
            causality=causality or self.context.cause(),
            scope=scope,
            rationale=rationale,
            protection=self.context.protection,
            **parts,
        )

    def new_assessment(self, symbol: str, *factors: ContextFactor) -> ContextAssessment:
        """Build a context assessment of `symbol`, as it stands now."""
        return ContextAssessment(
            context_id=self.context.ids.new(ContextId),
            symbol=symbol,
            assessed_at_ms=self.view.now_ms(),
            causality=self.context.cause(),
            factors=factors,
        )

    def new_opportunity(
        self, signal_type: str, symbol: str, side: PositionSide, *, confidence: Decimal, rationale: str
    ) -> OpportunitySignal:
        """Build an opportunity signal of this worker, detected now; `confidence` in [0, 1]."""
        return OpportunitySignal(
            opportunity_id=self.context.ids.new(OpportunityId),
            signal_type=signal_type,
            symbol=symbol,
            side=side,
            confidence=confidence,
            detected_at_ms=self.view.now_ms(),
            source=self.context.name,
            rationale=rationale,
            causality=self.context.cause(),
        )

    def new_threat(
        self,
        threat_type: str,
        affected_asset: str | None,
        *,
        severity: Decimal,
        rationale: str,
        until_ms: int | None = None,
        threat_id: ThreatId | None = None,
    ) -> ThreatSignal:
        """Build a threat signal of this worker, detected now; `severity` in [0, 1].

        Give `threat_id` to tell the very same threat again: who acted on it does not act twice.
        """
        return ThreatSignal(
            threat_id=threat_id or self.context.ids.new(ThreatId),
            threat_type=threat_type,
            severity=severity,
            affected_asset=affected_asset,
            detected_at_ms=self.view.now_ms(),
            until_ms=until_ms,
            source=self.context.name,
            rationale=rationale,
            causality=self.context.cause(),
        )

    def new_block(
        self, reason: str, *, symbol: str | None = None, own_strategy_only: bool = False
    ) -> EntryBlock:
        """Build a block on new risk by this worker, from now on; for RISK_CONTROL alone."""
        return EntryBlock(
            strategy_id=self.context.strategy_id,
            worker=self.context.name,
            symbol=symbol,
            own_strategy_only=own_strategy_only,
            reason=reason,
            blocked_at_ms=self.view.now_ms(),
            causality=self.context.cause(),
        )

    def new_release(self, reason: str, *, symbol: str | None = None) -> EntryRelease:
        """Build the release of this worker's block on `symbol`, or of its block on all."""
        return EntryRelease(
            strategy_id=self.context.strategy_id,
            worker=self.context.name,
            symbol=symbol,
            reason=reason,
            released_at_ms=self.view.now_ms(),
            causality=self.context.cause(),
        )


def issue(*directives: StrategyDirective) -> DispositionEnvelope:
    """Answer with directives, in order; without any, with CONTINUE."""
    if not directives:
        return DispositionEnvelope.CONTINUE
    return DispositionEnvelope.publish(*((STRATEGY_DIRECTIVE_ISSUED, one) for one in directives))
