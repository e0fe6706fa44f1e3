"""What should happen and why: the StrategyDirective and its four sub-directives."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from desk.contracts.by_hand import ByHand
from desk.contracts.causality import CausalityChain
from desk.contracts.dto import Dto, Fraction, NotNegative, Positive, Symbol
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.sides import OrderSide

OPERATOR_STRATEGY = "platform.operator"
"""The strategy id of directives from the operator's own hand."""

PROTECTION_STRATEGY = "platform.protection"
"""The strategy id of the platform's repairs of protection."""

EMERGENCY_STRATEGY = "platform.emergency"
"""The strategy id of the platform's own EmergencyExitAgent."""


class DirectiveScope(StrEnum):
    """What a directive is about."""

    NEW_TRADE = "NEW_TRADE"
    MODIFY_EXISTING = "MODIFY_EXISTING"
    CLOSE_EXISTING = "CLOSE_EXISTING"


class StopReference(StrEnum):
    """The price a stop tolerance is measured from."""

    ENTRY = "ENTRY"
    CURRENT = "CURRENT"


class Protection(StrEnum):
    """Whether a trade must have a stop resting at the venue."""

    REQUIRED = "required"
    NONE = "none"


class PriceZone(Dto):
    """Bound a preferred price, in quote."""

    minimum: Positive
    maximum: Positive

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.minimum <= self.maximum:
            message = f"price zone minimum {self.minimum} is above its maximum {self.maximum}"
            raise ValueError(message)
        return self


class EntryDirective(Dto):
    """Hint how to enter. Unset is not the default: only `resolved` fills the defaults in."""

    symbol: Symbol | None = None
    direction: OrderSide | None = None
    timing_preference: Fraction | None = None
    preferred_price_zone: PriceZone | None = None
    max_acceptable_slippage: Fraction | None = None

    def resolved(self) -> Self:
        """Return a copy with unset fields at their defaults, as a NEW_TRADE reads it."""
        return self.model_copy(
            update={
                "timing_preference": _or(self.timing_preference, "0.5"),
                "max_acceptable_slippage": _or(self.max_acceptable_slippage, "0.005"),
            }
        )


class SizeDirective(Dto):
    """Constrain the size: by risk or notional (quote), or by an absolute target size (base)."""

    aggressiveness: Fraction | None = None
    max_risk_amount: Positive | None = None
    account_risk_fraction: Fraction | None = None
    notional_quote: Positive | None = None
    target_size_base: NotNegative | None = None

    def resolved(self) -> Self:
        """Return a copy with unset fields at their defaults, as a NEW_TRADE reads it."""
        return self.model_copy(
            update={
                "aggressiveness": _or(self.aggressiveness, "0.5"),
                "account_risk_fraction": _or(self.account_risk_fraction, "0.02"),
            }
        )


class ExitDirective(Dto):
    """Hint where to leave: absolute prices (quote), or a tolerance from `stop_reference`."""

    profit_taking_preference: Fraction | None = None
    risk_reward_ratio: Positive | None = None
    stop_loss_tolerance: Annotated[Decimal, Field(gt=0, lt=1)] | None = None
    stop_reference: StopReference | None = None
    stop_loss_price: Positive | None = None
    take_profit_price: Positive | None = None

    @model_validator(mode="after")
    def _one_stop(self) -> Self:
        if self.stop_loss_price is not None and self.stop_loss_tolerance is not None:
            message = "give stop_loss_price or stop_loss_tolerance, not both"
            raise ValueError(message)
        return self

    def resolved(self) -> Self:
        """Return a copy with unset fields at their defaults, as a NEW_TRADE reads it."""
        tolerance = self.stop_loss_tolerance
        if tolerance is None and self.stop_loss_price is None:
            tolerance = Decimal("0.02")
        return self.model_copy(
            update={
                "profit_taking_preference": _or(self.profit_taking_preference, "0.5"),
                "risk_reward_ratio": _or(self.risk_reward_ratio, "2.0"),
                "stop_loss_tolerance": tolerance,
                "stop_reference": self.stop_reference or StopReference.ENTRY,
            }
        )


class RoutingDirective(Dto):
    """Hint how to send: urgency 1 is now, at the market."""

    execution_urgency: Fraction | None = None
    iceberg_preference: Fraction | None = None
    max_total_slippage: Fraction | None = None

    def resolved(self) -> Self:
        """Return a copy with unset fields at their defaults, as a NEW_TRADE reads it."""
        return self.model_copy(
            update={
                "execution_urgency": _or(self.execution_urgency, "0.5"),
                "max_total_slippage": _or(self.max_total_slippage, "0.01"),
            }
        )


class PeriodClaim(Dto):
    """Claim one period of a schedule for one worker and symbol; a second claim of it is refused."""

    worker: str
    symbol: Symbol
    schedule_name: str
    period_start_ms: int

    @property
    def key(self) -> str:
        """The claim as one text, unique per worker, symbol, schedule and period."""
        return f"{self.worker}|{self.symbol}|{self.schedule_name}|{self.period_start_ms}"


class StrategyDirective(Dto):
    """Say what should happen and why; its id is the id of the flow it starts.

    NEW_TRADE names no target, one symbol and one direction. MODIFY_EXISTING and CLOSE_EXISTING name at
    least one target, except an emergency exit, which may meet an empty book. In a MODIFY only the fields
    that are set cause change. `confidence` selects planners and never scales a size.
    """

    directive_id: DirectiveId
    strategy_id: str
    strategy_planner_id: str
    decided_at_ms: int
    causality: CausalityChain
    scope: DirectiveScope
    confidence: Fraction
    rationale: Annotated[str, Field(min_length=1)]
    target_trade_ids: tuple[TradeId, ...] = ()
    entry_directive: EntryDirective | None = None
    size_directive: SizeDirective | None = None
    exit_directive: ExitDirective | None = None
    routing_directive: RoutingDirective | None = None
    protection: Protection = Protection.REQUIRED
    emergency: bool = False
    affected_asset: str | None = None
    claim: PeriodClaim | None = None
    by_hand: ByHand | None = None

    @model_validator(mode="after")
    def _scope_holds(self) -> Self:
        problem = _problem_of(self)
        if problem is not None:
            raise ValueError(problem)
        return self


def _problem_of(directive: StrategyDirective) -> str | None:
    """Name the first rule of the whole model that `directive` breaks."""
    general = _general_problem(directive)
    if general is not None:
        return general
    match directive.scope:
        case DirectiveScope.NEW_TRADE:
            return _new_trade_problem(directive)
        case DirectiveScope.MODIFY_EXISTING:
            return _modify_problem(directive)
        case DirectiveScope.CLOSE_EXISTING:
            nothing_named = not directive.target_trade_ids and not directive.emergency
            return "CLOSE_EXISTING needs at least one target trade" if nothing_named else None


def _general_problem(directive: StrategyDirective) -> str | None:
    if len(set(directive.target_trade_ids)) != len(directive.target_trade_ids):
        return "target_trade_ids names a trade twice"
    if directive.emergency and directive.scope is not DirectiveScope.CLOSE_EXISTING:
        return f"an emergency exit has scope CLOSE_EXISTING, was {directive.scope}"
    if directive.affected_asset is not None and not directive.emergency:
        return "affected_asset belongs to an emergency exit"
    if directive.by_hand is not None and directive.scope is not DirectiveScope.MODIFY_EXISTING:
        return f"by_hand belongs to MODIFY_EXISTING, was {directive.scope}"
    return None


def _modify_problem(directive: StrategyDirective) -> str | None:
    if not directive.target_trade_ids:
        return "MODIFY_EXISTING needs at least one target trade"
    return None if _changes_something(directive) else "MODIFY_EXISTING changes nothing"


def _new_trade_problem(directive: StrategyDirective) -> str | None:
    if directive.target_trade_ids:
        return "NEW_TRADE has no targets"
    entry = directive.entry_directive
    if entry is None or entry.symbol is None or entry.direction is None:
        return "NEW_TRADE needs an entry_directive with symbol and direction"
    return None


def _changes_something(directive: StrategyDirective) -> bool:
    parts = (directive.entry_directive, directive.size_directive, directive.exit_directive)
    return directive.by_hand is not None or any(part is not None and part.model_fields_set for part in parts)


def _or(value: Decimal | None, default: str) -> Decimal:
    return Decimal(default) if value is None else value
