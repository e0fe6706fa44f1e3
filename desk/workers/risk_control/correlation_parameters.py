"""What a correlation monitor is told: which symbols over which bars, and how large one bet may be."""

from decimal import Decimal
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from desk.contracts.dto import Symbol
from desk.contracts.manifests import BarsNeeded, Parameters, parameter
from desk.contracts.market import ONE
from desk.workers.prices import milliseconds


class CorrelationAction(StrEnum):
    """What is done about a cluster that is full."""

    REFUSE = "refuse"
    TRIM = "trim"


class CorrelationParameters(Parameters):
    """Say which symbols are compared over which bars, and how large one bet may be."""

    symbols: tuple[Symbol, ...] = parameter(
        ..., "list of symbols", "The symbols that are compared, and blocked.", min_length=2, max_length=20
    )
    interval_ms: int = parameter(900_000, "ms", "The length of one bar.", ge=1000)
    window_bars: int = parameter(96, "bars", "The bars that are compared.", ge=10, le=500)
    min_bars: int = parameter(
        60, "bars", "With fewer bars of both, a correlation is not known.", ge=10, le=500
    )
    trip: Decimal = parameter(
        Decimal("0.8"), "correlation", "From here on two trades are one bet.", gt=0, le=1
    )
    clear: Decimal = parameter(
        Decimal("0.7"), "correlation", "Below this they no longer are; below trip.", ge=0, lt=1
    )
    max_members: int = parameter(3, "symbols", "How many symbols one bet may have.", ge=1, le=20)
    max_cluster: Decimal = parameter(
        ONE, "fraction of equity", "What one bet may be worth, all its symbols together.", gt=0, le=100
    )
    action: CorrelationAction = parameter(
        CorrelationAction.REFUSE,
        "",
        "refuse: no new risk that would join a full bet; trim: that, and reduce its newest trade.",
    )
    trim_fraction: Decimal = parameter(
        Decimal("0.25"), "fraction of the size", "What one trim takes off.", gt=0, le=1
    )
    cooldown_s: Decimal = parameter(
        Decimal(1800), "s", "The least time of a block, and the pause between two trims.", ge=0, le=604_800
    )
    check_every_s: Decimal = parameter(
        Decimal(5), "s", "How often worth is looked at; bars and fills are looked at at once.", ge=1, le=3600
    )
    max_price_age_s: Decimal = parameter(
        Decimal(60), "s", "With an older price the worth of a trade is not known.", gt=0, le=86_400
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.clear < self.trip:
            message = f"clear {self.clear} must be below trip {self.trip}"
            raise ValueError(message)
        if not self.min_bars <= self.window_bars:
            message = f"min_bars {self.min_bars} must not be above window_bars {self.window_bars}"
            raise ValueError(message)
        return self

    def bars_needed(self) -> tuple[BarsNeeded, ...]:
        """Ask for the window of each symbol, and the bar before it."""
        count = self.window_bars + 2
        return tuple(BarsNeeded(symbol, self.interval_ms, count) for symbol in self.symbols)

    def wake_every_ms(self) -> int:
        """Look also where no price comes."""
        return milliseconds(self.check_every_s)
