"""What context, opportunity and threat workers say about the market."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from desk.contracts.causality import CausalityChain
from desk.contracts.dto import Dto, Fraction, Symbol
from desk.contracts.ids import ContextId, OpportunityId, ThreatId
from desk.contracts.sides import PositionSide

SignalType = Annotated[
    str,
    Field(pattern=r"^[A-Z][A-Z0-9_]{2,24}$", description="3 to 25 capitals, digits or _, a capital first"),
]


class ContextFactor(Dto):
    """Rate one aspect of the market as a strength or as a weakness, never both, in [0, 1].

    A weakness of the symbol is a short's strength, as with a trend. With `both_sides` the factor is what it
    is for long and short alike, as with a regime.
    """

    factor_type: SignalType
    symbol: Symbol
    source: str
    strength: Fraction | None = None
    weakness: Fraction | None = None
    both_sides: bool = False

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.strength is None) == (self.weakness is None):
            message = "a context factor has exactly one of strength and weakness"
            raise ValueError(message)
        return self


class ContextAssessment(Dto):
    """Collect the factors of one symbol as they stood at `assessed_at_ms`."""

    context_id: ContextId
    symbol: Symbol
    assessed_at_ms: int
    causality: CausalityChain
    factors: Annotated[tuple[ContextFactor, ...], Field(min_length=1)]


class OpportunitySignal(Dto):
    """Report a chance on one symbol, with the confidence of the worker that saw it."""

    opportunity_id: OpportunityId
    signal_type: SignalType
    symbol: Symbol
    side: PositionSide
    confidence: Fraction
    detected_at_ms: int
    source: str
    rationale: str
    causality: CausalityChain


OPERATOR_EXIT = "OPERATOR_EXIT"
"""The type of the threat by which the operator leaves everything."""


class ThreatSignal(Dto):
    """Report a danger: severity 0.3 is minor, 0.9 critical; no affected asset means system-wide.

    `until_ms` is set where its end is known beforehand, as with a news window.
    """

    threat_id: ThreatId
    threat_type: SignalType
    severity: Fraction
    affected_asset: str | None = None
    detected_at_ms: int
    until_ms: int | None = None
    source: str
    rationale: str
    causality: CausalityChain
