"""What the operator may set of the embedded exchange: configuration checks it, the exchange obeys it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from desk.contracts.dto import Currency, Dto, Fraction, NotNegative, Positive


class PaperSettings(Dto):
    """Set the embedded exchange up."""

    opening_balances: Mapping[Currency, NotNegative] = Field(
        min_length=1,
        description="what a new account starts with, as CURRENCY: amount; one that exists keeps its own",
    )
    latency_ms: Annotated[int, Field(ge=0, le=60_000)] = Field(
        20,
        description="how long a request or an answer is on its way, in milliseconds up to 60000",
    )
    slippage: Fraction = Field(
        Decimal("0.0002"),
        description="how much worse than the touch a market order fills, as a fraction from 0 to 1",
    )
    partial_fill_fraction: Fraction = Field(
        Decimal(0),
        description="the share of a tick's size that can fill an order, up to 1; 0 for no such bound",
    )
    max_fill_base: Positive | None = Field(
        None, description="the largest size filled at once, in base, above 0"
    )
