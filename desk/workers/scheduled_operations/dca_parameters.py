"""What a calendar buyer is told: what, when, for how much, and what is kept back."""

from decimal import Decimal

from desk.contracts.dto import Symbol
from desk.contracts.manifests import BarsNeeded, Parameters, parameter
from desk.contracts.market import ONE, ZERO
from desk.workers.prices import written
from desk.workers.scheduled_operations.accumulation import BuyMode, DipReference


class DCAParameters(Parameters):
    """Say what is bought, when, for how much, and what is kept back."""

    symbol: Symbol = parameter(..., "symbol", "What is bought.")
    schedule: str = parameter(..., "schedule name", "The schedule whose ticks buy.", min_length=1)
    notional_quote: Decimal = parameter(..., "quote", "What one period spends, or adds to the value.", gt=0)
    mode: BuyMode = parameter(
        BuyMode.FIXED,
        "",
        "fixed: always the same; value_averaging: what is lacking to a value that grows by the amount;"
        " dip_weighted: more the lower the price.",
    )
    max_multiple: Decimal = parameter(
        Decimal(2), "times the amount", "What one period spends at most, but for fixed.", ge=1, le=100
    )
    min_multiple: Decimal = parameter(
        Decimal("0.5"), "times the amount", "What dip_weighted spends without a dip.", ge=0, le=1
    )
    growth_per_period: Decimal = parameter(
        ZERO, "fraction", "What value_averaging expects the price to grow in a period.", ge=0, le=1
    )
    may_sell: bool = parameter(
        default=False, unit="", description="Let value_averaging sell what is worth more than the value."
    )
    reference: DipReference = parameter(
        DipReference.MEAN, "", "What a dip is measured from: mean of the closes, or high of the bars."
    )
    reference_bars: int = parameter(30, "bars", "How many bars the reference looks back.", ge=2, le=500)
    interval_ms: int = parameter(86_400_000, "ms", "The length of a bar of the reference.", ge=1000)
    full_dip: Decimal = parameter(
        Decimal("0.2"), "fraction of the reference", "The dip that spends max_multiple.", gt=0, lt=1
    )
    min_cash_quote: Decimal = parameter(ZERO, "quote", "Free cash that is never spent.", ge=0)
    min_spend_quote: Decimal = parameter(
        Decimal(10), "quote", "With less than this to spend the period is skipped.", gt=0
    )
    max_price: Decimal | None = parameter(
        None, "quote", "Above this price the period is skipped; unset: at any price.", gt=0
    )
    max_total_quote: Decimal | None = parameter(
        None, "quote", "What the open trades of this worker may have cost in all; unset: no limit.", gt=0
    )
    max_slippage: Decimal = parameter(
        Decimal("0.005"), "fraction of the price", "What the buy may lose against the ask.", ge=0, lt=1
    )
    grace_s: int = parameter(3600, "s", "A period seen later than this is skipped.", ge=0)
    max_price_age_s: Decimal = parameter(Decimal(60), "s", "An older price skips the period.", gt=0)

    def bars_needed(self) -> tuple[BarsNeeded, ...]:
        """Ask for the bars of the reference, where dips weigh."""
        if self.mode is not BuyMode.DIP_WEIGHTED:
            return ()
        return (BarsNeeded(self.symbol, self.interval_ms, self.reference_bars),)

    def cautions(self) -> tuple[str, ...]:
        """Warn of an amount that is never enough to be spent."""
        most = self.notional_quote * (ONE if self.mode is BuyMode.FIXED else self.max_multiple)
        total = self.max_total_quote
        least = written(self.min_spend_quote)
        if most < self.min_spend_quote:
            what = f"a period spends {written(most)} at most"
        elif total is not None and total < self.min_spend_quote:
            what = f"max_total_quote is {written(total)}"
        else:
            return ()
        return (f"{what}, and with less than {least} it is skipped: nothing is bought",)
