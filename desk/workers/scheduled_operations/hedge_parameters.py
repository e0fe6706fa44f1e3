"""What a hedger is told: what it hedges, with what, how closely, and within which limits."""

from decimal import Decimal
from enum import StrEnum

from pydantic import ValidationInfo, field_validator

from desk.contracts.assets import base_of
from desk.contracts.dto import Symbol
from desk.contracts.manifests import BarsNeeded, Parameters, parameter
from desk.contracts.market import ONE


class HedgeMode(StrEnum):
    """What counts as exposure: trades on the same base, one to one; or every trade by its beta."""

    DELTA = "delta"
    BETA = "beta"


class HedgeParameters(Parameters):
    """Say what is hedged with what, how closely, and within which limits."""

    instrument: Symbol = parameter(..., "symbol", "What it hedges with: a perpetual, to hedge longs.")
    max_notional: Decimal = parameter(..., "account currency", "What the hedge is worth at most.", gt=0)
    mode: HedgeMode = parameter(
        HedgeMode.DELTA,
        "",
        "delta: trades on the instrument's base, one to one; beta: every trade, by how it moves with it.",
    )
    symbols: tuple[Symbol, ...] = parameter(
        (),
        "symbols",
        "The symbols whose trades are hedged; beta needs them. Empty: all.",
        validate_default=True,
    )
    own_strategy_only: bool = parameter(
        default=False, unit="", description="Hedge the trades of its own blueprint alone, not the account's."
    )
    ratio: Decimal = parameter(ONE, "fraction of the exposure", "How much of it is hedged.", gt=0, le=2)
    band: Decimal = parameter(
        Decimal("0.1"), "fraction of the exposure", "The hedge may be so far off.", ge=0, lt=1
    )
    min_trade: Decimal = parameter(Decimal(10), "account currency", "A smaller change is left out.", ge=0)
    min_abs_correlation: Decimal = parameter(
        Decimal("0.6"), "correlation", "For beta: with less than this a trade cannot be hedged.", ge=0, le=1
    )
    interval_ms: int = parameter(900_000, "ms", "For beta: the length of a bar.", ge=1000)
    lookback_bars: int = parameter(96, "bars", "For beta: how many bars are looked at.", ge=3, le=2000)
    min_bars: int = parameter(60, "returns", "For beta: how many returns there must be.", ge=2, le=2000)
    max_cost: Decimal | None = parameter(
        None, "account currency", "What adjusting may cost within the window; unset: no limit.", gt=0
    )
    cost_window_s: int = parameter(86_400, "s", "The window of the cost limit.", ge=1)
    stop_fraction: Decimal | None = parameter(
        Decimal("0.1"),
        "fraction of the price",
        "The stop of the hedge; unset: the exit planner's.",
        gt=0,
        lt=1,
    )
    max_slippage: Decimal = parameter(
        Decimal("0.005"), "fraction of the price", "What a trade may lose against the quote.", ge=0, lt=1
    )
    cooldown_s: Decimal = parameter(Decimal(60), "s", "The pause between two changes of the hedge.", ge=0)
    after_stop_s: int = parameter(
        3600, "s", "How long it stays away when its hedge was closed by a stop or another hand.", ge=0
    )
    check_every_s: Decimal = parameter(ONE, "s", "How often it looks.", ge=Decimal("0.1"), le=3600)
    max_price_age_s: Decimal = parameter(Decimal(5), "s", "With an older price it does nothing.", gt=0)

    @field_validator("symbols")
    @classmethod
    def _bars_have_symbols(cls, symbols: tuple[str, ...], given: ValidationInfo) -> tuple[str, ...]:
        if given.data.get("mode") is HedgeMode.BETA and not symbols:
            message = "mode beta reads bars: name the symbols"
            raise ValueError(message)
        return symbols

    @field_validator("min_bars")
    @classmethod
    def _can_be_there(cls, least: int, given: ValidationInfo) -> int:
        lookback = given.data.get("lookback_bars")
        if lookback is not None and not least < lookback:
            message = f"{lookback} bars have {lookback - 1} returns; write less than lookback_bars"
            raise ValueError(message)
        return least

    @property
    def base(self) -> str:
        """The base of the hedge instrument."""
        return base_of(self.instrument)

    def bars_needed(self) -> tuple[BarsNeeded, ...]:
        """Ask for the bars of the instrument and of what is hedged by its beta."""
        if self.mode is not HedgeMode.BETA:
            return ()
        others = (one for one in self.symbols if base_of(one) != self.base)
        names = dict.fromkeys((self.instrument, *others))
        return tuple(BarsNeeded(one, self.interval_ms, self.lookback_bars) for one in names)

    def wake_every_ms(self) -> int:
        """Ask to be woken, so that a hedge follows where no price comes."""
        return max(int(self.check_every_s * 1000), 1000)

    def cautions(self) -> tuple[str, ...]:
        """Warn of a hedge that can only ever be bought, and of one that can never be opened."""
        name = self.instrument
        if ":" not in name:
            return (f"{name} is spot: it can hedge shorts by being bought, and never a long",)
        if {*self.symbols} == {name}:
            return (f"{name} has one side per account: no trade on it can be hedged with it",)
        return ()
