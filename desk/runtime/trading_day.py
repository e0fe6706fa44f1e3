"""What the day has made: equity now against equity when the local day began, over restarts too."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from desk.contracts.ports.store import Recorder
from desk.contracts.records import EntryKind, JournalEntry, WorkerStateSaved
from desk.ledger.ledger import Ledger

PLATFORM = "platform"
_WORKER = "platform.trading_day"
_KEY = "began_with"


class TradingDay:
    """Remember the first equity known of each local day, in the journal, as a worker remembers its state."""

    def __init__(self, ledger: Ledger, recorder: Recorder, currency: str, time_zone: str) -> None:
        self._ledger = ledger
        self._recorder = recorder
        self._currency = currency
        self._zone = ZoneInfo(time_zone)
        self._ends_ms = 0
        self._began_with: Decimal | None = None

    def on_equity(self, now_ms: int, equity: Decimal) -> None:
        """Take a sample; the first one of a day is written down."""
        if now_ms < self._ends_ms:
            return
        today = datetime.fromtimestamp(now_ms / 1000, self._zone).date()
        midnight = datetime.combine(today + timedelta(days=1), datetime.min.time(), self._zone)
        self._ends_ms = int(midnight.astimezone(UTC).timestamp() * 1000)
        self._began_with = self._remembered(today.isoformat())
        if self._began_with is None:
            self._began_with = equity
            self._remember(f"{today.isoformat()} {self._currency} {equity}", now_ms)

    def result(self, equity: Decimal | None) -> Decimal | None:
        """Return what equity moved since the day began, None where either end is not known."""
        if equity is None or self._began_with is None:
            return None
        return equity - self._began_with

    def _remembered(self, today: str) -> Decimal | None:
        """Return what an earlier run of the same day and currency began with."""
        kept = self._ledger.worker_memory(PLATFORM, _WORKER).get(_KEY, "").split()
        if kept[:2] != [today, self._currency]:
            return None
        try:
            return Decimal(kept[2])
        except (InvalidOperation, IndexError):
            return None

    def _remember(self, value: str, now_ms: int) -> None:
        record = WorkerStateSaved(PLATFORM, _WORKER, _KEY, value)
        self._recorder.record(
            JournalEntry(EntryKind.WORKER_STATE_SAVED, _WORKER, now_ms, record, worker=_WORKER)
        )
