"""The model of a blueprint: a file that wires workers and planners into a strategy."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, JsonValue, field_validator, model_validator

from desk.config.faults import fault
from desk.config.values import Name
from desk.contracts.directives import (
    EntryDirective,
    ExitDirective,
    Protection,
    RoutingDirective,
    SizeDirective,
)
from desk.contracts.dto import Dto, Fraction, Positive, Symbol
from desk.contracts.plans import PlanRole
from desk.contracts.signals import SignalType

ParameterBlock = Mapping[str, JsonValue]


class StrategyMode(StrEnum):
    """How directives come about: from a strategy planner, or straight from a signal."""

    SWOT = "swot"
    DIRECT = "direct"


class WorkerEntry(Dto):
    """Use one worker."""

    use: Annotated[str, Field(min_length=1)] = Field(
        description="the worker's registered name (see `desk workers`), or a path as FILE.py:ClassName"
    )
    name: Name | None = Field(None, description="its name in this blueprint: letters, digits, _ and -")
    parameters: ParameterBlock = Field({}, description="its parameters, as name: value")


class PlannerEntry(Dto):
    """Use one planner, where all its ranges hold."""

    use: Annotated[str, Field(min_length=1)] = Field(description="the planner's registered name")
    when: Mapping[str, tuple[Decimal, Decimal]] = Field(
        {}, description="ranges of the directive's fields, as field: [lowest, highest], both included"
    )
    priority: int = Field(0, description="a whole number: the highest of those whose ranges hold is taken")
    parameters: ParameterBlock = Field({}, description="its parameters, as name: value")


class PlannerSettings(Dto):
    """List the planners of each role."""

    entry: tuple[PlannerEntry, ...] = Field((), description="the planners that say how to enter")
    size: tuple[PlannerEntry, ...] = Field((), description="the planners that say how much")
    exit: tuple[PlannerEntry, ...] = Field((), description="the planners that say where to leave")
    routing: tuple[PlannerEntry, ...] = Field((), description="the planners that say how to send")

    def of(self, role: PlanRole) -> tuple[PlannerEntry, ...]:
        """Return the planners of one role."""
        match role:
            case PlanRole.ENTRY:
                return self.entry
            case PlanRole.SIZE:
                return self.size
            case PlanRole.EXIT:
                return self.exit
            case PlanRole.ROUTING:
                return self.routing


class DirectSettings(Dto):
    """Build directives straight from one kind of opportunity signal."""

    signal_type: SignalType = Field(description="the opportunity's type, in UPPER_SNAKE")
    min_confidence: Fraction = Field(description="the least confidence that is acted on, from 0 to 1")
    entry: EntryDirective = Field(
        EntryDirective(), description="how to enter; symbol and direction are the signal's"
    )
    size: SizeDirective = Field(SizeDirective(), description="how much")
    exit: ExitDirective = Field(ExitDirective(), description="where to leave")
    routing: RoutingDirective = Field(RoutingDirective(), description="how to send")


class PortfolioSettings(Dto):
    """Bound what the strategy holds in all, over all its workers; amounts in the account currency.

    Entries under way count as if they were filled; what lowers risk is never refused.
    """

    max_open_trades: Annotated[int, Field(gt=0)] | None = Field(
        None, description="the most trades it has open at once, a whole number above 0"
    )
    max_exposure: Positive | None = Field(
        None,
        description="the most it holds, longs and shorts added up at the market price, "
        "in the account currency above 0",
    )
    max_open_risk: Positive | None = Field(
        None,
        description="the most that the stops of its trades would lose from their entries, before fees, "
        "in the account currency above 0",
    )
    max_trade_notional: Positive | None = Field(
        None,
        description="the most that one of its trades holds, additions included, "
        "in the account currency above 0",
    )

    @model_validator(mode="after")
    def _limits_hold(self) -> Self:
        if not self.model_fields_set:
            raise fault("portfolio names no limit", "write max_exposure, or remove portfolio")
        trade, all_trades = self.max_trade_notional, self.max_exposure
        if trade is not None and all_trades is not None and trade > all_trades:
            raise fault(
                f"max_trade_notional {trade} is more than max_exposure {all_trades}",
                "lower max_trade_notional, or raise max_exposure",
            )
        return self


class Blueprint(Dto):
    """Hold a blueprint whole; its name is the id of its strategy."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")] = Field(
        description="the strategy's name: small letters, digits and -"
    )
    mode: StrategyMode = Field(
        StrategyMode.SWOT, description="swot: a strategy planner decides; direct: a signal does"
    )
    symbols: Annotated[tuple[Symbol, ...], Field(min_length=1)] = Field(
        description="the symbols it trades, instruments of platform.yaml"
    )
    protection: Protection = Field(
        Protection.REQUIRED,
        description="required: every trade has a stop at the venue; none: spot accumulation",
    )
    portfolio: PortfolioSettings | None = Field(
        None, description="what it may hold in all, over all its workers; left out: the desk's limits alone"
    )
    workers: Annotated[tuple[WorkerEntry, ...], Field(min_length=1)] = Field(
        description="the workers that decide"
    )
    planners: PlannerSettings = Field(PlannerSettings(), description="the planners that plan its directives")
    direct: DirectSettings | None = Field(
        None, description="how a signal becomes a directive, in mode direct"
    )

    @field_validator("symbols")
    @classmethod
    def _symbols_differ(cls, symbols: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
        twice = next((one for place, one in enumerate(symbols) if one in symbols[:place]), None)
        if twice is not None:
            raise fault(f"{twice} is written twice", "keep one of the two")
        return symbols
