"""What a run sums up beside money: who was executed or refused, and how much was in the market."""

from decimal import Decimal

import pytest

from desk.contracts.causality import CausalityChain
from desk.contracts.directives import DirectiveScope, StrategyDirective
from desk.contracts.execution import DirectiveRefused, FlowCompletion, FlowOutcome
from desk.contracts.ids import DirectiveId, TickId
from desk.contracts.market import ONE, Tick
from desk.contracts.records import EntryKind, JournalEntry
from desk.runtime.exposure_watch import ExposureWatch
from desk.runtime.market_board import MarketBoard
from desk.runtime.tally import RunTally
from desk.testing.building import PERPETUAL, SPOT, START_MS, instrument, position
from desk.testing.memory_desk import MemoryDesk


def told(tally: RunTally, number: int, worker: str, *refusals: str, ends_well: bool) -> None:
    """Let a directive be issued, refused as said, and ended."""
    flow = DirectiveId.at(START_MS, number)
    trade = position(number=number).trade_id
    directive = StrategyDirective(
        directive_id=flow,
        strategy_id="trend",
        strategy_planner_id=worker,
        decided_at_ms=START_MS,
        causality=CausalityChain.born(TickId.at(START_MS, number)),
        scope=DirectiveScope.CLOSE_EXISTING,
        confidence=ONE,
        rationale="because",
        target_trade_ids=(trade,),
    )
    tally.on_entry(JournalEntry(EntryKind.DIRECTIVE_ISSUED, flow, START_MS, directive))
    for reason in refusals:
        refused = DirectiveRefused(
            directive_id=flow, refused_by="gate", reason=reason, refused_at_ms=START_MS
        )
        tally.on_entry(JournalEntry(EntryKind.DIRECTIVE_REFUSED, flow, START_MS, refused))
    outcome = FlowOutcome.SUCCESS if ends_well else FlowOutcome.ERROR
    end = FlowCompletion(
        flow_id=flow, outcome=outcome, final_state="over", reason="so", completed_at_ms=START_MS
    )
    tally.on_entry(JournalEntry(EntryKind.FLOW_ENDED, flow, START_MS, end))


def test_reasons_that_differ_in_numbers_and_ids_alone_are_one_kind() -> None:
    tally = RunTally()
    first, second = position(number=1).trade_id, position(number=2).trade_id
    told(tally, 1, "planner", f"{first} holds short 0.5: one side", ends_well=False)
    told(tally, 2, "planner", f"{second} holds short 1.25: one side", ends_well=False)
    told(tally, 3, "planner", "price is 7000 ms old", ends_well=False)
    told(tally, 4, "stopper", ends_well=True)
    kinds = [(one.worker, one.count, one.reason) for one in tally.refusals.all()]
    assert kinds == [
        ("planner", 2, f"{first} holds short 0.5: one side"),
        ("planner", 1, "price is 7000 ms old"),
    ]
    assert tally.directives_by_worker == {"planner": 3, "stopper": 1}
    assert tally.executed_by_worker == {"stopper": 1}


def tick(symbol: str, price: str) -> Tick:
    return Tick(symbol, START_MS, Decimal(price), Decimal(price), Decimal(price), ONE, 1)


def test_exposure_is_what_all_trades_are_worth_whatever_their_side() -> None:
    desk, board = MemoryDesk(cash={"USDT": Decimal(100_000)}), MarketBoard()
    for symbol in (SPOT, PERPETUAL):
        desk.instruments[symbol] = instrument(symbol)
    watch = ExposureWatch(desk, board)
    board.take(tick(SPOT, "100000"))
    watch.sample(Decimal(100_000))
    desk.hold(position(size="0.5"))
    watch.sample(Decimal(50_000))
    desk.hold(position(number=2, symbol=PERPETUAL, size="1"))
    watch.sample(Decimal(100_000))  # the perpetual has no price yet: this minute is left out
    board.take(tick(PERPETUAL, "90000"))
    watch.sample(Decimal(200_000))
    figures = watch.figures()
    assert figures.largest == 50_000 + 90_000
    assert figures.mean == pytest.approx(Decimal(190_000) / 3)
    assert figures.largest_of_equity == 1
