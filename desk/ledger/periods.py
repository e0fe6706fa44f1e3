"""Which schedule periods were claimed or skipped: each is recorded once."""

from dataclasses import dataclass

from desk.contracts.records import PeriodRecorded
from desk.ledger.rows import Row, RowCodec

PERIODS_KEPT = 1024
"""Recorded periods that memory remembers; the journal remembers all."""


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """Hold what became of one period of one worker and symbol."""

    claim_key: str
    worker: str
    symbol: str
    schedule_name: str
    period_start_ms: int
    outcome: str
    reason: str
    directive_id: str | None


PERIOD_ROWS = RowCodec(PeriodRow)


class PeriodBook:
    """Hold recorded periods by claim key, and the last one of each schedule, worker and symbol."""

    def __init__(self) -> None:
        self._periods: dict[str, PeriodRow] = {}
        self._last: dict[tuple[str, str, str], PeriodRow] = {}

    def record(self, record: PeriodRecorded) -> bool:
        """Keep a period; tell whether it is a new one."""
        claim = record.claim
        if claim.key in self._periods:
            return False
        self._keep(
            PeriodRow(
                claim_key=claim.key,
                worker=claim.worker,
                symbol=claim.symbol,
                schedule_name=claim.schedule_name,
                period_start_ms=claim.period_start_ms,
                outcome=record.outcome,
                reason=record.reason,
                directive_id=record.directive_id,
            )
        )
        return True

    def _keep(self, period: PeriodRow) -> None:
        self._periods[period.claim_key] = period
        key = (period.schedule_name, period.worker, period.symbol)
        last = self._last.get(key)
        if last is None or period.period_start_ms > last.period_start_ms:
            self._last[key] = period

    def is_recorded(self, claim_key: str) -> bool:
        """Tell whether memory knows a period as claimed or skipped."""
        return claim_key in self._periods

    def last(self, schedule_name: str, worker: str | None, symbol: str | None) -> PeriodRow | None:
        """Return the latest recorded period of a schedule, of one worker and symbol where they are named."""
        found = [
            period
            for (schedule, by, on), period in self._last.items()
            if schedule == schedule_name and worker in {None, by} and symbol in {None, on}
        ]
        return max(found, key=lambda period: period.period_start_ms, default=None)

    def row(self, claim_key: str) -> Row:
        """Return the row of one period."""
        return PERIOD_ROWS.encode(self._periods[claim_key])

    def restore(self, row: Row) -> None:
        """Take one period back."""
        self._keep(PERIOD_ROWS.decode(row))

    def forget_old(self) -> None:
        """Drop all but the newest periods from memory; the last of each schedule stays."""
        for claim_key in list(self._periods)[:-PERIODS_KEPT]:
            del self._periods[claim_key]
