"""What of a desk is kept for a screen, put together."""

from collections.abc import Mapping
from dataclasses import dataclass

from desk.bootstrap.settings import schedule_uses
from desk.config.configuration import Configuration
from desk.config.storage import storage_of
from desk.contracts import events
from desk.contracts.ports.feed import Feed
from desk.contracts.ports.store import Recorder
from desk.contracts.ports.time import Spawner
from desk.control.drill_note import DrillFile
from desk.ledger.ledger import Ledger
from desk.runtime.account_figures import AccountFigures
from desk.runtime.account_view import AccountWindow
from desk.runtime.alarm_rows import AlarmRows
from desk.runtime.chart_book import ChartBook
from desk.runtime.closed_trades import ClosedTrades
from desk.runtime.commanding import CommandDesk
from desk.runtime.core import DeskCore
from desk.runtime.desk_watch import Keepsakes
from desk.runtime.equity_watch import EquityWatch
from desk.runtime.exposure_watch import ExposureWatch
from desk.runtime.feed_rows import FeedRows
from desk.runtime.fill_marks import FillMarks
from desk.runtime.health import HealthCheck
from desk.runtime.live_view import LiveView
from desk.runtime.log_rows import LogRows
from desk.runtime.mark_trends import MarkTrends
from desk.runtime.market_board import MarketBoard
from desk.runtime.order_rows import OrderRows
from desk.runtime.position_rows import PositionRows
from desk.runtime.recent import RecentFlows
from desk.runtime.schedule_rows import ScheduleRows
from desk.runtime.snapshots import Lenses
from desk.runtime.standing_peak import StandingPeak
from desk.runtime.trading_day import TradingDay


@dataclass(frozen=True, slots=True)
class Sources:
    """Hold what everything that is kept is read from."""

    configuration: Configuration
    ledger: Ledger
    recorder: Recorder
    view: LiveView
    board: MarketBoard
    feed: Feed
    spawner: Spawner


def keepsakes(of: Sources) -> Keepsakes:
    """Build what is kept; it fills as the desk runs."""
    desk = of.configuration.platform.desk
    return Keepsakes(
        recent=RecentFlows(),
        log=LogRows(),
        marks=FillMarks(of.ledger),
        closed=ClosedTrades(of.ledger, of.view),
        charts=ChartBook(of.feed, of.spawner),
        trends=MarkTrends(of.board),
        equity=EquityWatch(of.view, ExposureWatch(of.view, of.board)),
        day=TradingDay(of.ledger, of.recorder, desk.account_currency, desk.time_zone),
        peak=StandingPeak(of.ledger, of.recorder, of.view, desk.account_currency),
    )


def lenses(
    of: Sources, kept: Keepsakes, core: DeskCore, commands: CommandDesk, health: HealthCheck
) -> Lenses:
    """Build what snapshots are taken with."""
    parts, risk = core.parts, of.configuration.platform.risk
    execution = parts.execution
    account = AccountWindow(
        of.ledger,
        of.view,
        AccountFigures(of.ledger, of.view, of.board),
        kept.equity,
        kept.day,
        risk.max_position_notional,
    )
    return Lenses(
        positions=PositionRows(of.ledger, of.view, of.board, execution.naked, execution.reconciliation),
        orders=OrderRows(of.ledger),
        account=account,
        feeds=FeedRows(of.feed, of.board, kept.charts, kept.trends, risk.max_price_age_ms),
        schedules=ScheduleRows(of.ledger, parts.scheduler, _hearers(of.configuration, core)),
        alarms=AlarmRows(kept.recent, commands),
        health=health,
        drill=DrillFile(storage_of(of.configuration.platform).drill, parts.clock.monotonic_ms).note,
    )


def _hearers(configuration: Configuration, core: DeskCore) -> Mapping[str, tuple[str, ...]]:
    """Name the workers that act on each schedule: those that name it, and those that hear them all."""
    uses = schedule_uses(configuration.blueprints)
    choosy = {one.worker for one in uses}
    hears_all = [
        one.name
        for one in core.parts.adapters
        if events.SCHEDULED_TICK in one.manifest.handlers and one.name not in choosy
    ]
    return {
        schedule.name: tuple(
            dict.fromkeys([*(one.worker for one in uses if one.schedule_name == schedule.name), *hears_all])
        )
        for schedule in configuration.platform.schedule
    }
