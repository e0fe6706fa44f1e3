"""The marks that equity is measured against, followed through deposits and withdrawals, over restarts too."""

from decimal import Decimal

from desk.contracts.market import ZERO
from desk.contracts.ports.plugin import PluginContext
from desk.workers.risk_control.equity_marks import EquityMarks, transferred_since

MARKS_KEY = "marks"


class FollowedMarks:
    """Know the newest marks, and write them down where they have moved by more than a step."""

    def __init__(self, context: PluginContext, min_transfer: Decimal) -> None:
        self._context = context
        self._min_transfer = min_transfer
        kept = context.memory.get(MARKS_KEY)
        self._kept = None if kept is None else EquityMarks.model_validate_json(kept)
        self._newest = self._kept

    def flow(self) -> Decimal | None:
        """Return what was deposited since the last look, less what was withdrawn; None where unknown."""
        if self._newest is None:
            return ZERO
        return transferred_since(self._newest, self._context.view, self._min_transfer)

    def moved(self, equity: Decimal, flow: Decimal) -> EquityMarks | None:
        """Return the marks moved by what came or went meanwhile; None where none were kept yet."""
        marks, adjusted = self._newest, self._context.view.adjustments()
        if marks is None:
            return None
        if adjusted != marks.adjusted:
            marks = marks.model_copy(update={"adjusted": dict(adjusted)})
        return marks.transferred(equity, flow) if flow else marks

    def begun(self, equity: Decimal, now_ms: int) -> EquityMarks:
        """Return marks that begin at the equity of now."""
        return EquityMarks.at(equity, now_ms, self._context.view.adjustments())

    def keep(self, marks: EquityMarks) -> None:
        """Let these be the newest."""
        self._newest = marks
        if self._kept is None or marks.is_worth_keeping(self._kept):
            self._kept = marks
            self._context.memory.put(MARKS_KEY, marks.model_dump_json())
