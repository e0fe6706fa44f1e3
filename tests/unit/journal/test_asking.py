"""A journal that is being written answers why: from all that is recorded, in turns, within bounds."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from desk.contracts.execution import DirectiveRefused, FlowOutcome
from desk.contracts.ids import DirectiveId, FillId, TradeId
from desk.contracts.orders import Leg
from desk.contracts.problems import InputRefused, StoreFailed
from desk.contracts.records import EntryKind, JournalEntry
from desk.contracts.sides import OrderSide
from desk.journal.asking import JournalQuestions
from desk.journal.durable import STEPS_AT_ONCE, DurableStore
from desk.journal.inline import InlineStore
from desk.journal.opening import Durability
from desk.journal.reader import JournalReader, Steps
from desk.journal.recorder import JournalRecorder
from desk.journal.refusals import refusals
from desk.journal.trace import TreeBounds, trace
from tests.builders import ledger as build

FILL = FillId.at(build.START_MS + 1000, 1)


class Asked:
    """A journal on a real file with its writer, and the questions one may ask it."""

    def __init__(self, store: DurableStore, recorder: JournalRecorder) -> None:
        self.store = store
        self.recorder = recorder
        self.questions = JournalQuestions(recorder)


@asynccontextmanager
async def living(path: Path) -> AsyncIterator[Asked]:
    store = DurableStore(path, build.HandClock(), build.LoopSpawner(), busy_timeout_ms=0)
    ledger = await store.open()
    try:
        yield Asked(store, JournalRecorder(ledger, store, None, lambda _: None))
    finally:
        await store.close()


def flow(number: int) -> DirectiveId:
    return DirectiveId.at(build.START_MS, number)


def refused(of: DirectiveId, reason: str = "no") -> JournalEntry:
    record = DirectiveRefused(directive_id=of, refused_by="gate", reason=reason, refused_at_ms=build.START_MS)
    return JournalEntry(EntryKind.DIRECTIVE_REFUSED, of, build.START_MS, record, of, (of,))


async def test_what_was_recorded_a_moment_ago_is_in_the_answer(tmp_path: Path) -> None:
    async with living(tmp_path / "journal.db") as desk:
        desk.recorder.record(build.tick_received(1))
        desk.recorder.record(build.directive_issued(), build.trade_intended(), build.order_intended())
        desk.recorder.record(build.fill_booked())
        assert desk.store.lag.entries == 5
        tree = await desk.questions.why(FILL)
        assert [one.id for one in tree.nodes] == [build.BIRTH, build.FLOW, "entry1", FILL]
        assert tree.is_unbroken
    assert trace(tmp_path / "journal.db", FILL).nodes == tree.nodes


async def test_the_desk_writes_on_between_the_steps_of_an_answer(tmp_path: Path) -> None:
    async with living(tmp_path / "journal.db") as desk:
        await desk.recorder.record(build.tick_received(1))
        counts: list[int] = []

        def counted(journal: JournalReader) -> Steps[int]:
            for _ in range(20 * STEPS_AT_ONCE):
                counts.append(journal.newest_sequence())
                yield
            return len(counts)

        async def trades() -> None:
            for number in range(2, 12):
                await desk.recorder.record(build.tick_received(number))

        trading = asyncio.get_running_loop().create_task(trades())
        assert await desk.recorder.ask(counted) == 20 * STEPS_AT_ONCE
        assert counts[-1] > counts[0]
        await trading


async def test_many_ask_at_once_and_each_is_answered(tmp_path: Path) -> None:
    async with living(tmp_path / "journal.db") as desk:
        desk.recorder.record(build.tick_received(1), build.directive_issued(), build.order_intended())
        ids = [build.BIRTH, build.FLOW, "entry1"] * 5
        trees = await asyncio.gather(*map(desk.questions.why, ids))
        assert [tree.asked_id for tree in trees] == ids
        assert {len(tree.nodes) for tree in trees} == {3}


async def test_an_unknown_id_is_refused_and_a_closed_journal_says_so(tmp_path: Path) -> None:
    async with living(tmp_path / "journal.db") as desk:
        await desk.recorder.record(build.tick_received(1))
        with pytest.raises(InputRefused, match="the journal has no 'nonsense'"):
            await desk.questions.why("nonsense")
    with pytest.raises(StoreFailed, match="not open"):
        await desk.questions.why(build.BIRTH)


async def test_a_disk_that_fails_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with living(path) as desk:
        await desk.recorder.record(build.tick_received(1))
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreFailed):
            await desk.recorder.record(build.tick_received(2, after_ms=5))
        assert len((await desk.questions.why(build.BIRTH)).nodes) == 1
        other.execute("ROLLBACK")
        other.close()


async def test_a_group_that_waits_in_a_replay_is_written_before_the_answer(tmp_path: Path) -> None:
    store = InlineStore(tmp_path / "journal.db", build.HandClock(), Durability.NORMAL)
    recorder = JournalRecorder(store.load(), store, None, lambda _: None)
    recorder.record(build.tick_received(1), build.directive_issued())
    assert store.lag.entries == 2
    tree = await JournalQuestions(recorder).why(build.FLOW)
    assert [one.id for one in tree.nodes] == [build.BIRTH, build.FLOW]
    store.shut()


@pytest.fixture
def long_story(tmp_path: Path) -> Path:
    """A trade whose stop was moved 300 times, each time by a directive of its own."""
    path = tmp_path / "journal.db"
    desk = build.Desk(path)
    desk.record(build.tick_received(1), build.directive_issued(), build.trade_intended())
    desk.record(build.order_intended(), build.fill_booked())
    moves = [(number, flow(100 + number)) for number in range(300)]
    desk.record(*(build.directive_issued(move) for _, move in moves))
    desk.record(*(_stop(number, move) for number, move in moves))
    desk.close()
    return path


def _stop(number: int, move: DirectiveId) -> JournalEntry:
    return build.order_intended(f"stop{number}", Leg.STOP, OrderSide.SELL, stop="90", flow=move)


def test_a_tree_that_is_too_big_keeps_causes_and_says_what_it_leaves_out(long_story: Path) -> None:
    whole = trace(long_story, build.TRADE)
    assert (len(whole.nodes) > 600, whole.left_out, whole.is_unbroken) == (True, 0, True)
    tree = trace(long_story, build.TRADE, TreeBounds(nodes=50))
    ids = [one.id for one in tree.nodes]
    assert len(ids) <= 50
    assert tree.left_out > 290
    assert tree.is_unbroken
    assert ids[0] == build.BIRTH
    assert {build.FLOW, build.TRADE, "entry1", "stop299"} <= set(ids)


def test_an_id_with_very_many_facts_shows_the_first_and_the_newest(tmp_path: Path) -> None:
    desk = build.Desk(tmp_path / "journal.db")
    desk.record(build.tick_received(1))
    desk.record(*(build.balance_adjusted(str(number)) for number in range(100)))
    desk.close()
    node = trace(tmp_path / "journal.db", "USDT", TreeBounds(facts=10)).nodes[0]
    assert (len(node.facts), node.facts_left_out) == (10, 90)
    assert [one.sequence for one in node.facts] == [2, *range(93, 102)]


def test_only_the_newest_refusals_are_told_and_none_of_them_is_half(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    desk = build.Desk(path)
    desk.record(build.directive_issued(flow(7)), refused(flow(7), "long ago"))
    desk.record(*(build.tick_received(number) for number in range(1, 3_001)))
    desk.record(build.flow_ended(flow(7), FlowOutcome.ERROR, "refused"))
    for number in range(8, 20):
        desk.record(build.directive_issued(flow(number)), refused(flow(number)))
    desk.close()
    every = refusals(path)
    assert [one.id for one in every] == [flow(number) for number in range(7, 20)]
    assert refusals(path, most=5) == every[-5:]
    assert refusals(path, most=13) == every
    first = refusals(path, most=13)[0]
    assert (first.by, first.reason, first.final_state, first.worker) == (
        "gate",
        "long ago",
        "refused",
        "swot",
    )


async def test_why_not_of_one_flow_looks_at_that_flow_alone(tmp_path: Path) -> None:
    async with living(tmp_path / "journal.db") as desk:
        desk.recorder.record(build.directive_issued(), refused(build.FLOW, "the price is stale"))
        desk.recorder.record(build.directive_issued(flow(2)), refused(flow(2)))
        (one,) = await desk.questions.why_not(build.FLOW)
        assert (one.id, one.reason, one.worker) == (build.FLOW, "the price is stale", "swot")
        assert len(await desk.questions.why_not()) == 2
        assert len(await desk.questions.why_not("swot")) == 2
        assert await desk.questions.why_not(TradeId.at(build.START_MS, 9)) == []
