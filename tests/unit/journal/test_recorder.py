"""The recorder: facts reach ledger and journal together, once, and survive a restart."""

import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.orders import Leg, OrderStatus, OutcomeKind
from desk.contracts.problems import DuplicateRecord
from desk.contracts.records import DeskStateChanged, EntryKind, JournalEntry, WorkerStatusChanged
from desk.contracts.sides import OrderSide
from desk.contracts.states import DeskState, WorkerStatus
from desk.journal.verify import verify
from desk.ledger.ledger import Ledger
from tests.builders import ledger as build


def opened_trade() -> list[JournalEntry]:
    return [
        build.balance_adjusted(),
        build.tick_received(),
        build.directive_issued(),
        build.trade_intended(),
        build.order_intended(reserved="30"),
        build.order_sent(),
        build.order_answered(),
        build.fill_booked(1, size="0.4"),
        build.order_intended("stop1", Leg.STOP, OrderSide.SELL, "0.4", stop="90"),
        build.order_observed("stop1", OrderStatus.OPEN, "0.4", stop="90", side=OrderSide.SELL),
        build.period_recorded(),
        build.worker_saved("anchor", "100.5"),
        JournalEntry(
            EntryKind.WORKER_STATUS_CHANGED,
            "dca",
            build.START_MS,
            WorkerStatusChanged("trend", "dca", WorkerStatus.STOPPED, "raised"),
        ),
        JournalEntry(
            EntryKind.DESK_STATE_CHANGED,
            "desk",
            build.START_MS,
            DeskStateChanged(DeskState.ACTIVE, DeskState.REDUCING, "reconcile", "platform"),
        ),
    ]


def seen(ledger: Ledger) -> tuple[object, ...]:
    return (
        ledger.open_positions(),
        ledger.live_orders(),
        ledger.balances(),
        ledger.reserved("USDT"),
        ledger.nets(),
        ledger.results(),
        ledger.open_flows(),
        ledger.worker_memory("trend", "trailing"),
        ledger.worker_states(),
        ledger.latch(),
        ledger.last_fill_ms(),
        ledger.last_period("weekly"),
        ledger.count_orders(OrderStatus.OPEN),
        ledger.attempts(build.TRADE, Leg.STOP),
        [booked.fill_id for booked in ledger.fills_of_trade(build.TRADE)],
    )


def test_a_restart_finds_positions_orders_latches_and_memory_as_they_were(tmp_path: Path) -> None:
    desk = build.Desk(tmp_path / "journal.db")
    for entry in opened_trade():
        desk.record(entry)
    before = seen(desk.ledger)
    desk.close()
    again = build.Desk(tmp_path / "journal.db")
    assert seen(again.ledger) == before
    assert again.recorder.head_hash() == desk.recorder.head_hash()
    again.close()


def test_a_restarted_ledger_goes_on_as_one_that_never_stopped(tmp_path: Path) -> None:
    late = [
        build.fill_booked(3, OrderSide.SELL, "0.4", "95", order="stop1"),
        build.fill_booked(2, size="0.6", price="101"),
        build.order_observed(status=OrderStatus.FILLED, size="1", filled="1", after_ms=9),
        build.flow_ended(),
    ]
    whole = build.Desk(tmp_path / "whole.db")
    for entry in [*opened_trade(), *late]:
        whole.record(entry)
    first = build.Desk(tmp_path / "parted.db")
    for entry in opened_trade():
        first.record(entry)
    first.close()
    second = build.Desk(tmp_path / "parted.db")
    for entry in late:
        second.record(entry)
    assert seen(second.ledger) == seen(whole.ledger)
    assert second.recorder.head_hash() == whole.recorder.head_hash()
    whole.close()
    second.close()
    assert verify(tmp_path / "parted.db").fault is None


def test_after_a_restart_orders_come_oldest_first(tmp_path: Path) -> None:
    desk = build.Desk(tmp_path / "journal.db")
    desk.record(build.trade_intended())
    names = ["c", "a", "b"]
    desk.record(*(build.order_intended(name, after_ms=at) for at, name in enumerate(names)))
    desk.record(build.order_sent("c"), build.order_sent("b"))
    desk.close()
    again = build.Desk(tmp_path / "journal.db")
    assert [one.client_order_id for one in again.ledger.orders_of(build.TRADE)] == names
    assert [one.client_order_id for one in again.ledger.live_orders()] == names
    again.close()


def test_the_second_end_of_a_flow_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    desk = build.Desk(tmp_path / "journal.db")
    desk.record(build.directive_issued(), build.flow_ended())
    head = desk.recorder.head_hash()
    with pytest.raises(DuplicateRecord, match="the end of flow"):
        desk.record(build.worker_saved("a", "1"), build.flow_ended())
    assert desk.recorder.head_hash() == head
    assert desk.ledger.worker_memory("trend", "trailing") == {}
    desk.close()


@pytest.mark.parametrize(
    "twice",
    [
        build.period_recorded(),
        build.order_intended(),
        build.trade_intended(),
        build.flow_ended(),
    ],
    ids=lambda entry: entry.kind,
)
def test_a_fact_that_may_exist_once_is_refused_within_one_transaction_too(
    tmp_path: Path, twice: JournalEntry
) -> None:
    desk = build.Desk(tmp_path / "journal.db")
    with pytest.raises(DuplicateRecord):
        desk.record(twice, twice)
    desk.record(twice)
    with pytest.raises(DuplicateRecord):
        desk.record(twice)
    desk.close()


def test_a_period_claimed_in_an_earlier_run_stays_claimed(tmp_path: Path) -> None:
    desk = build.Desk(tmp_path / "journal.db")
    desk.record(build.period_recorded())
    desk.close()
    again = build.Desk(tmp_path / "journal.db")
    with pytest.raises(DuplicateRecord, match="period dca"):
        again.record(build.period_recorded(outcome="SKIPPED"))
    again.close()


def test_a_fill_told_again_after_a_restart_books_once(tmp_path: Path) -> None:
    desk = build.Desk(tmp_path / "journal.db")
    desk.record(*opened_trade())
    balance = desk.ledger.balance("USDT")
    desk.close()
    again = build.Desk(tmp_path / "journal.db")
    assert again.ledger.has_fill(build.PERP, "1")
    again.record(build.fill_booked(1, size="0.4"))
    assert again.ledger.balance("USDT") == balance
    again.close()
    assert verify(tmp_path / "journal.db").is_whole


def test_the_file_and_its_log_are_for_the_owner_alone(tmp_path: Path) -> None:
    desk = build.Desk(tmp_path / "journal.db", spool_bytes=65536)
    desk.record(build.balance_adjusted())
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert set(modes) == {"journal.db", "journal.db-wal", "journal.db-shm", "journal.spool"}
    assert set(modes.values()) == {0o600}
    desk.close()


def test_what_was_recorded_is_durable_before_the_awaitable_resolves(tmp_path: Path) -> None:
    desk = build.Desk(tmp_path / "journal.db")
    desk.record(build.order_intended())
    other = sqlite3.connect(tmp_path / "journal.db")
    assert other.execute("SELECT status FROM order_fact").fetchall() == [("INTENDED",)]
    other.close()
    desk.close()


def test_trades_that_ended_leave_memory_and_come_back_when_asked_for(tmp_path: Path) -> None:
    desk = build.Desk(tmp_path / "journal.db", fast=True)
    count = 700
    for number in range(1, count):
        trade, flow = TradeId.at(build.START_MS, number), DirectiveId.at(build.START_MS, number)
        at, out = number * 10, f"out{number}"
        desk.record(
            build.directive_issued(flow, after_ms=at),
            build.trade_intended(trade, flow=flow, after_ms=at),
            build.order_intended(f"in{number}", trade=trade, flow=flow, after_ms=at),
            build.fill_booked(at, trade=trade, order=f"in{number}", flow=flow, after_ms=at),
            build.order_intended(out, Leg.CLOSE, OrderSide.SELL, trade=trade, after_ms=at),
            build.fill_booked(
                at + 1, OrderSide.SELL, "1", "101", trade=trade, order=f"out{number}", after_ms=at
            ),
            build.flow_ended(flow),
        )
    assert len(desk.ledger.trades()) < 520
    first = TradeId.at(build.START_MS, 1)
    position = desk.ledger.position(first)
    assert position is not None
    assert (position.size_base, position.exit_price) == (Decimal(0), Decimal(101))
    order = desk.ledger.order("in2")
    assert order is not None
    assert order.status is OrderStatus.FILLED
    assert desk.ledger.has_fill(build.PERP, "10")
    assert desk.ledger.is_flow_ended(DirectiveId.at(build.START_MS, 1))
    with pytest.raises(DuplicateRecord):
        desk.record(build.flow_ended(DirectiveId.at(build.START_MS, 3)))
    late = build.fill_booked(99_999, size="0.5", trade=first, order="in1", after_ms=20_000_000)
    desk.record(late, build.fill_booked(10, trade=first, order="in1", after_ms=10))
    assert [one.trade_id for one in desk.ledger.open_positions()] == [first]
    assert desk.ledger.count_orders(OrderStatus.FILLED) == 2 * (count - 1)
    desk.close()
    assert verify(tmp_path / "journal.db").fault is None


def test_old_ended_stops_of_a_long_trade_leave_memory_and_still_count(tmp_path: Path) -> None:
    desk = build.Desk(tmp_path / "journal.db", fast=True)
    desk.record(*opened_trade())
    for number in range(2, 602):
        desk.record(
            build.order_intended(f"stop{number}", Leg.STOP, OrderSide.SELL, "0.4", stop=str(90 + number)),
            build.order_answered(f"stop{number}", OutcomeKind.NOT_ACCEPTED, "too close"),
        )
    assert desk.ledger.attempts(build.TRADE, Leg.STOP) == 601
    stop = desk.ledger.order("stop2")
    assert stop is not None
    assert stop.status is OrderStatus.REJECTED
    desk.record(build.fill_booked(7, OrderSide.SELL, "0.1", "92", order="stop2"))
    position = desk.ledger.position(build.TRADE)
    assert position is not None
    assert (position.size_base, position.initial_stop_price) == (Decimal("0.3"), Decimal(90))
    desk.close()
    again = build.Desk(tmp_path / "journal.db")
    assert again.ledger.attempts(build.TRADE, Leg.STOP) == 601
    again.close()
    assert verify(tmp_path / "journal.db").fault is None
