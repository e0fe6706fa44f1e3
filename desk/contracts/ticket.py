"""What a trade of the operator's hand would be, before it is sent."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TradePreview:
    """Show the plans of an `OpenTrade` and the gate's answer; nothing was written and nothing was sent.

    Prices and money in quote, `risk_fraction` of equity; None where it cannot be known. `refused_by` is
    empty where the gate approves.
    """

    size_base: Decimal | None
    entry_price: Decimal | None
    stop_price: Decimal | None
    take_profit_price: Decimal | None
    notional_quote: Decimal | None
    risk_quote: Decimal | None
    risk_fraction: Decimal | None
    reward_risk: Decimal | None
    fees_quote: Decimal | None
    refused_by: str
    reason: str

    @property
    def is_approved(self) -> bool:
        """Whether the gate would let it through at this moment."""
        return not self.refused_by
