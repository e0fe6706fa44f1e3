"""What the operator configures about execution, already validated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from desk.contracts.manifests import WorkerCategory


class Backoff(StrEnum):
    """How the wait between attempts grows."""

    EXPONENTIAL = "exponential"
    LINEAR = "linear"
    CONSTANT = "constant"


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Bound repeated attempts: reads and cancels always, creates only after proof of non-acceptance."""

    max_retries: int = 3
    backoff: Backoff = Backoff.EXPONENTIAL
    initial_delay_ms: int = 100
    max_delay_ms: int = 5000

    def delay_ms(self, attempt: int) -> int:
        """Return the wait after failed attempt number `attempt`, counted from 1."""
        match self.backoff:
            case Backoff.EXPONENTIAL:
                factor = 1 << (attempt - 1)
            case Backoff.LINEAR:
                factor = attempt
            case _:
                factor = 1
        return min(self.initial_delay_ms * factor, self.max_delay_ms)


@dataclass(frozen=True, slots=True)
class RiskLimits:
    """Bound every order: notionals in the account currency, collar as a fraction of a fresh price."""

    max_order_notional: Decimal
    max_position_notional: Decimal
    price_collar: Decimal
    max_orders_per_minute: int
    duplicate_window_ms: int
    max_price_age_ms: int
    max_open_trades: int
    size_settling_ms: int = 5000


@dataclass(frozen=True, slots=True)
class PortfolioLimits:
    """Bound what one strategy holds in all, in the account currency; None where nothing is asked."""

    max_open_trades: int | None = None
    max_exposure: Decimal | None = None
    max_open_risk: Decimal | None = None
    max_trade_notional: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ExecutionSettings:
    """Hold the seed's block `orchestration.plan_execution`, with the risk limits beside it.

    `portfolios` are by strategy id, `categories` of workers by strategy id and name.
    """

    desk_id: str
    risk: RiskLimits
    enabled: bool = True
    timeout_ms: int = 30_000
    retry: RetryPolicy = RetryPolicy()
    slow_execution_ms: int = 1000
    portfolios: Mapping[str, PortfolioLimits] = field(default_factory=dict)
    categories: Mapping[tuple[str, str], WorkerCategory] = field(default_factory=dict)
