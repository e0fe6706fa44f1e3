"""What commands are connected to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desk.bus import EventBus
from desk.bus.adapter import EventAdapter
from desk.contracts.ports.store import Recorder
from desk.contracts.ports.time import Clock, IdSource
from desk.execution.alarms import Alarms
from desk.execution.desk_state import DeskStateLatch
from desk.execution.entry_blocks import EntryBlocks
from desk.execution.sending import OrderSender
from desk.ledger.ledger import Ledger
from desk.runtime.births import Births
from desk.runtime.live_view import LiveView
from desk.runtime.scheduler import ScheduleDriver
from desk.runtime.watched_prices import WatchedPrices


@dataclass(frozen=True, slots=True)
class CommandParts:
    """Hold the parts a command can concern.

    `is_exiting` tells whether an emergency exit is under way, `known_alarms` the ids of the alarms a screen
    can show.
    """

    bus: EventBus
    recorder: Recorder
    ledger: Ledger
    view: LiveView
    clock: Clock
    ids: IdSource
    state: DeskStateLatch
    alarms: Alarms
    blocks: EntryBlocks
    births: Births
    prices: WatchedPrices
    sender: OrderSender
    adapters: Sequence[EventAdapter]
    scheduler: ScheduleDriver | None
    is_exiting: Callable[[], bool]
    known_alarms: Callable[[], Sequence[str]]
