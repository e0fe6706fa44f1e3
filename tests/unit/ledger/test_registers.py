"""Flows, periods, latches, runs and workers' memory, as the ledger keeps them."""

from decimal import Decimal

from desk.contracts.ids import DirectiveId, RunId
from desk.contracts.records import (
    DeskStateChanged,
    EntryKind,
    JournalEntry,
    RunStarted,
    WorkerStatusChanged,
)
from desk.contracts.states import DeskState, WorkerStatus
from tests.builders import ledger as build


def test_a_flow_is_open_until_its_end() -> None:
    other = DirectiveId.at(build.START_MS, 2)
    ledger = build.fold(build.directive_issued(), build.directive_issued(other))
    assert [flow.directive.directive_id for flow in ledger.open_flows()] == [build.FLOW, other]
    ledger.apply(build.flow_ended())
    assert [flow.directive.directive_id for flow in ledger.open_flows()] == [other]
    assert ledger.is_flow_ended(build.FLOW)
    assert not ledger.is_flow_ended(other)


def test_a_period_is_claimed_once_and_the_latest_is_known() -> None:
    ledger = build.fold(
        build.period_recorded(build.START_MS + 7),
        build.period_recorded(build.START_MS, "SKIPPED", "no cash"),
    )
    last = ledger.last_period("weekly")
    assert last is not None
    assert last.period_start_ms == build.START_MS + 7
    assert ledger.last_period("weekly", "dca", build.SPOT) == last
    assert ledger.last_period("weekly", "another") is None
    assert ledger.is_claimed(f"dca|{build.SPOT}|weekly|{build.START_MS}")
    assert ledger.apply(build.period_recorded(build.START_MS)).rows == ()


def test_a_worker_forgets_a_key_that_is_saved_as_none() -> None:
    ledger = build.fold(build.worker_saved("anchor", "1"), build.worker_saved("best", "2"))
    ledger.apply(build.worker_saved("anchor", None))
    assert ledger.worker_memory("trend", "trailing") == {"best": "2"}
    assert ledger.worker_memory("trend", "another") == {}


def test_the_newest_latch_and_worker_status_hold() -> None:
    changes = [
        (DeskState.ACTIVE, DeskState.REDUCING),
        (DeskState.REDUCING, DeskState.HALTED),
    ]
    ledger = build.fold(
        *(
            JournalEntry(
                EntryKind.DESK_STATE_CHANGED,
                "desk",
                build.START_MS + at,
                DeskStateChanged(previous, current, "because", "operator"),
            )
            for at, (previous, current) in enumerate(changes)
        ),
        JournalEntry(
            EntryKind.WORKER_STATUS_CHANGED,
            "dca",
            build.START_MS,
            WorkerStatusChanged("trend", "dca", WorkerStatus.PAUSED, "by hand"),
        ),
    )
    assert (ledger.latch().state, ledger.latch().since_ms) == (DeskState.HALTED, build.START_MS + 1)
    assert [(one.worker, one.status) for one in ledger.worker_states()] == [("dca", WorkerStatus.PAUSED)]


def test_a_ledger_without_entries_is_active_and_empty() -> None:
    ledger = build.fold()
    assert ledger.latch().state is DeskState.ACTIVE
    assert ledger.last_run() is None
    assert ledger.last_fill_ms() is None
    assert ledger.balances() == ()


def test_the_last_run_tells_what_it_ran_with() -> None:
    run = RunStarted(RunId.at(build.START_MS, 1), "desk1", "abc", "paper", "PAPER", 7)
    ledger = build.fold(JournalEntry(EntryKind.RUN_STARTED, run.run_id, build.START_MS, run))
    found = ledger.last_run()
    assert found is not None
    assert (found.config_hash, found.seed, found.started_at_ms) == ("abc", 7, build.START_MS)


def test_what_changed_a_balance_without_a_fill_is_added_up() -> None:
    ledger = build.fold(
        build.balance_adjusted("1000"), build.balance_adjusted("-30.5"), build.balance_adjusted("2", "BTC")
    )
    assert ledger.adjustments() == {"USDT": Decimal("969.5"), "BTC": Decimal(2)}
    ledger.apply(build.fill_booked())
    assert ledger.adjustments() == {"USDT": Decimal("969.5"), "BTC": Decimal(2)}
