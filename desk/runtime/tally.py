"""Count what a run did, for its summary."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.directives import StrategyDirective
from desk.contracts.execution import DirectiveRefused, FlowCompletion, FlowOutcome, TradeExecuted
from desk.contracts.ids import DirectiveId
from desk.contracts.records import AlarmRaised, FillBooked, JournalEntry
from desk.runtime.exposure_watch import ExposureFigures
from desk.runtime.refusal_tally import RefusalCount, RefusalTally


@dataclass(frozen=True, slots=True)
class RunSummary:
    """Sum a run up: money in the account currency, None where it cannot be valued."""

    journal_hash: str
    ticks: int
    counts: dict[str, int]
    directives_by_worker: dict[str, int]
    executed_by_worker: dict[str, int]
    refusals: tuple[RefusalCount, ...]
    open_positions: tuple[dict[str, str | None], ...]
    state: str
    account_currency: str
    equity: Decimal | None
    realized: Decimal | None
    unrealized: Decimal | None
    fees: Decimal | None
    max_drawdown: Decimal
    exposure: ExposureFigures
    naked_seconds: Decimal
    open_flows: int
    wall_ms: int


class RunTally:
    """Follow the journal's entries and count them by what they are."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter(
            {"directive": 0, "refused": 0, "execution": 0, "fill": 0, "termination": 0, "alarm": 0}
        )
        self.directives_by_worker: Counter[str] = Counter()
        self.executed_by_worker: Counter[str] = Counter()
        self.refusals = RefusalTally()
        self._workers: dict[DirectiveId, str] = {}

    def on_entry(self, entry: JournalEntry) -> None:
        """Take one entry."""
        match entry.record:
            case StrategyDirective() as directive:
                self.counts["directive"] += 1
                self.directives_by_worker[directive.strategy_planner_id] += 1
                self._workers[directive.directive_id] = directive.strategy_planner_id
            case DirectiveRefused() as refused:
                self.counts["refused"] += 1
                worker = self._workers.get(refused.directive_id, "unknown")
                self.refusals.add(worker, refused.refused_by, refused.reason)
            case TradeExecuted():
                self.counts["execution"] += 1
            case FillBooked():
                self.counts["fill"] += 1
            case FlowCompletion() as completion:
                self._end(completion)
            case AlarmRaised():
                self.counts["alarm"] += 1
            case _:
                return

    def _end(self, completion: FlowCompletion) -> None:
        self.counts["termination"] += 1
        worker = self._workers.pop(completion.flow_id, None)
        if completion.outcome is FlowOutcome.ERROR:
            self.counts["termination_error"] += 1
        elif worker is not None:
            self.executed_by_worker[worker] += 1
