"""What may be set of the local exchange."""

from decimal import Decimal
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from connectors.sandbox.faults import FaultOrder
from connectors.sandbox.limits import LimitSettings
from connectors.sandbox.listings import SETTLED_IN
from connectors.sandbox.setting_faults import wrong
from desk.contracts.dto import Dto, Fraction, NotNegative, Positive, Symbol

DEFAULT_KEY: Final = "sandboxkey"
DEFAULT_SECRET: Final = "sandboxsecret"  # noqa: S105 - it opens play money, and is printed at start

Currency = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,12}$")]


class KeySettings(Dto):
    """Describe an account by the key that opens it."""

    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,64}$")] = Field(description="the API key")
    secret: Annotated[str, Field(min_length=1, max_length=128)] = Field(description="its secret")
    may_trade: bool = Field(default=True, description="whether it may place orders")
    may_withdraw: bool = Field(default=False, description="whether it may withdraw, which a desk refuses")


class SymbolSettings(Dto):
    """Describe what is traded, and the price it starts from."""

    symbol: Symbol = Field(description="the desk's name: BTC/USDT is spot, BTC/USDT:USDT a perpetual")
    start_price: Positive = Field(description="the price at the start, in quote")
    price_step: Positive = Field(description="the smallest change of a price")
    size_step: Positive = Field(description="the smallest change of a size, in base")
    min_size_base: Positive = Field(description="the smallest order, in base")
    min_notional_quote: NotNegative = Field(default=Decimal(5), description="the smallest order, in quote")
    max_leverage: Positive = Field(default=Decimal(20), description="the highest leverage of perpetuals")
    maker_fee: Annotated[Decimal, Field(gt=-1, lt=1)] = Field(
        default=Decimal("0.0002"), description="a share of what is traded, as a fraction"
    )
    taker_fee: Annotated[Decimal, Field(gt=-1, lt=1)] = Field(
        default=Decimal("0.00055"), description="a share of what is traded, as a fraction"
    )
    annual_volatility: Annotated[Decimal, Field(ge=0, le=20)] = Field(
        default=Decimal("0.6"), description="how far a year moves it, as a fraction"
    )

    @model_validator(mode="after")
    def _settles_here(self) -> Self:
        if ":" in self.symbol and not self.symbol.endswith(f"/{SETTLED_IN}:{SETTLED_IN}"):
            raise wrong(f"{self.symbol} does not settle in {SETTLED_IN}", "write BASE/USDT:USDT")
        return self


class SandboxSettings(Dto):
    """Describe the exchange: its market, its accounts, its limits, and the faults it begins with."""

    seed: int = Field(
        default=1, ge=0, description="a number from 0: the same gives the same prices and chances"
    )
    wanders: bool = Field(default=True, description="whether prices go on by themselves, or stand until set")
    speed: Positive = Field(default=Decimal(1), description="how many times as fast prices live")
    interval_ms: int = Field(
        default=250,
        ge=10,
        le=60_000,
        description="how often a price is told",
        json_schema_extra={"unit": "ms"},
    )
    symbols: tuple[SymbolSettings, ...] = Field(default=(), description="what is traded; else six usual ones")
    keys: tuple[KeySettings, ...] = Field(
        default=(KeySettings(key=DEFAULT_KEY, secret=DEFAULT_SECRET),),
        description="the keys, one account for each",
    )
    opening_balances: dict[Currency, NotNegative] = Field(
        default={"USDT": Decimal(100_000)}, description="what each account starts with"
    )
    spread: Fraction = Field(
        default=Decimal("0.0001"), description="how far bid and ask are apart, as a fraction"
    )
    slippage: Fraction = Field(
        default=Decimal("0.0002"), description="how much worse than the touch takers fill, as a fraction"
    )
    funding_rate: Annotated[Decimal, Field(gt=-1, lt=1)] = Field(
        default=Decimal("0.0001"), description="what is paid every eight hours, as a fraction"
    )
    limits: LimitSettings = Field(default=LimitSettings(), description="how many requests a second, by kind")
    faults: tuple[FaultOrder, ...] = Field(default=(), description="what goes wrong, and when")
