"""From the validated configuration to what the execution layer asks."""

from collections.abc import Sequence

from desk.config.blueprint_file import BlueprintFile
from desk.config.platform import Platform
from desk.contracts.market import Instrument
from desk.execution.settings import Backoff, ExecutionSettings, PortfolioLimits, RetryPolicy, RiskLimits
from desk.runtime.missed_periods import ScheduleUse
from desk.runtime.periods import Schedule


def execution_settings(platform: Platform, files: Sequence[BlueprintFile] = ()) -> ExecutionSettings:
    """Return the seed's block, the risk limits and the blueprints' own as execution takes them."""
    block = platform.orchestration.plan_execution
    risk = platform.risk
    retry = block.retry_policy
    return ExecutionSettings(
        desk_id=platform.desk.id,
        risk=RiskLimits(
            max_order_notional=risk.max_order_notional,
            max_position_notional=risk.max_position_notional,
            price_collar=risk.price_collar,
            max_orders_per_minute=risk.max_orders_per_minute,
            duplicate_window_ms=risk.duplicate_window_ms,
            max_price_age_ms=risk.max_price_age_ms,
            max_open_trades=risk.max_open_trades,
            size_settling_ms=risk.size_settling_ms,
        ),
        enabled=block.enabled,
        timeout_ms=block.timeout_ms,
        retry=RetryPolicy(
            max_retries=retry.max_retries,
            backoff=Backoff(retry.backoff_strategy),
            initial_delay_ms=retry.initial_delay_ms,
            max_delay_ms=retry.max_delay_ms,
        ),
        slow_execution_ms=block.monitoring.alert_on_slow_execution_ms,
        portfolios={
            file.strategy_id: PortfolioLimits(**portfolio.model_dump())
            for file in files
            if (portfolio := file.blueprint.portfolio) is not None
        },
        categories={
            (file.strategy_id, use.name): use.manifest.category for file in files for use in file.workers
        },
    )


def instruments(platform: Platform) -> tuple[Instrument, ...]:
    """Return the instruments of platform.yaml."""
    return tuple(one.instrument() for one in platform.instruments)


def schedules(platform: Platform) -> tuple[Schedule, ...]:
    """Return the schedules of platform.yaml; a cron line without a zone is in the desk's."""
    return tuple(
        Schedule(
            name=one.name,
            cron=one.cron,
            every_ms=one.every_ms,
            time_zone=one.time_zone or platform.desk.time_zone,
            grace_ms=None if one.grace_s is None else one.grace_s * 1000,
        )
        for one in platform.schedule
    )


def schedule_uses(files: Sequence[BlueprintFile]) -> tuple[ScheduleUse, ...]:
    """List the workers that act on a schedule for a symbol, by what their parameters name."""
    uses = []
    for file in files:
        for use in file.workers:
            named = getattr(use.parameters, "schedule", None)
            symbol = getattr(use.parameters, "symbol", None)
            if isinstance(named, str) and isinstance(symbol, str):
                uses.append(ScheduleUse(use.name, symbol, named))
    return tuple(uses)
