"""Take the desk's picture: immutable, each number with its source and age."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from desk.contracts.market import Instrument
from desk.contracts.snapshot import BlockRow, DrillNote, Snapshot, WorkerRow
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
from desk.runtime.steps import Steps, all_at_once, with_turns_between


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
    drill: Callable[[], DrillNote | None]


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
        self._shown: tuple[str, ...] = ()
        self._instruments: tuple[Instrument, ...] = ()
        self._strategies = strategies
        self._one_at_a_time = asyncio.Lock()

    def take(self) -> Snapshot:
        """Return the desk as it is at one moment, which stops it for milliseconds where it holds much."""
        return all_at_once(self.steps())

    async def take_in_steps(self) -> Snapshot:
        """Return the desk, each row as it is at a moment of its own: orders have their turn in between."""
        async with self._one_at_a_time:
            return await with_turns_between(self.steps())

    def steps(self) -> Steps[Snapshot]:
        """Yield between some rows and the next, and return the desk."""
        parts, lenses = self._core.parts, self._lenses
        now_ms = parts.clock.now_ms()
        positions = yield from lenses.positions.rows(now_ms)
        yield
        orders = yield from lenses.orders.rows(now_ms)
        yield
        account = lenses.account.view(positions)
        yield
        feeds = yield from lenses.feeds.rows(now_ms)
        log = yield from self._kept.log.rows()
        yield
        state = parts.execution.state
        shown = [one.symbol for one in feeds]
        shown += [one.position.symbol for one in positions]
        shown += [one.symbol for one in orders]
        return Snapshot(
            time_ms=now_ms,
            desk_id=parts.desk_id,
            state=state.current,
            state_reason=state.reason,
            mode=parts.mode,
            positions=positions,
            orders=orders,
            directives=self._kept.recent.directives(),
            terminations=self._kept.recent.terminations(),
            account=account,
            feeds=feeds,
            schedules=lenses.schedules.rows(),
            workers=self._workers(),
            alarms=lenses.alarms.rows(),
            health=lenses.health.take(now_ms),
            exit=parts.execution.executors.emergency_exit.watch.progress(),
            instruments=self._instruments_of(shown),
            strategies=self._strategies,
            price_alerts=self._commands.alerts.rows(),
            log=log,
            drill=lenses.drill(),
            blocks=self._blocks(),
        )

    def _workers(self) -> tuple[WorkerRow, ...]:
        return tuple(
            WorkerRow(one.name, one.strategy_id, one.manifest.category, one.status, one.errors, one.reason)
            for one in self._core.parts.adapters
        )

    def _blocks(self) -> tuple[BlockRow, ...]:
        return tuple(
            BlockRow(
                one.worker, one.strategy_id, one.symbol, one.reason, one.blocked_at_ms, one.own_strategy_only
            )
            for one in self._core.parts.ledger.entry_blocks()
        )

    def _instruments_of(self, symbols: Iterable[str]) -> tuple[Instrument, ...]:
        """Return the filters of what is shown; an exchange has thousands that nobody here looks at."""
        filters, shown = self._core.parts.view.instruments, tuple(dict.fromkeys(symbols))
        if filters is not self._filters or shown != self._shown:
            self._filters, self._shown = filters, shown
            self._instruments = tuple(filters[symbol] for symbol in shown if symbol in filters)
        return self._instruments
