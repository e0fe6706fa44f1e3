"""Questions about orders, workers, schedules and alerts name what their answer does."""

from dataclasses import replace
from decimal import Decimal

from desk.contracts.commands import (
    AmendOrder,
    CancelEntries,
    CancelOrder,
    PauseWorker,
    RemovePriceAlert,
    ResumeWorker,
    RunSchedule,
)
from desk.contracts.directives import Protection
from desk.contracts.snapshot import WorkerRow
from desk.contracts.states import WorkerStatus
from desk.ui.viewmodels.confirmations import (
    PRICE,
    SIZE,
    amend_proposal,
    cancel_entries_proposal,
    cancel_proposal,
    remove_alert_proposal,
    run_schedule_proposal,
    worker_proposal,
)
from desk.ui.viewmodels.proposal import Proposal
from tests.builders.frames import (
    STRATEGY,
    frame,
    order_row,
    position,
    position_row,
    price_alert_row,
    schedule_row,
    snapshot,
    worker_row,
)


def words(proposal: Proposal) -> str:
    return "\n".join(f"{one.label} {one.text}" for one in proposal.facts)


ENTRY = frame(snapshot(orders=(order_row(filled="0.1"), order_row(client_order_id="s1", leg="stop"))))


def test_cancelling_an_entry_says_what_is_filled_already() -> None:
    proposal = cancel_proposal(ENTRY, "d1e1")
    assert proposal.button == "CANCEL entry BUY 0.500 BTC/USDT at 99.50"
    assert proposal.command == CancelOrder("d1e1")
    assert "0.100 of it is filled and stays" in words(proposal)
    assert not proposal.raises_risk


def test_cancelling_a_guard_raises_risk() -> None:
    proposal = cancel_proposal(ENTRY, "s1")
    assert proposal.raises_risk
    assert proposal.doubts == ("the stop of a position goes",)


GUARDS = tuple(order_row(client_order_id=one, leg=one) for one in ("stop", "target", "entry"))


def test_a_stop_that_its_position_needs_stays_and_what_to_do_instead_is_said() -> None:
    proposal = cancel_proposal(frame(snapshot(positions=(position_row(),), orders=GUARDS)), "stop")
    assert proposal.command is None
    assert proposal.button == "this stop stays: its position would be naked without it"
    assert "instead m moves it; c in workspace 1 closes the position" in words(proposal)


def test_what_no_position_needs_is_cancelled() -> None:
    held = frame(snapshot(positions=(position_row(),), orders=GUARDS))
    for name in ("target", "entry"):
        assert cancel_proposal(held, name).command == CancelOrder(name)
    unguarded = position_row(replace(position(), protection=Protection.NONE))
    closed = snapshot(orders=GUARDS)
    for seen in (snapshot(positions=(unguarded,), orders=GUARDS), closed):
        assert cancel_proposal(frame(seen), "stop").command == CancelOrder("stop")


def test_an_order_that_is_over_meanwhile_is_not_cancelled() -> None:
    assert cancel_proposal(ENTRY, "gone").command is None
    assert amend_proposal(ENTRY, "gone", {}).command is None


def test_cancelling_all_entries_lists_them_and_says_what_stays() -> None:
    proposal = cancel_entries_proposal(ENTRY)
    assert proposal.button == "CANCEL 1 entry"
    assert proposal.command == CancelEntries()
    assert "stays 1 stop and target orders" in words(proposal)
    assert cancel_entries_proposal(frame()).command is None


def test_amending_sends_only_what_differs() -> None:
    proposal = amend_proposal(ENTRY, "d1e1", {PRICE: "99.00", SIZE: "0.5"})
    assert proposal.command == AmendOrder("d1e1", Decimal("99.00"), None)
    assert proposal.button.endswith("to BUY 0.500 BTC/USDT at 99.00")
    assert not proposal.raises_risk


def test_paying_more_or_taking_more_raises_risk() -> None:
    assert amend_proposal(ENTRY, "d1e1", {PRICE: "99.80", SIZE: "0.5"}).raises_risk
    assert amend_proposal(ENTRY, "d1e1", {PRICE: "99.50", SIZE: "0.6"}).raises_risk
    sell = frame(snapshot(orders=(order_row(side="SELL"),)))
    assert amend_proposal(sell, "d1e1", {PRICE: "99.00"}).raises_risk
    assert not amend_proposal(sell, "d1e1", {PRICE: "99.80"}).raises_risk


def test_what_changes_nothing_is_not_sent() -> None:
    assert amend_proposal(ENTRY, "d1e1", {PRICE: "99.5", SIZE: ""}).command is None


def test_bad_values_are_said_under_their_fields() -> None:
    proposal = amend_proposal(ENTRY, "d1e1", {PRICE: "abc", SIZE: "0.1"})
    assert proposal.command is None
    assert "write" in proposal.faults[PRICE]
    assert "filled already" in proposal.faults[SIZE]


def test_a_price_is_rounded_so_that_it_pays_no_more_than_was_said() -> None:
    proposal = amend_proposal(ENTRY, "d1e1", {PRICE: "99.019", SIZE: "0.4999"})
    assert proposal.command == AmendOrder("d1e1", Decimal("99.01"), Decimal("0.499"))


def test_workers_are_paused_and_resumed_by_name() -> None:
    seen = frame(snapshot(workers=(worker_row(),)))
    pause = worker_proposal(seen, "trend", STRATEGY, pause=True)
    assert (pause.button, pause.command, pause.raises_risk) == ("PAUSE trend", PauseWorker("trend"), False)
    resume = worker_proposal(seen, "trend", STRATEGY, pause=False)
    assert (resume.command, resume.raises_risk) == (ResumeWorker("trend"), True)


def test_workers_that_share_a_name_are_told_apart_by_strategy() -> None:
    twin = WorkerRow("trend", "other", "OPPORTUNITY", WorkerStatus.RUNNING, 0, "")
    seen = frame(snapshot(workers=(worker_row(), twin)))
    assert worker_proposal(seen, "trend", "other", pause=True).command == PauseWorker("other/trend")


def test_running_a_schedule_by_hand_needs_one_key_more() -> None:
    proposal = run_schedule_proposal(frame(snapshot(schedules=(schedule_row(),))), "daily-buy")
    assert proposal.command == RunSchedule("daily-buy")
    assert proposal.raises_risk
    assert "not done twice" in words(proposal)
    assert run_schedule_proposal(frame(), "daily-buy").command is None


def test_a_schedule_that_no_worker_acts_on_is_not_run() -> None:
    idle = replace(schedule_row(), workers=())
    proposal = run_schedule_proposal(frame(snapshot(schedules=(idle,))), "daily-buy")
    assert proposal.command is None
    assert proposal.button == "no worker acts on it: there is nothing to run"


def test_an_alert_is_removed_by_what_it_waits_for() -> None:
    proposal = remove_alert_proposal(frame(snapshot(price_alerts=(price_alert_row(),))), "MAN_1")
    assert proposal.command == RemovePriceAlert("MAN_1")
    assert proposal.button == "REMOVE the alert: BTC/USDT rises to 120.00"
    assert remove_alert_proposal(frame(), "MAN_1").command is None
