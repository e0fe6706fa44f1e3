"""What planners answer. Every plan carries the directive and the target it answers."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from desk.contracts.dto import Dto, Fraction, NotNegative, Positive, Symbol
from desk.contracts.ids import DirectiveId, EntryPlanId, ExitPlanId, RoutingPlanId, SizePlanId, TradeId
from desk.contracts.sides import OrderSide


class PlanRole(StrEnum):
    """The four questions a directive is planned by."""

    ENTRY = "entry"
    SIZE = "size"
    EXIT = "exit"
    ROUTING = "routing"


class EntryType(StrEnum):
    """How an entry meets the market."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP_LIMIT = "STOP_LIMIT"


class RoutingTiming(StrEnum):
    """When the parts of an order are sent."""

    IMMEDIATE = "IMMEDIATE"
    TWAP = "TWAP"
    LAYERED = "LAYERED"
    PATIENT = "PATIENT"


class TimeInForce(StrEnum):
    """How long an order may rest."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class EntryPlan(Dto):
    """Enter `symbol` in `direction`; `reference_price` is what the decision was made on, in quote."""

    plan_id: EntryPlanId
    directive_id: DirectiveId
    target_id: TradeId
    planner: str
    symbol: Symbol
    direction: OrderSide
    order_type: EntryType
    reference_price: Positive
    limit_price: Positive | None = None
    stop_price: Positive | None = None
    valid_until_ms: int | None = None

    @model_validator(mode="after")
    def _prices_match_type(self) -> Self:
        needs_limit = self.order_type is not EntryType.MARKET
        needs_stop = self.order_type is EntryType.STOP_LIMIT
        if needs_limit != (self.limit_price is not None) or needs_stop != (self.stop_price is not None):
            message = f"{self.order_type} entry has limit {self.limit_price} and stop {self.stop_price}"
            raise ValueError(message)
        return self

    @property
    def expected_price(self) -> Positive:
        """The price the entry is planned to happen at; of one that follows a trigger, the worst."""
        return self.limit_price or self.reference_price

    @property
    def first_price(self) -> Positive:
        """The price at which the entry begins: its trigger where it has one, else the planned price."""
        return self.stop_price or self.expected_price


class SizePlan(Dto):
    """Hold `position_size_base` in all: an absolute target, so the delta is found at execution.

    `risk_amount_quote` is what the stop would lose, zero where the trade has no stop.
    """

    plan_id: SizePlanId
    directive_id: DirectiveId
    target_id: TradeId
    planner: str
    position_size_base: NotNegative
    position_value_quote: NotNegative
    risk_amount_quote: NotNegative
    leverage: Annotated[Positive, Field(ge=1)]


class ExitPlan(Dto):
    """Leave at `stop_loss_price` or `take_profit_price`; a static picture, trailing is a new directive.

    A new trade is left `hold_for_ms` after its first fill at the latest. In a MODIFY what is absent stays as
    it is.
    """

    plan_id: ExitPlanId
    directive_id: DirectiveId
    target_id: TradeId
    planner: str
    stop_loss_price: Positive | None = None
    take_profit_price: Positive | None = None
    hold_for_ms: Annotated[int, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.stop_loss_price is None and self.take_profit_price is None and self.hold_for_ms is None:
            message = "an exit plan has a stop, a target, a time, or several of them"
            raise ValueError(message)
        return self


class RoutingPlan(Dto):
    """Send at `timing`, accept at most `max_slippage` (fraction of the reference price).

    A TWAP sends `slices` parts, evenly over `duration_ms`.
    """

    plan_id: RoutingPlanId
    directive_id: DirectiveId
    target_id: TradeId
    planner: str
    timing: RoutingTiming
    time_in_force: TimeInForce
    urgency: Fraction
    max_slippage: Fraction
    iceberg: bool = False
    duration_ms: Annotated[int, Field(gt=0)] | None = None
    slices: Annotated[int, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _slices_match_timing(self) -> Self:
        is_sliced = self.duration_ms is not None and self.slices is not None
        if is_sliced is not (self.timing is RoutingTiming.TWAP):
            message = f"{self.timing} routing has duration_ms {self.duration_ms} and slices {self.slices}"
            raise ValueError(message)
        return self


Plan = EntryPlan | SizePlan | ExitPlan | RoutingPlan


class PlanRejected(Dto):
    """Report a plan that the aggregator did not take: stale, foreign, or one too many."""

    plan_id: str
    directive_id: DirectiveId
    target_id: TradeId
    role: PlanRole
    planner: str
    reason: Annotated[str, Field(min_length=1)]
