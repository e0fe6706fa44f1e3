"""What the operator may set of an exchange reached through ccxt."""

from enum import StrEnum

from pydantic import Field, SecretStr

from desk.contracts.dto import Dto
from desk.contracts.states import TradingMode


class MarketChoice(StrEnum):
    """What is traded at the exchange: coins, or linear perpetuals."""

    SPOT = "spot"
    SWAP = "swap"


class ModeChoice(StrEnum):
    """Which of the venue's worlds: its test exchange, its demo account on real prices, or real money."""

    SANDBOX = "sandbox"
    DEMO = "demo"
    LIVE = "live"

    @property
    def trading_mode(self) -> TradingMode:
        """Whose money is at stake."""
        return TradingMode(self.name)


class CcxtSettings(Dto):
    """Describe one account at one exchange; secrets show as stars wherever the settings are printed."""

    exchange: str = Field(pattern=r"^[a-z0-9]+$", description="the exchange's id in ccxt, such as bybit")
    market: MarketChoice = Field(description="spot, or swap for linear perpetuals")
    mode: ModeChoice = Field(
        default=ModeChoice.SANDBOX,
        description="sandbox and demo cost nothing; live trades real money and must be armed",
    )
    base_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^/?#@\s]+$",
        description="scheme, host and port instead of every REST and WebSocket host: a local exchange server",
    )
    api_key: SecretStr | None = Field(default=None, description="a reference such as env:NAME")
    secret: SecretStr | None = Field(default=None, description="a reference such as env:NAME")
    password: SecretStr | None = Field(
        default=None,
        description="a reference; only where the venue asks for a passphrase besides key and secret",
    )
    is_armed: bool = Field(
        default=False, description="given by the desk itself once live trading is confirmed"
    )
