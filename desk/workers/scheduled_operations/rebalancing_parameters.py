"""What a rebalancer is told: the weights, when it looks, how far they may drift, and its limits."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from desk.contracts.dto import Dto, Symbol
from desk.contracts.manifests import Parameters, parameter
from desk.contracts.market import ONE, ZERO
from desk.workers.prices import written


class TargetWeight(Dto):
    """Hold one symbol at this share of the equity; below zero is short, for perpetuals alone."""

    symbol: Symbol = Field(description="What is held.")
    weight: Annotated[Decimal, Field(ge=-10, le=10)] = Field(
        description="Its share of the equity, short below zero."
    )


class RebalancingParameters(Parameters):
    """Say which weights are wanted, when they are looked at, and how far they may drift."""

    targets: tuple[TargetWeight, ...] = parameter(
        ..., "symbol and fraction of the equity", "What is held: a list of {symbol, weight}.", min_length=1
    )
    schedule: str = parameter(
        ..., "schedule name", "The schedule whose ticks look at the weights.", min_length=1
    )
    max_gross: Decimal = parameter(
        ONE, "fraction of the equity", "What all weights, shorts by their size, and cash_weight add up to.",
        gt=0, le=10,
    )  # fmt: skip
    cash_weight: Decimal = parameter(
        ZERO, "fraction of the equity", "The share that stays cash.", ge=0, le=1, validate_default=True
    )
    abs_band: Decimal = parameter(
        Decimal("0.05"), "fraction of the equity", "A weight may drift so far from its target.", ge=0, lt=1
    )
    rel_band: Decimal = parameter(
        Decimal("0.25"), "fraction of the target", "Or so far, whichever is more.", ge=0, lt=1
    )
    min_trade: Decimal = parameter(Decimal(10), "account currency", "A smaller trade is left out.", ge=0)
    max_turnover: Decimal = parameter(
        ONE, "fraction of the equity", "What one run trades at most, in all.", gt=0, le=20
    )
    stop_fraction: Decimal | None = parameter(
        None, "fraction of the price", "The stop of a new trade; unset: the exit planner's.", gt=0, lt=1
    )
    max_slippage: Decimal = parameter(
        Decimal("0.005"), "fraction of the price", "What a trade may lose against the quote.", ge=0, lt=1
    )
    dry_run: bool = parameter(
        default=False, unit="", description="Only say what it would do, as the reason of a skipped period."
    )
    run_timeout_s: int = parameter(
        600, "s", "A run whose buys cannot be issued for so long is given up.", ge=1, le=86_400
    )
    grace_s: int = parameter(3600, "s", "A period seen later than this is skipped.", ge=0)
    max_price_age_s: Decimal = parameter(Decimal(60), "s", "An older price skips the run.", gt=0)

    @property
    def symbol(self) -> str:
        """The symbol that a run is claimed under: the first target's."""
        return self.targets[0].symbol

    @field_validator("targets")
    @classmethod
    def _can_be_held(cls, targets: tuple[TargetWeight, ...]) -> tuple[TargetWeight, ...]:
        seen: set[str] = set()
        for one in targets:
            if one.symbol in seen:
                message = f"{one.symbol} has two weights"
                raise ValueError(message)
            if one.weight < 0 and ":" not in one.symbol:
                message = f"{one.symbol} is spot and cannot be held short"
                raise ValueError(message)
            seen.add(one.symbol)
        return targets

    @field_validator("cash_weight")
    @classmethod
    def _add_up(cls, cash: Decimal, given: ValidationInfo) -> Decimal:
        targets, whole = given.data.get("targets"), given.data.get("max_gross")
        if targets is None or whole is None:
            return cash
        gross = sum((abs(one.weight) for one in targets), ZERO)
        if gross + cash == whole:
            return cash
        left = whole - gross
        meant = (
            f"cash_weight is {written(left)} or the weights are wrong"
            if 0 <= left <= 1
            else "the weights are wrong"
        )
        said = f"the weights add up to {written(gross)} and cash_weight is {written(cash)}"
        message = f"{said}: together that must be {written(whole)}, so {meant}"
        raise ValueError(message)

    def wake_every_ms(self) -> int:
        """Ask to be woken, so that a run goes on where no price comes."""
        return 5_000
