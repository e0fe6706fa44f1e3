"""The schedules as rows: when they fire next, what became of the last period, and who hears them."""

from collections.abc import Mapping

from desk.contracts.snapshot import ScheduleRow
from desk.ledger.ledger import Ledger
from desk.runtime.scheduler import ScheduleDriver

_UPCOMING = 5


class ScheduleRows:
    """Build the rows; the moments to come are reckoned anew only once the next of them has passed."""

    def __init__(
        self, ledger: Ledger, scheduler: ScheduleDriver | None, workers: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._ledger = ledger
        self._scheduler = scheduler
        self._workers = workers
        self._upcoming: dict[str, tuple[int, ...]] = {}

    def rows(self) -> tuple[ScheduleRow, ...]:
        """Return the schedules in the order they are declared."""
        if self._scheduler is None:
            return ()
        return tuple(self._row(self._scheduler, one.name) for one in self._scheduler.schedules)

    def _row(self, scheduler: ScheduleDriver, name: str) -> ScheduleRow:
        last = self._ledger.last_period(name)
        next_ms = scheduler.next_ms(name)
        upcoming = self._upcoming.get(name, ())
        if next_ms is not None and upcoming[:1] != (next_ms,):
            upcoming = self._upcoming[name] = scheduler.upcoming_ms(name, _UPCOMING)
        return ScheduleRow(
            name,
            next_ms,
            None if last is None else last.period_start_ms,
            "" if last is None else last.outcome,
            () if next_ms is None else upcoming,
            self._workers.get(name, ()),
        )
