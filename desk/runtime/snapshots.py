"""Take the desk's picture: immutable, each number with its source and age."""

from collections.abc import Mapping
from dataclasses import dataclass

from desk.contracts.market import Instrument
from desk.contracts.snapshot import Snapshot, WorkerRow
from desk.runtime.account_view import AccountWindow
from desk.runtime.alarm_rows import AlarmRows
from desk.runtime.commanding import CommandDesk
from desk.runtime.core import DeskCore
from desk.runtime.desk_watch import Keepsakes
from desk.runtime.feed_rows import FeedRows
from desk.runtime.health import HealthCheck
from desk.runtime.order_rows import OrderRows
from desk.runtime.position_rows import PositionRows
from desk.runtime.schedule_rows import ScheduleRows


@dataclass(frozen=True, slots=True)
class Lenses:
    """Hold what each part of a picture is taken with."""

    positions: PositionRows
    orders: OrderRows
    account: AccountWindow
    feeds: FeedRows
    schedules: ScheduleRows
    alarms: AlarmRows
    health: HealthCheck


class SnapshotCamera:
    """Build snapshots of one core; what did not change since the last one is used again."""

    def __init__(
        self,
        core: DeskCore,
        kept: Keepsakes,
        commands: CommandDesk,
        lenses: Lenses,
        strategies: tuple[str, ...],
    ) -> None:
        self._core = core
        self._kept = kept
        self._commands = commands
        self._lenses = lenses
        self._filters: Mapping[str, Instrument] = {}
        self._instruments: tuple[Instrument, ...] = ()
        self._strategies = strategies

    def take(self) -> Snapshot:
        """Return the desk as it is now."""
        parts, lenses = self._core.parts, self._lenses
        now_ms = parts.clock.now_ms()
        state = parts.execution.state
        positions = lenses.positions.rows(now_ms)
        return Snapshot(
            time_ms=now_ms,
            desk_id=parts.desk_id,
            state=state.current,
            state_reason=state.reason,
            mode=parts.mode,
            positions=positions,
            orders=lenses.orders.rows(now_ms),
            directives=self._kept.recent.directives(),
            terminations=self._kept.recent.terminations(),
            account=lenses.account.view(positions),
            feeds=lenses.feeds.rows(now_ms),
            schedules=lenses.schedules.rows(),
            workers=self._workers(),
            alarms=lenses.alarms.rows(),
            health=lenses.health.take(now_ms),
            exit=parts.execution.executors.emergency_exit.watch.progress(),
            instruments=self._known_instruments(),
            strategies=self._strategies,
            price_alerts=self._commands.alerts.rows(),
            log=self._kept.log.rows(),
        )

    def _workers(self) -> tuple[WorkerRow, ...]:
        return tuple(
            WorkerRow(one.name, one.strategy_id, one.manifest.category, one.status, one.errors, one.reason)
            for one in self._core.parts.adapters
        )

    def _known_instruments(self) -> tuple[Instrument, ...]:
        filters = self._core.parts.view.instruments
        if filters is not self._filters:
            self._filters, self._instruments = filters, tuple(filters.values())
        return self._instruments
