"""What the operator may set of the paper exchange."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from desk.contracts.dto import Dto, Fraction, NotNegative, Positive
from desk.contracts.market import ZERO

Currency = Annotated[str, Field(pattern=r"^[A-Z0-9]+$")]
"""A currency code such as `USDT`."""


class PaperSettings(Dto):
    """Describe the account and the market's manners."""

    opening_balances: dict[Currency, NotNegative] = Field(
        default={"USDT": Decimal(10000)},
        description="what a new account starts with, by currency; an account that exists keeps its own",
    )
    latency_ms: int = Field(
        default=0,
        ge=0,
        le=60000,
        description="how long a request takes to the exchange, and an answer or event back",
        json_schema_extra={"unit": "ms"},
    )
    slippage: Fraction = Field(
        default=Decimal("0.0005"),
        description="how much worse than the touch a taker fills, as a fraction of the price",
        json_schema_extra={"unit": "fraction"},
    )
    partial_fill_fraction: Fraction = Field(
        default=ZERO,
        description="at most this share of a tick's size fills one order, by seeded chance; 0 fills in full",
        json_schema_extra={"unit": "fraction"},
    )
    max_fill_base: Positive | None = Field(
        default=None,
        description="the most one order fills per tick; leave it out for no bound",
        json_schema_extra={"unit": "base"},
    )
