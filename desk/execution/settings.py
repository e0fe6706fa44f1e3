"""What the operator configures about execution, already validated."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class ExecutionSettings:
    """Hold the seed's block `orchestration.plan_execution`, with the risk limits beside it."""

    desk_id: str
    risk: RiskLimits
    enabled: bool = True
    timeout_ms: int = 30_000
    retry: RetryPolicy = RetryPolicy()
    slow_execution_ms: int = 1000
