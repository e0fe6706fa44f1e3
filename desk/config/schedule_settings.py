"""The model of `schedule`: when SCHEDULED_TICK is due, and what follows a missed period."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from desk.config.faults import fault
from desk.config.values import Cron, Duration, Name, TimeZone, duration_ms
from desk.contracts.dto import Dto


class Misfire(StrEnum):
    """What becomes of a period whose moment passed while the desk was away."""

    SKIP = "skip"
    RUN_ONCE_WITHIN = "run_once_within"


class ScheduleSettings(Dto):
    """Declare one schedule, by cron line or by interval."""

    name: Name = Field(description="the schedule's name, such as WEEKLY_DCA: letters, digits, _ and -")
    cron: Cron | None = Field(None, description="minute, hour, day of month, month, weekday: 0 9 * * mon")
    every: Duration | None = Field(
        None, description="an interval instead of a cron line: a number and s, m, h or d"
    )
    time_zone: TimeZone | None = Field(
        None, description="the IANA time zone of the cron line; else the desk's"
    )
    misfire: Misfire = Field(
        Misfire.SKIP, description="skip a missed period, or run it once within grace_s of its moment"
    )
    grace_s: Annotated[int, Field(gt=0)] | None = Field(
        None, description="how late a missed period may still run, in seconds above 0"
    )

    @model_validator(mode="after")
    def _one_trigger(self) -> Self:
        if (self.cron is None) == (self.every is None):
            raise fault("a schedule has a cron line or an interval", "write one of cron and every")
        if self.every is not None and self.time_zone is not None:
            raise fault("an interval has no time zone", "remove time_zone, or write cron")
        if (self.misfire is Misfire.RUN_ONCE_WITHIN) != (self.grace_s is not None):
            raise fault("run_once_within and grace_s go together", "write both, or neither")
        return self

    @property
    def every_ms(self) -> int | None:
        """The interval in milliseconds, None for a cron line."""
        return None if self.every is None else duration_ms(self.every)
