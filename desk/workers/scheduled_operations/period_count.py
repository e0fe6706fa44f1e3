"""How many periods of a schedule passed, counted once each over restarts."""

from desk.contracts.dto import Dto
from desk.contracts.ports.plugin import WorkerMemory

_KEY = "periods"


class RememberedPeriods(Dto):
    """Keep how many periods passed, and when the newest of them began."""

    count: int
    newest_ms: int


class PeriodCount:
    """Count periods by their start: one that is seen again, or that lies before the newest, is no new one."""

    def __init__(self, memory: WorkerMemory) -> None:
        self._memory = memory

    def seen(self, period_start_ms: int) -> int:
        """Count a period where it is new, and return how many passed."""
        kept = self._kept()
        if kept is not None and period_start_ms <= kept.newest_ms:
            return kept.count
        count = 1 if kept is None else kept.count + 1
        self._memory.put(_KEY, RememberedPeriods(count=count, newest_ms=period_start_ms).model_dump_json())
        return count

    def _kept(self) -> RememberedPeriods | None:
        text = self._memory.get(_KEY)
        return None if text is None else RememberedPeriods.model_validate_json(text)
