"""The chain of ids that answers "why?": it starts with a birth and only grows."""

from typing import Annotated, Self

from pydantic import AliasChoices, BeforeValidator, Field, model_validator

from desk.contracts.dto import Dto
from desk.contracts.ids import (
    ContextId,
    DirectiveId,
    EntryPlanId,
    ExecutionDirectiveId,
    ExitPlanId,
    FillId,
    ManualId,
    NewsId,
    OpportunityId,
    RoutingPlanId,
    ScheduleId,
    SizePlanId,
    ThreatId,
    TickId,
    TypedId,
)

PlanId = EntryPlanId | SizePlanId | ExitPlanId | RoutingPlanId

_PLURAL: dict[type[TypedId], str] = {
    ContextId: "context_ids",
    OpportunityId: "opportunity_ids",
    ThreatId: "threat_ids",
    EntryPlanId: "plan_ids",
    SizePlanId: "plan_ids",
    ExitPlanId: "plan_ids",
    RoutingPlanId: "plan_ids",
    FillId: "fill_ids",
}
_SINGULAR: dict[type[TypedId], str] = {
    TickId: "tick_id",
    ScheduleId: "schedule_id",
    NewsId: "news_id",
    ManualId: "manual_id",
    DirectiveId: "directive_id",
    ExecutionDirectiveId: "execution_directive_id",
}
_BIRTHS = ("tick_id", "schedule_id", "news_id", "manual_id")
_SIGNALS_AND_RESULTS = ("context_ids", "opportunity_ids", "threat_ids", "order_ids", "fill_ids")


def _several(told: object) -> object:
    """Read the one assessment that journals named before a chain could name several."""
    if told is None:
        return ()
    return tuple(told) if isinstance(told, list) else (told,) if isinstance(told, str) else told


ContextIds = Annotated[
    tuple[ContextId, ...],
    BeforeValidator(_several),
    Field(validation_alias=AliasChoices("context_ids", "context_assessment_id")),
]
"""The assessments that a decision was weighed with."""


class CausalityChain(Dto):
    """Name everything that led here, by id; at least one birth (tick, schedule, news, operator)."""

    tick_id: TickId | None = None
    schedule_id: ScheduleId | None = None
    news_id: NewsId | None = None
    manual_id: ManualId | None = None
    context_ids: ContextIds = ()
    opportunity_ids: tuple[OpportunityId, ...] = ()
    threat_ids: tuple[ThreatId, ...] = ()
    directive_id: DirectiveId | None = None
    plan_ids: tuple[PlanId, ...] = ()
    execution_directive_id: ExecutionDirectiveId | None = None
    order_ids: tuple[str, ...] = ()
    fill_ids: tuple[FillId, ...] = ()

    @model_validator(mode="after")
    def _has_a_birth(self) -> Self:
        if not (self.tick_id or self.schedule_id or self.news_id or self.manual_id):
            message = "a causality chain starts with a tick, a schedule, a news item or the operator"
            raise ValueError(message)
        return self

    @classmethod
    def born(cls, birth: TickId | ScheduleId | NewsId | ManualId) -> Self:
        """Start a chain at its birth."""
        return cls.model_validate({_SINGULAR[type(birth)]: birth})

    def extended(self, *causes: TypedId, order_ids: tuple[str, ...] = ()) -> Self:
        """Return a copy that also names `causes`; nothing named before is lost.

        Raises ValueError where a cause would replace another of its kind.
        """
        changes: dict[str, object] = {}
        for cause in causes:
            self._grow(changes, cause)
        fresh = tuple(order for order in order_ids if order not in self.order_ids)
        if fresh:
            changes["order_ids"] = self.order_ids + fresh
        return self.model_copy(update=changes) if changes else self

    def _grow(self, changes: dict[str, object], cause: TypedId) -> None:
        plural = _PLURAL.get(type(cause))
        if plural is not None:
            present = changes.get(plural, getattr(self, plural))
            assert isinstance(present, tuple)  # noqa: S101 - narrows for mypy; plural fields are tuples
            if cause not in present:
                changes[plural] = (*present, cause)
            return
        name = _SINGULAR.get(type(cause))
        if name is None:
            message = f"{cause} is a result, not a cause"
            raise ValueError(message)
        present = changes.get(name, getattr(self, name))
        if present is not None and present != cause:
            message = f"{name} is already {present}; a chain grows and never changes"
            raise ValueError(message)
        changes[name] = cause

    def caused_by(self, earlier: "CausalityChain") -> Self:
        """Return a copy with the births, signals, orders and fills of `earlier` added.

        Its directive and plans stay behind: they belong to the flow they are of.
        """
        own = {name: getattr(self, name) or getattr(earlier, name) for name in _BIRTHS}
        for name in _SIGNALS_AND_RESULTS:
            added = [item for item in getattr(earlier, name) if item not in getattr(self, name)]
            own[name] = (*getattr(self, name), *added)
        return self.model_copy(update=own)

    def in_flow(self, directive_id: DirectiveId) -> Self:
        """Return a copy that names the directive whose flow it runs in, and no plan of another flow."""
        if self.directive_id == directive_id:
            return self
        changes = {"directive_id": directive_id, "plan_ids": (), "execution_directive_id": None}
        return self.model_copy(update=changes)

    def ids(self) -> tuple[str, ...]:
        """List every id of the chain, births first."""
        singles = [getattr(self, name) for name in _SINGULAR.values()]
        signals = [*self.context_ids, *self.opportunity_ids, *self.threat_ids]
        plurals = [*signals, *self.plan_ids, *self.order_ids, *self.fill_ids]
        return tuple(one for one in [*singles, *plurals] if one is not None)
