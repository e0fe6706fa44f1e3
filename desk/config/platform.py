"""The model of platform.yaml: what one desk is, beside its strategies."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from desk.config.connector_settings import ConnectorSettings
from desk.config.execution_settings import Orchestration
from desk.config.market_settings import FeedSettings, InstrumentSettings
from desk.config.notification_settings import NotificationSettings
from desk.config.schedule_settings import ScheduleSettings
from desk.config.screen_block import ScreenBlock
from desk.config.values import Milliseconds, TimeZone
from desk.contracts.dto import Currency, Dto, Fraction, Positive


class DeskSettings(Dto):
    """Say which desk this is."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")] = Field(
        description="the desk's name: small letters, digits and -; it is part of every client order id"
    )
    account_currency: Currency = Field(description="the currency the account is valued in, such as USDT")
    time_zone: TimeZone = Field(
        "UTC", description="the IANA time zone of schedules that name none, such as UTC"
    )


class RiskSettings(Dto):
    """Bound every order, whatever a strategy wants; amounts in the account currency."""

    max_order_notional: Positive = Field(description="the largest order, in the account currency, above 0")
    max_position_notional: Positive = Field(
        description="the largest position on one symbol, in the account currency, above 0"
    )
    price_collar: Annotated[Fraction, Field(gt=0)] = Field(
        Decimal("0.05"),
        description="how far an order's price may lie from a fresh price, as a fraction above 0 up to 1",
    )
    max_orders_per_minute: Annotated[int, Field(gt=0)] = Field(
        60, description="the most orders sent in any minute, a whole number above 0"
    )
    duplicate_window_ms: Milliseconds = Field(
        1000, description="the time in which an equal order of the same trade is refused, in milliseconds"
    )
    max_price_age_ms: Annotated[int, Field(gt=0)] = Field(
        5000, description="the oldest price an order may be checked against, in milliseconds above 0"
    )
    max_open_trades: Annotated[int, Field(gt=0)] = Field(
        20, description="the most trades open at once, a whole number above 0"
    )
    size_settling_ms: Milliseconds = Field(
        5000,
        description="how long a trade's size rests before another worker may turn it the other way, "
        "in milliseconds; 0 never waits",
    )
    max_stream_silence_ms: Annotated[int, Field(gt=0)] = Field(
        15_000,
        description="how long a stream may be down or silent before no new risk is taken, "
        "in milliseconds above 0",
    )
    max_clock_skew_ms: Annotated[int, Field(gt=0)] = Field(
        1000,
        description="how far the venue's clock may be from this machine's before no new risk is taken, "
        "in milliseconds above 0",
    )


class StorageSettings(Dto):
    """Choose where the desk keeps its journal, account, lock and log."""

    path: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="the folder the desk keeps its state in; ~ is the home folder"
    )
    log_size_mb: Annotated[int, Field(ge=1, le=1000)] = Field(
        10, description="how large the log grows before it is set aside, in megabytes from 1 to 1000"
    )
    log_files: Annotated[int, Field(ge=1, le=100)] = Field(
        5, description="how many logs set aside are kept, from 1 to 100"
    )
    min_free_mb: Annotated[int, Field(ge=0)] = Field(
        100, description="the least room on its disk, below which no new risk is taken, in megabytes from 0"
    )


class ControlSettings(Dto):
    """Let commands and screens of other processes reach the desk."""

    enabled: bool = Field(default=True, description="whether the desk listens on its control socket")


class Platform(Dto):
    """Hold platform.yaml whole."""

    desk: DeskSettings = Field(description="which desk this is")
    instruments: Annotated[tuple[InstrumentSettings, ...], Field(min_length=1)] = Field(
        (),
        description="what paper and replay trade, with filters and fees; a real exchange tells its own",
    )
    connector: ConnectorSettings = Field(description="where orders go")
    feed: FeedSettings = Field(FeedSettings(), description="where prices come from")
    orchestration: Orchestration = Field(Orchestration(), description="how directives are executed")
    risk: RiskSettings = Field(description="the bounds of every order")
    storage: StorageSettings = Field(StorageSettings(), description="where the desk keeps its state")
    schedule: tuple[ScheduleSettings, ...] = Field((), description="the schedules workers can hear")
    ui: ScreenBlock = Field(ScreenBlock(), description="how the screen looks and is steered")
    control: ControlSettings = Field(ControlSettings(), description="how other processes reach the desk")
    notifications: NotificationSettings = Field(
        NotificationSettings(), description="who is told what while nobody looks at a screen"
    )
