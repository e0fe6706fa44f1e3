"""What a SWOT planner is told: how sure a decision must be, what it risks, and where it leaves."""

from decimal import Decimal
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from desk.contracts.manifests import BarsNeeded, parameter
from desk.contracts.market import ONE
from desk.workers.bars import BarParameters

_SETTLES_IN = 4
"""Periods of history: after that many, what the average was seeded with weighs less than 2 %."""


class Reversal(StrEnum):
    """What an opportunity against an open trade does."""

    IGNORE = "ignore"
    CLOSE = "close"


class SwotParameters(BarParameters):
    """Say how sure a decision must be, what it risks, and where it leaves.

    The bars are those of the average true range; with `stop_fraction` none are read.
    """

    threshold: Decimal = parameter(
        Decimal("0.6"), "score", "The weakest of the four confrontations must reach this.", gt=0, le=1
    )
    threat_memory_s: Decimal = parameter(
        Decimal(900), "s", "How long a threat counts after it was last raised, where it names no end.", gt=0
    )
    max_context_age_s: Decimal | None = parameter(
        None, "s", "An older assessment counts no more; unset: it stands until the next of its source.", gt=0
    )
    account_risk_fraction: Decimal | None = parameter(
        None, "fraction of equity", "What a trade may lose at its stop; this or max_risk_quote.", gt=0, le=1
    )
    max_risk_quote: Decimal | None = parameter(
        None, "quote", "What a trade may lose at its stop; this or account_risk_fraction.", gt=0
    )
    stop_fraction: Decimal | None = parameter(
        None, "fraction of the entry", "The distance of the stop; this or stop_atr_multiple.", gt=0, lt=1
    )
    stop_atr_multiple: Decimal | None = parameter(
        None, "average true ranges", "The distance of the stop; this or stop_fraction.", gt=0
    )
    atr_bars: int = parameter(14, "bars", "The period of the average true range.", ge=1, le=1000)
    risk_reward_ratio: Decimal = parameter(
        Decimal(2), "stop distances", "The distance of the profit target.", gt=0
    )
    timing_preference: Decimal = parameter(
        ONE, "0 to 1", "1 enters at once, 0 waits for a price.", ge=0, le=1
    )
    execution_urgency: Decimal = parameter(ONE, "0 to 1", "1 sends at the market.", ge=0, le=1)
    max_slippage: Decimal = parameter(
        Decimal("0.005"), "fraction of the price", "What the entry may lose on the way.", ge=0, lt=1
    )
    reverse: Reversal = parameter(
        Reversal.IGNORE, "", "close: an opportunity against an open trade closes it; ignore: it does nothing."
    )
    cooldown_s: Decimal = parameter(Decimal(60), "s", "The pause between two decisions on a symbol.", ge=0)
    max_price_age_s: Decimal = parameter(Decimal(5), "s", "On an older price nothing is decided.", gt=0)

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        for one, other in (
            ("account_risk_fraction", "max_risk_quote"),
            ("stop_fraction", "stop_atr_multiple"),
        ):
            if (getattr(self, one) is None) == (getattr(self, other) is None):
                message = f"give {one} or {other}, one of them"
                raise ValueError(message)
        return self

    @property
    def warm_up_bars(self) -> int:
        """As many as settle the average true range: it is of them alone, however many others keep."""
        return _SETTLES_IN * self.atr_bars + 1

    def bars_needed(self) -> tuple[BarsNeeded, ...]:
        """Ask for bars where the stop is measured by them."""
        return () if self.stop_atr_multiple is None else super().bars_needed()
