"""Where chains begin: the tick, schedule or command is written down before its first effect."""

from collections.abc import Iterator
from contextlib import contextmanager

from desk.contracts.causality import CausalityChain
from desk.contracts.ids import ManualId, ScheduleId
from desk.contracts.market import ScheduledTick
from desk.contracts.ports.time import Clock
from desk.contracts.records import EntryKind, JournalEntry
from desk.runtime.market_board import MarketBoard

PLATFORM_SCHEDULE = "platform.clock"


class Births:
    """Give out the journal entries of births that have none yet; most ticks never get one."""

    def __init__(self, board: MarketBoard, clock: Clock) -> None:
        self._board = board
        self._clock = clock
        self._last_tick_id: str | None = None
        self._schedule_ids: set[str] = set()
        self._command: ManualId | None = None

    def entries(self, chain: CausalityChain) -> tuple[JournalEntry, ...]:
        """Return what must be written before an effect of `chain`."""
        found = []
        if chain.tick_id is not None and chain.tick_id != self._last_tick_id:
            tick = self._board.find(chain.tick_id)
            if tick is not None:
                self._last_tick_id = chain.tick_id
                found.append(
                    JournalEntry(
                        EntryKind.TICK_RECEIVED, chain.tick_id, self._clock.now_ms(), tick, symbol=tick.symbol
                    )
                )
        if chain.schedule_id is not None and chain.schedule_id not in self._schedule_ids:
            found.append(self._schedule(chain.schedule_id))
        return tuple(found)

    def note(self, scheduled: ScheduledTick) -> JournalEntry:
        """Return the entry of a scheduled tick that is about to be published."""
        self._schedule_ids.add(scheduled.id)
        causes = () if self._command is None else (self._command,)
        now_ms = self._clock.now_ms()
        return JournalEntry(EntryKind.SCHEDULED_TICK, scheduled.id, now_ms, scheduled, causes=causes)

    @contextmanager
    def by_command(self, manual_id: ManualId) -> Iterator[None]:
        """Name a command as the cause of the scheduled ticks noted meanwhile."""
        self._command = manual_id
        try:
            yield
        finally:
            self._command = None

    def _schedule(self, schedule_id: ScheduleId) -> JournalEntry:
        """Write down a time of the platform's own clock, at which something was noticed or decided."""
        now_ms = self._clock.now_ms()
        return self.note(ScheduledTick(schedule_id, PLATFORM_SCHEDULE, now_ms, now_ms, 0))
