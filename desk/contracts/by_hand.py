"""What only the operator's own hand asks of a trade: it needs no plan, and takes the same way as all else."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from desk.contracts.dto import Dto, Positive
from desk.contracts.orders import Leg


class EntryChange(Dto):
    """Change one entry that rests; with neither price (quote) nor whole size (base) it is cancelled.

    Without a `client_order_id` it cancels every entry of the targets.
    """

    client_order_id: Annotated[str, Field(min_length=1)] | None = None
    limit_price: Positive | None = None
    size_base: Positive | None = None

    @model_validator(mode="after")
    def _one_order_is_amended(self) -> Self:
        if self.client_order_id is None and not self.cancels:
            message = "a new price or size is for one order: name its client_order_id"
            raise ValueError(message)
        return self

    @property
    def cancels(self) -> bool:
        """Whether the order is to go rather than to change."""
        return self.limit_price is None and self.size_base is None


class ByHand(Dto):
    """Ask one thing: `withdraws` a stop or target, take an EXTERNAL trade over, or change an entry.

    An adoption comes with an exit_directive that names the stop; the others need no plan.
    """

    adopts: bool = False
    withdraws: Leg | None = None
    entry: EntryChange | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        asked = (self.adopts, self.withdraws is not None, self.entry is not None)
        if sum(asked) != 1:
            message = "one command by hand asks one thing: an adoption, a withdrawal or a change of an entry"
            raise ValueError(message)
        if self.withdraws is not None and not self.withdraws.is_protective:
            message = f"only a stop or a target is withdrawn, not a {self.withdraws} order"
            raise ValueError(message)
        return self

    @property
    def is_repeatable(self) -> bool:
        """Whether doing it again after a restart ends the same: what takes away, not what sends."""
        return self.withdraws is not None or self.cancels_entries

    @property
    def cancels_entries(self) -> bool:
        """Whether it does nothing but cancel entries."""
        return self.entry is not None and self.entry.cancels
