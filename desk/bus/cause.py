"""From the payload of an event to the chain of ids that what it causes will carry."""

from desk.contracts.causality import CausalityChain
from desk.contracts.directives import StrategyDirective
from desk.contracts.dto import Dto
from desk.contracts.execution import ExecutionDirective
from desk.contracts.market import ScheduledTick, Tick, TimePassed
from desk.contracts.ports.bus import Cause
from desk.contracts.signals import ContextAssessment, OpportunitySignal, ThreatSignal


def chain_of(payload: object) -> CausalityChain | None:
    """Return the chain that `payload` starts or continues; None where it says nothing of its cause."""
    match payload:
        case Tick() | ScheduledTick() | TimePassed():
            return CausalityChain.born(payload.id)
        case StrategyDirective():
            return payload.causality.in_flow(payload.directive_id)
        case ExecutionDirective():
            chain = payload.causality.in_flow(payload.directive_id)
            return chain.extended(payload.execution_directive_id)
        case (
            ContextAssessment(context_id=own)
            | OpportunitySignal(opportunity_id=own)
            | ThreatSignal(threat_id=own)
        ):
            return payload.causality.extended(own)
    carried = getattr(payload, "causality", None)
    return carried if isinstance(carried, CausalityChain) else None


def as_chain(cause: Cause) -> CausalityChain:
    """Return a given cause as a chain."""
    return CausalityChain.born(cause.id) if isinstance(cause, Tick | ScheduledTick | TimePassed) else cause


def with_cause(payload: object, cause: CausalityChain | None) -> object:
    """Return `payload` with the births and signals of `cause` in its chain, where it carries one."""
    if cause is None or not isinstance(payload, Dto):
        return payload
    carried = getattr(payload, "causality", None)
    if not isinstance(carried, CausalityChain):
        return payload
    merged = carried.caused_by(cause)
    return payload if merged == carried else payload.model_copy(update={"causality": merged})
