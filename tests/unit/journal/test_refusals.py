"""Why not: refused, voided and skipped, each once, with who and why."""

from pathlib import Path

import pytest

from desk.contracts.blocks import EntryBlock, EntryRelease
from desk.contracts.causality import CausalityChain
from desk.contracts.execution import DirectiveRefused, FlowOutcome
from desk.contracts.ids import DirectiveId, TickId
from desk.contracts.records import EntryKind, JournalEntry
from desk.journal.refusals import refusal_text, refusals
from tests.builders import ledger as build

SECOND = DirectiveId.at(build.START_MS, 2)
THIRD = DirectiveId.at(build.START_MS, 3)


def refused(flow: DirectiveId, reason: str) -> JournalEntry:
    record = DirectiveRefused(
        directive_id=flow, refused_by="gate", reason=reason, refused_at_ms=build.START_MS
    )
    return JournalEntry(EntryKind.DIRECTIVE_REFUSED, flow, build.START_MS, record, flow, (flow,))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    desk = build.Desk(path)
    desk.record(build.directive_issued(), refused(build.FLOW, "the price is stale"))
    desk.record(build.flow_ended(build.FLOW, FlowOutcome.ERROR, "refused"))
    desk.record(build.directive_issued(SECOND), build.flow_ended(SECOND))
    desk.record(build.directive_issued(THIRD), build.flow_ended(THIRD, FlowOutcome.ERROR, "superseded"))
    desk.record(build.period_recorded(), build.period_recorded(build.START_MS + 1, "SKIPPED", "no cash"))
    desk.close()
    return path


def test_each_is_told_once_with_its_reason(path: Path) -> None:
    told = [(one.id, one.by, one.final_state, one.reason) for one in refusals(path)]
    assert told == [
        (build.FLOW, "gate", "refused", "the price is stale"),
        (THIRD, "flow", "superseded", "the flow is superseded"),
        (
            f"dca|BTC/USDT|weekly|{build.START_MS + 1}",
            "weekly 2023-11-14T22:13:20.001Z",
            "skipped",
            "no cash",
        ),
    ]


def test_what_a_directive_wanted_is_told_with_its_refusal(path: Path) -> None:
    first = refusals(path)[0]
    assert (first.worker, first.rationale) == ("swot", "the trend is up")
    assert 'swot ("the trend is up"): refused by gate: the price is stale' in refusal_text(first)


@pytest.mark.parametrize(
    ("about", "count"),
    [(build.FLOW, 1), (SECOND, 0), ("swot", 2), ("dca", 1), (build.SPOT, 1), ("nobody", 0)],
)
def test_one_can_ask_about_a_flow_a_worker_or_a_symbol(path: Path, about: str, count: int) -> None:
    assert len(refusals(path, about)) == count


def entries_blocked(at_ms: int, reason: str) -> JournalEntry:
    cause = CausalityChain.born(TickId.at(at_ms, 1))
    block = EntryBlock(
        strategy_id="trend", worker="breaker", reason=reason, blocked_at_ms=at_ms, causality=cause
    )
    return JournalEntry(EntryKind.ENTRIES_BLOCKED, "trend/breaker", at_ms, block, worker="breaker")


def entries_released(at_ms: int) -> JournalEntry:
    cause = CausalityChain.born(TickId.at(at_ms, 1))
    release = EntryRelease(
        strategy_id="trend", worker="breaker", reason="calm", released_at_ms=at_ms, causality=cause
    )
    return JournalEntry(EntryKind.ENTRIES_RELEASED, "trend/breaker", at_ms, release, worker="breaker")


def test_a_block_is_told_since_those_whom_it_keeps_off_are_silent(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    desk = build.Desk(path)
    desk.record(entries_blocked(build.START_MS, "a shock"), entries_released(build.START_MS + 1_000))
    desk.close()
    (told,) = refusals(path)
    assert refusal_text(told).endswith(
        "trend/breaker breaker: no new risk by a block until 2023-11-14T22:13:21.000Z: a shock"
    )
    desk = build.Desk(path)
    desk.record(entries_blocked(build.START_MS + 2_000, "three losses in a row"))
    desk.close()
    (told,) = refusals(path, "breaker", most=1)
    assert refusal_text(told).endswith("no new risk by a block that stands: three losses in a row")
