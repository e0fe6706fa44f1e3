"""Folding the journal again gives every projection, through restarts and lost disks."""

import sqlite3
import tempfile
from decimal import Decimal
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.orders import Leg, OrderStatus, OutcomeKind
from desk.contracts.problems import DuplicateRecord
from desk.contracts.records import JournalEntry
from desk.contracts.sides import OrderSide
from desk.journal.verify import verify
from desk.ledger.touched import Table
from tests.builders import ledger as build
from tests.builders.examples import examples

NUMBERS = st.integers(1, 4)
SIZES = st.decimals("0.001", "2", places=3).map(str)
PRICES = st.decimals("50", "150", places=2).map(str)


class JournalMachine(RuleBasedStateMachine):
    """A desk that trades, loses its disk, dies and comes back, beside a ledger that never stops."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "journal.db"
        self.told: list[JournalEntry] = []
        self.intended: set[str] = set()
        self.fills = 0

    @initialize()
    def begin(self) -> None:
        self.desk = build.Desk(self.path, spool_bytes=262_144)
        self.tell(build.balance_adjusted())

    def tell(self, *entries: JournalEntry) -> None:
        try:
            self.desk.record(*entries)
        except DuplicateRecord:
            return
        self.told.extend(entries)

    @rule(number=NUMBERS)
    def open_flow(self, number: int) -> None:
        flow, trade = DirectiveId.at(build.START_MS, number), TradeId.at(build.START_MS, number)
        self.tell(build.directive_issued(flow), build.trade_intended(trade, flow=flow))

    @rule(number=NUMBERS, leg=st.sampled_from([Leg.ENTRY, Leg.STOP]), attempt=NUMBERS, stop=PRICES)
    def intend(self, number: int, leg: Leg, attempt: int, stop: str) -> None:
        side = OrderSide.BUY if leg is Leg.ENTRY else OrderSide.SELL
        trade, flow = TradeId.at(build.START_MS, number), DirectiveId.at(build.START_MS, number)
        order = f"{leg.value}{number}{attempt}"
        at = None if leg is Leg.ENTRY else stop
        if order in self.intended and not self.desk.ledger.knows_order(order):
            return  # no id is given out twice, so memory need not know what ended before a restart
        self.intended.add(order)
        self.tell(build.order_intended(order, leg, side, trade=trade, flow=flow, stop=at, reserved="50"))

    @rule(
        number=NUMBERS,
        leg=st.sampled_from(["entry", "stop"]),
        attempt=NUMBERS,
        status=st.sampled_from([OrderStatus.OPEN, OrderStatus.PARTIALLY_FILLED, OrderStatus.CANCELED]),
        after_ms=st.integers(0, 50),
        stop=PRICES,
    )
    def observe(
        self, number: int, leg: str, attempt: int, status: OrderStatus, after_ms: int, stop: str
    ) -> None:
        at = None if leg == "entry" else stop
        self.tell(build.order_observed(f"{leg}{number}{attempt}", status, after_ms=after_ms, stop=at))

    @rule(number=NUMBERS, attempt=NUMBERS, outcome=st.sampled_from(OutcomeKind))
    def answer(self, number: int, attempt: int, outcome: OutcomeKind) -> None:
        self.tell(build.order_answered(f"entry{number}{attempt}", outcome))

    @rule(
        number=NUMBERS, side=st.sampled_from(OrderSide), size=SIZES, price=PRICES, seconds=st.integers(0, 9)
    )
    def fill(self, number: int, side: OrderSide, size: str, price: str, seconds: int) -> None:
        self.fills += 1
        order = f"entry{number}1" if side is OrderSide.BUY else f"stop{number}1"
        trade = TradeId.at(build.START_MS, number)
        self.tell(
            build.fill_booked(
                self.fills, side, size, price, order=order, trade=trade, after_ms=seconds * 1000
            )
        )

    @rule(number=NUMBERS)
    def end_flow(self, number: int) -> None:
        self.tell(build.flow_ended(DirectiveId.at(build.START_MS, number)))

    @rule(number=NUMBERS, value=st.none() | st.text(max_size=3))
    def remember(self, number: int, value: str | None) -> None:
        self.tell(build.worker_saved(f"key{number}", value))

    @rule(number=NUMBERS)
    def claim(self, number: int) -> None:
        self.tell(build.period_recorded(build.START_MS + number))

    @rule(entry=st.sampled_from(["fill", "order"]))
    def lose_the_disk_for_one_record(self, entry: str) -> None:
        other = sqlite3.connect(self.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        self.fills += 1
        made = build.fill_booked(self.fills) if entry == "fill" else build.order_intended(f"lost{self.fills}")
        self.tell(made)
        other.execute("ROLLBACK")
        other.close()

    @rule()
    def wait(self) -> None:
        self.desk.clock.time_ms += 10_000

    @rule(is_clean=st.booleans())
    def restart(self, is_clean: bool) -> None:  # noqa: FBT001 - hypothesis draws it
        if is_clean:
            self.desk.close()
        else:
            self.desk.store.connection.close()
            assert self.desk.spool is not None
            self.desk.spool.close()
        self.desk = build.Desk(self.path, spool_bytes=262_144)

    @invariant()
    def the_desk_is_what_one_that_never_stopped_is(self) -> None:
        if not self.told:
            return
        always = build.fold(*self.told)
        assert self.desk.ledger.open_positions() == always.open_positions()
        assert self.desk.ledger.live_orders() == always.live_orders()
        assert self.desk.ledger.balances() == always.balances()
        assert self.desk.ledger.reserved("USDT") == always.reserved("USDT")
        assert self.desk.ledger.nets() == always.nets()

    def teardown(self) -> None:
        if self.told:
            self.desk.close()
            report = verify(self.path)
            assert report.fault is None
        self.folder.cleanup()


JournalMachine.TestCase.settings = settings(
    max_examples=examples(25), stateful_step_count=25, suppress_health_check=[HealthCheck.too_slow]
)
test_a_desk_through_restarts_and_lost_disks = JournalMachine.TestCase


def journal(path: Path) -> None:
    desk = build.Desk(path)
    desk.record(build.balance_adjusted(), build.tick_received(), build.directive_issued())
    desk.record(build.trade_intended(), build.order_intended(reserved="30"))
    desk.record(build.fill_booked(1, size="0.4"), build.fill_booked(2, size="0.3", price="101.5"))
    desk.record(build.order_intended("stop1", Leg.STOP, OrderSide.SELL, "0.7", stop="90"))
    desk.record(build.order_observed("stop1", OrderStatus.OPEN, "0.7", stop="90", side=OrderSide.SELL))
    desk.record(build.period_recorded(), build.worker_saved("anchor", "100"), build.flow_ended())
    desk.close()


@given(data=st.data())
@settings(max_examples=examples(60))
def test_any_mutated_value_of_any_row_is_found(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        journal(path)
        database = sqlite3.connect(path, isolation_level=None)
        found = [one.value for one in Table if database.execute(f"SELECT 1 FROM {one.value}").fetchone()]  # noqa: S608
        table = data.draw(st.sampled_from(["entry", "cause", *found]))
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        rows = database.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
        row = data.draw(st.sampled_from(rows))
        at = data.draw(st.integers(0, len(columns) - 1))
        where = " AND ".join(f'"{column}" IS ?' for column in columns)
        change = f'UPDATE {table} SET "{columns[at]}" = ? WHERE {where}'  # noqa: S608
        database.execute(change, (data.draw(mutated(row[at])), *row))
        database.close()
        report = verify(path)
        assert report.fault is not None
        assert (table == "entry") == report.fault.startswith("entry")


def mutated(value: str | int | bytes | None) -> st.SearchStrategy[str | int | bytes]:
    """Draw something else of the same type."""
    if isinstance(value, bytes):
        return st.just(bytes([value[0] ^ 1]) + value[1:])
    if isinstance(value, int):
        return st.just(value + 1000)
    return st.just(f"{value}0" if isinstance(value, str) else "0")


@given(number=st.integers(1, 11))
@settings(max_examples=examples(11))
def test_any_entry_that_is_gone_is_missed(number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        journal(path)
        database = sqlite3.connect(path, isolation_level=None)
        database.execute("DELETE FROM entry WHERE sequence = ?", (number,))
        database.close()
        assert verify(path).fault is not None


def test_a_whole_journal_is_whole(tmp_path: Path) -> None:
    journal(tmp_path / "journal.db")
    report = verify(tmp_path / "journal.db")
    assert report.is_whole
    assert report.entries == 12
    assert Decimal(report.rows) > 10
