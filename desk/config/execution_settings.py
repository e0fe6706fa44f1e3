"""The model of `orchestration`: the seed's block, in the meanings the desk can keep."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from desk.config.values import Milliseconds
from desk.contracts.dto import Dto


class RetrySettings(Dto):
    """Repeat reads and cancels; a create only after proof that it was not accepted."""

    max_retries: Annotated[int, Field(ge=0, le=20)] = Field(
        3, description="how often a failed request is repeated, a whole number from 0 to 20"
    )
    backoff_strategy: Literal["exponential", "linear", "constant"] = Field(
        "exponential", description="how the wait between attempts grows"
    )
    initial_delay_ms: Annotated[Milliseconds, Field(gt=0)] = Field(
        100, description="the first wait, in milliseconds above 0"
    )
    max_delay_ms: Annotated[Milliseconds, Field(gt=0)] = Field(
        5000, description="the longest wait, in milliseconds above 0"
    )


class ErrorSettings(Dto):
    """Say what follows a failure; no setting can undo what the venue may have done."""

    on_api_failure: Literal["rollback_ledger"] = Field(
        "rollback_ledger",
        description="rollback_ledger: release the reservation once the venue is proven not to have accepted; "
        "an outcome that is not known releases nothing",
    )
    on_ledger_failure: Literal["alert_admin"] = Field(
        "alert_admin", description="alert_admin: alert, spool the fill durably and latch REDUCING"
    )


class MonitoringSettings(Dto):
    """Say what of an execution is told."""

    log_all_executions: bool = Field(
        default=True, description="true to log every execution, false to log what failed only"
    )
    alert_on_slow_execution_ms: Annotated[Milliseconds, Field(gt=0)] = Field(
        1000, description="a request that the venue takes longer for raises an alarm, in milliseconds above 0"
    )


class PlanExecution(Dto):
    """Set the orchestrator up."""

    enabled: bool = Field(
        default=True, description="false makes a desk that only watches: every directive is refused"
    )
    timeout_seconds: Annotated[Decimal, Field(gt=0, le=600)] = Field(
        Decimal(30),
        description="the time after which the outcome of a request is UNKNOWN, in seconds above 0 up to 600",
    )
    retry_policy: RetrySettings = Field(RetrySettings(), description="how requests are repeated")
    error_handling: ErrorSettings = Field(ErrorSettings(), description="what follows a failure")
    monitoring: MonitoringSettings = Field(MonitoringSettings(), description="what of an execution is told")

    @property
    def timeout_ms(self) -> int:
        """The timeout in whole milliseconds."""
        return max(1, int(self.timeout_seconds * 1000))


class Orchestration(Dto):
    """Hold the orchestrator's block."""

    plan_execution: PlanExecution = Field(PlanExecution(), description="the orchestrator's settings")
