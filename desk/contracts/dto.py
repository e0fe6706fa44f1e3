"""The base of every message that crosses a boundary, and the value types its fields use."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Fraction = Annotated[Decimal, Field(ge=0, le=1)]
"""A share in [0, 1]; 0.01 is one percent."""

Positive = Annotated[Decimal, Field(gt=0)]
"""A finite amount above zero."""

NotNegative = Annotated[Decimal, Field(ge=0)]
"""A finite amount of zero or more."""

Currency = Annotated[str, Field(pattern=r"^[A-Z0-9]{2,12}$", description="2 to 12 capitals or digits")]
"""A currency code in capitals."""

Symbol = Annotated[
    str,
    Field(
        pattern=r"^[A-Z0-9]+/[A-Z0-9]+(:[A-Z0-9]+)?$",
        description="a symbol, such as BTC/USDT or BTC/USDT:USDT",
    ),
]
"""A ccxt unified symbol: `BTC/USDT` is spot, `BTC/USDT:USDT` a perpetual settled in USDT."""


class Dto(BaseModel):
    """Refuse unknown keys, silent coercion, NaN and change after construction."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
