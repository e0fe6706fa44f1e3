"""What must hold wherever several workers looked after the same trades, read from the journal alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from desk.contracts.directives import OPERATOR_STRATEGY, DirectiveScope, StrategyDirective
from desk.contracts.execution import FlowCompletion
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.manifests import WorkerCategory
from desk.contracts.records import FillBooked, JournalEntry
from desk.contracts.sides import OrderSide
from desk.ledger.ledger import Ledger

Categories = Mapping[tuple[str, str], WorkerCategory]


@dataclass(frozen=True)
class Turn:
    """One fill that made a trade larger or smaller after it was opened."""

    flow: DirectiveId
    side: OrderSide
    time_ms: int


def broken_together(entries: Sequence[JournalEntry], settling_ms: int, categories: Categories) -> list[str]:
    """List what is wrong: a flow that ended twice, a stop that loosened, a size that was turned too soon."""
    return [*_ends(entries), *_stops(entries), *_turns(entries, settling_ms, categories)]


def _ends(entries: Sequence[JournalEntry]) -> Iterator[str]:
    ends = [one.subject_id for one in entries if isinstance(one.record, FlowCompletion)]
    for flow in _issued(entries):
        if ends.count(flow) != 1:
            yield f"{flow} ended {ends.count(flow)} times"


def _issued(entries: Sequence[JournalEntry]) -> dict[str, StrategyDirective]:
    records = (one.record for one in entries)
    return {one.directive_id: one for one in records if isinstance(one, StrategyDirective)}


def _stops(entries: Sequence[JournalEntry]) -> Iterator[str]:
    """Fold the journal and look at every stop that the venue confirmed; only the operator's may be looser."""
    ledger, issued = Ledger(), _issued(entries)
    by_hand = {
        trade
        for one in issued.values()
        if one.strategy_id == OPERATOR_STRATEGY and one.exit_directive is not None
        for trade in one.target_trade_ids
    }
    for entry in entries:
        before = {one.trade_id: one for one in ledger.open_positions()}
        ledger.apply(entry)
        for trade_id, was in before.items():
            now = ledger.position(trade_id)
            if now is None or now.stop_price is None or was.stop_price is None or trade_id in by_hand:
                continue
            if (now.stop_price - was.stop_price) * now.side.sign < 0:
                yield f"the stop of {trade_id} went from {was.stop_price} to {now.stop_price}"


def _turns(entries: Sequence[JournalEntry], settling_ms: int, categories: Categories) -> Iterator[str]:
    issued, last = _issued(entries), dict[TradeId, Turn]()
    opened = {one.directive_id for one in issued.values() if one.scope is DirectiveScope.NEW_TRADE}
    for entry in entries:
        booked = entry.record
        if not isinstance(booked, FillBooked) or booked.trade_id is None or booked.directive_id is None:
            continue
        if booked.directive_id in opened:
            continue
        turn = Turn(booked.directive_id, booked.fill.side, entry.time_ms)
        was = last.get(booked.trade_id)
        last[booked.trade_id] = turn
        if was is None or was.side is turn.side or turn.time_ms - was.time_ms >= settling_ms:
            continue
        first, then = issued[was.flow], issued[turn.flow]
        if not _may_turn(first, then, categories):
            yield f"{turn.flow} of {then.strategy_planner_id} turned what {was.flow} did at {was.time_ms}"


def _may_turn(first: StrategyDirective, then: StrategyDirective, categories: Categories) -> bool:
    author = (then.strategy_id, then.strategy_planner_id)
    return (
        then.scope is DirectiveScope.CLOSE_EXISTING
        or then.strategy_id.startswith("platform.")
        or author == (first.strategy_id, first.strategy_planner_id)
        or categories.get(author) is WorkerCategory.RISK_CONTROL
    )
