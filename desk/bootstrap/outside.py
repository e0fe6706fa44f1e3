"""What a desk meets that is not the desk: in this alone do live, rehearsal and test differ."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.feed import Feed
from desk.contracts.ports.latch import OutsideLatch
from desk.contracts.ports.time import Clock, IdSource, Spawner
from desk.contracts.states import TradingMode
from desk.journal.recorder import JournalRecorder
from desk.ledger.ledger import Ledger
from desk.runtime.faults import FaultDesk
from desk.runtime.scheduler import ScheduleDriver
from desk.runtime.store_trouble import StoreTrouble

RunSchedules = Callable[[ScheduleDriver], Coroutine[object, object, None]]


@dataclass(frozen=True, slots=True)
class Outside:
    """Hold everything a desk meets that is not the desk: time, chance, disk, market and venue."""

    mode: TradingMode
    clock: Clock
    ids: IdSource
    seed: int | None
    feed: Feed
    connector: IAPIConnector
    ledger: Ledger
    journal: JournalRecorder
    journal_lag: Callable[[], int]
    trouble: StoreTrouble
    clock_ns: Callable[[], int]
    run_schedules: RunSchedules
    reconcile_every_ms: int | None
    faults: FaultDesk
    spawner: Spawner
    is_watched: bool = True
    """Whether somebody may look at it: candles, trends and the pulse are kept. Not in a replay."""

    silence_ms: int = 0
    """How long no price must come before time is told without one; at least what workers ask for."""

    latch: OutsideLatch | None = None
    """What `desk flatten` leaves; none where nobody can."""
