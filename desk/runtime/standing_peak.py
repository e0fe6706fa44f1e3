"""The highest equity that the account ever had, over restarts, in the journal as a worker's memory is."""

from collections.abc import Mapping
from decimal import Decimal

from desk.contracts.ports.store import Recorder
from desk.contracts.ports.view import DeskView
from desk.contracts.records import EntryKind, JournalEntry, WorkerStateSaved
from desk.ledger.ledger import Ledger
from desk.workers.risk_control.equity_marks import EquityMarks, transferred_since

_PLATFORM = "platform"
_WORKER = "platform.standing_peak"
_MIN_TRANSFER = Decimal("0.005")
"""A balance that changes by so much of the peak without a fill is a transfer, as workers take it to be."""


class StandingPeak:
    """Follow the peak of one currency; it moves with deposits, so that money that comes is no gain."""

    def __init__(self, ledger: Ledger, recorder: Recorder, view: DeskView, currency: str) -> None:
        self._ledger = ledger
        self._recorder = recorder
        self._view = view
        self._currency = currency
        self._marks: EquityMarks | None = None
        self._kept: EquityMarks | None = None

    def on_equity(self, now_ms: int, equity: Decimal) -> Decimal | None:
        """Take a sample, and write down a peak that rose; return it, None while a rate is missing."""
        adjusted = self._view.adjustments()
        marks = self._marks or self._remembered() or EquityMarks.at(equity, now_ms, adjusted)
        moved = transferred_since(marks, self._view, _MIN_TRANSFER)
        if moved is None:
            return None
        if moved:
            marks = marks.transferred(equity, moved)
        self._marks = marks.model_copy(update={"adjusted": dict(adjusted), "seen": None}).risen(equity)
        self._keep(self._marks, now_ms)
        return self._marks.peak

    def _keep(self, marks: EquityMarks, now_ms: int) -> None:
        if self._kept is not None and not marks.is_worth_keeping(self._kept):
            return
        self._kept = marks
        record = WorkerStateSaved(_PLATFORM, _WORKER, self._currency, marks.model_dump_json())
        self._recorder.record(
            JournalEntry(EntryKind.WORKER_STATE_SAVED, _WORKER, now_ms, record, worker=_WORKER)
        )

    def _remembered(self) -> EquityMarks | None:
        """Return what an earlier run left; None where it left nothing that can be read."""
        memory: Mapping[str, str] = self._ledger.worker_memory(_PLATFORM, _WORKER)
        try:
            self._kept = EquityMarks.model_validate_json(memory.get(self._currency, ""))
        except ValueError:
            return None
        return self._kept
