"""Take the desk's picture: immutable, each number with its source and age."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from desk.contracts.orderstate import OrderState
from desk.contracts.positions import Position
from desk.contracts.snapshot import (
    AccountView,
    AlarmRow,
    FeedRow,
    Figure,
    Health,
    OrderRow,
    PositionRow,
    ScheduleRow,
    Snapshot,
    Source,
    WorkerRow,
)
from desk.execution.coverage import is_covered
from desk.runtime.account_figures import AccountFigures
from desk.runtime.commanding import CommandDesk
from desk.runtime.core import DeskCore
from desk.runtime.recent import RecentFlows


class SnapshotCamera:
    """Build snapshots of one core."""

    def __init__(
        self,
        core: DeskCore,
        recent: RecentFlows,
        account: AccountFigures,
        max_price_age_ms: int,
        journal_lag: Callable[[], int],
        commands: CommandDesk,
    ) -> None:
        self._core = core
        self._recent = recent
        self._account = account
        self._max_price_age_ms = max_price_age_ms
        self._journal_lag = journal_lag
        self._commands = commands

    def take(self) -> Snapshot:
        """Return the desk as it is now."""
        parts = self._core.parts
        now_ms = parts.clock.now_ms()
        state = parts.execution.state
        return Snapshot(
            time_ms=now_ms,
            desk_id=parts.desk_id,
            state=state.current,
            state_reason=state.reason,
            mode=parts.mode,
            positions=tuple(self._position(one, now_ms) for one in parts.ledger.open_positions()),
            orders=tuple(_order(one, now_ms) for one in parts.ledger.live_orders()),
            directives=self._recent.directives(),
            terminations=self._recent.terminations(),
            account=self._account_view(now_ms),
            feeds=tuple(self._feed(symbol, now_ms) for symbol in parts.feed.symbols),
            schedules=self._schedules(),
            workers=self._workers(),
            alarms=self._alarms(),
            price_alerts=self._commands.alerts.rows(),
            health=self._health(now_ms),
            exit=parts.execution.executors.emergency_exit.watch.progress(),
        )

    def _alarms(self) -> tuple[AlarmRow, ...]:
        is_seen = self._commands.seen.is_seen
        return tuple(
            replace(one, is_acknowledged=True) if is_seen(one.alarm_id) else one
            for one in self._recent.alarms()
        )

    def _position(self, position: Position, now_ms: int) -> PositionRow:
        parts = self._core.parts
        mark = parts.board.mark(position.symbol)
        at_ms = parts.board.time_ms(position.symbol)
        age_ms = None if at_ms is None else now_ms - at_ms
        stop = position.stop_price
        distance = None if mark is None or stop is None else abs(mark - stop) / mark
        return PositionRow(
            position=position,
            mark=Figure(mark, Source.FEED, age_ms),
            unrealized_quote=_derived(None if mark is None else position.unrealized_quote(mark), age_ms),
            r_multiple=_derived(None if mark is None else position.r_multiple(mark), age_ms),
            stop_distance=_derived(distance, age_ms),
            is_protected=is_covered(position, parts.view),
            naked_ms=parts.execution.naked.naked_ms(position.trade_id),
            worker=position.worker,
        )

    def _account_view(self, now_ms: int) -> AccountView:
        parts, account = self._core.parts, self._account
        currency = parts.view.account_currency
        marked_ms = self._oldest_mark_ms(now_ms)
        return AccountView(
            currency=currency,
            equity=_derived(parts.view.equity(), marked_ms),
            cash=Figure(parts.ledger.balance(currency), Source.LEDGER, 0),
            realized=_derived(account.realized(), 0),
            unrealized=_derived(account.unrealized(), marked_ms),
            fees=_derived(account.fees(), 0),
            drawdown=_derived(parts.equity.drawdown(), 0),
            balances=tuple(
                (one.currency, Figure(one.total, Source.LEDGER, 0)) for one in parts.ledger.balances()
            ),
        )

    def _oldest_mark_ms(self, now_ms: int) -> int:
        """Return the age of the oldest price that open trades are valued at, zero without any."""
        board, held = self._core.parts.board, self._core.parts.ledger.open_positions()
        times = [board.time_ms(one.symbol) for one in held]
        return max((now_ms - one for one in times if one is not None), default=0)

    def _feed(self, symbol: str, now_ms: int) -> FeedRow:
        quote = self._core.parts.board.quote(symbol)
        if quote is None:
            nothing = Figure(None, Source.FEED, None)
            return FeedRow(symbol, nothing, nothing, nothing, is_stale=True)
        age_ms = now_ms - quote.time_ms
        bid, ask, last = (Figure(price, Source.FEED, age_ms) for price in (quote.bid, quote.ask, quote.last))
        return FeedRow(symbol, bid, ask, last, is_stale=age_ms > self._max_price_age_ms)

    def _schedules(self) -> tuple[ScheduleRow, ...]:
        scheduler = self._core.parts.scheduler
        if scheduler is None:
            return ()
        rows = []
        for schedule in scheduler.schedules:
            last = self._core.parts.ledger.last_period(schedule.name)
            rows.append(
                ScheduleRow(
                    schedule.name,
                    scheduler.next_ms(schedule.name),
                    None if last is None else last.period_start_ms,
                    "" if last is None else last.outcome,
                )
            )
        return tuple(rows)

    def _workers(self) -> tuple[WorkerRow, ...]:
        return tuple(
            WorkerRow(one.name, one.strategy_id, one.manifest.category, one.status, one.errors, one.reason)
            for one in self._core.parts.adapters
        )

    def _health(self, now_ms: int) -> Health:
        parts = self._core.parts
        reconciled_ms = parts.execution.reconciliation.succeeded_at_ms
        return Health(
            connector_name=parts.connector.name,
            connector_latency_ms=parts.execution.sender.latency_ms,
            last_reconcile_age_ms=None if reconciled_ms is None else now_ms - reconciled_ms,
            journal_lag=self._journal_lag(),
            handler_errors=parts.bus.handler_errors,
            naked_ms=parts.execution.naked.total_ms(),
            open_flows=len(parts.execution.flows.all()),
        )


def _derived(value: Decimal | None, age_ms: int | None) -> Figure:
    return Figure(value, Source.DERIVED, age_ms)


def _order(order: OrderState, now_ms: int) -> OrderRow:
    request = order.request
    return OrderRow(
        client_order_id=order.client_order_id,
        trade_id=order.trade_id,
        symbol=request.symbol,
        side=request.side,
        order_type=request.order_type,
        leg=request.leg,
        status=order.status,
        size_base=Figure(order.size_base, Source.VENUE, now_ms - order.updated_at_ms),
        filled_base=Figure(order.filled_base, Source.LEDGER, now_ms - order.updated_at_ms),
        price=Figure(order.limit_price or order.stop_price, Source.VENUE, now_ms - order.updated_at_ms),
        age_ms=now_ms - order.intended_at_ms,
    )
