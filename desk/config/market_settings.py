"""The models of `instruments` and `feed`: what can be traded, and where prices come from."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from desk.config.faults import fault
from desk.contracts.dto import Dto, Fraction, NotNegative, Positive, Symbol
from desk.contracts.market import Instrument, InstrumentKind


class InstrumentSettings(Dto):
    """Declare one symbol's filters: steps and minima in base and quote, fees as fractions of notional."""

    symbol: Symbol = Field(description="a ccxt unified symbol: BTC/USDT is spot, BTC/USDT:USDT a perpetual")
    kind: InstrumentKind = Field(description="spot or perpetual")
    price_step: Positive = Field(description="the price step, in quote, above 0")
    size_step: Positive = Field(description="the lot, in base, above 0")
    min_size_base: Positive = Field(description="the smallest order, in base, above 0")
    min_notional_quote: NotNegative = Field(description="the smallest order, in quote, 0 or more")
    maker_fee: Annotated[Decimal, Field(gt=-1, lt=1)] = Field(
        description="the fee of a resting order, as a fraction of notional; below 0 is a rebate"
    )
    taker_fee: Annotated[Decimal, Field(ge=0, lt=1)] = Field(
        description="the fee of an order that meets the market, as a fraction of notional from 0"
    )
    max_size_base: Positive | None = Field(None, description="the largest order, in base, above 0")
    max_leverage: Annotated[Decimal, Field(ge=1)] = Field(
        Decimal(1), description="the largest leverage, 1 or more"
    )

    @model_validator(mode="after")
    def _symbol_matches_kind(self) -> Self:
        pair, _, settle = self.symbol.partition(":")
        quote = pair.partition("/")[2]
        if (self.kind is InstrumentKind.PERPETUAL) != bool(settle):
            other = f"{pair}:{quote}" if not settle else pair
            raise fault(f"{self.symbol} is no {self.kind} symbol", f"write {other}, or the other kind")
        if settle and settle != quote:
            raise fault(f"{self.symbol} does not settle in its quote", f"write {pair}:{quote}")
        if self.kind is InstrumentKind.SPOT and self.max_leverage != 1:
            raise fault("spot has no leverage", "remove max_leverage")
        return self

    def instrument(self) -> Instrument:
        """Return the instrument as the desk and the paper exchange know it."""
        base, _, quote = self.symbol.partition(":")[0].partition("/")
        return Instrument(
            symbol=self.symbol,
            kind=self.kind,
            base=base,
            quote=quote,
            price_step=self.price_step,
            size_step=self.size_step,
            min_size_base=self.min_size_base,
            min_notional_quote=self.min_notional_quote,
            maker_fee=self.maker_fee,
            taker_fee=self.taker_fee,
            max_size_base=self.max_size_base,
            max_leverage=self.max_leverage,
        )


class SyntheticSymbol(Dto):
    """Shape one seeded price path."""

    start_price: Positive = Field(description="the first price, in quote, above 0")
    annual_volatility: NotNegative = Field(
        Decimal("0.8"), description="the yearly standard deviation of returns, as a fraction from 0"
    )
    jump_probability: Fraction = Field(
        Decimal("0.001"), description="the chance that a tick jumps, from 0 to 1"
    )
    jump_size: Fraction = Field(
        Decimal("0.005"), description="the standard deviation of a jump, as a fraction from 0 to 1"
    )
    spread_fraction: Fraction = Field(
        Decimal("0.0002"), description="ask minus bid, as a fraction of the price from 0 to 1"
    )
    market_share: Fraction = Field(
        Decimal(0), description="the part of the moves' variance shared with the other symbols, from 0 to 1"
    )


class SyntheticSettings(Dto):
    """Make prices: the same seed makes the same ones."""

    seed: Annotated[int, Field(ge=0)] = Field(description="the seed, a whole number from 0")
    interval_ms: Annotated[int, Field(gt=0)] = Field(
        description="the time between two ticks of a symbol, in milliseconds above 0"
    )
    symbols: Mapping[Symbol, SyntheticSymbol] = Field(min_length=1, description="the symbols that get prices")


class ReplaySettings(Dto):
    """Play recorded prices."""

    speed: Literal["as_fast"] | Annotated[Decimal, Field(gt=0)] = Field(
        "as_fast", description="as_fast, or how many times the recorded speed, above 0"
    )
    files: Mapping[Symbol, Annotated[str, Field(min_length=1)]] = Field(
        {}, description="the files to play, as SYMBOL: path"
    )


class ConnectorFeedSettings(Dto):
    """Take the exchange's own prices."""

    symbols: Annotated[tuple[Symbol, ...], Field(min_length=1)] = Field(
        description="symbols to watch besides those of the blueprints and of what is held"
    )


class FeedSettings(Dto):
    """Choose where prices come from."""

    name: Literal["synthetic", "replay", "connector"] = Field(
        "connector", description="where prices come from: synthetic, replay or connector"
    )
    synthetic: SyntheticSettings | None = Field(None, description="the seeded feed's settings")
    replay: ReplaySettings | None = Field(None, description="the recorded feed's settings")
    connector: ConnectorFeedSettings | None = Field(None, description="more symbols to watch at the exchange")
