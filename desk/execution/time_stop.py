"""A trade whose time is over is closed, also where no price comes any more."""

from collections.abc import Callable

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.directives import DirectiveScope
from desk.contracts.durations import written_duration
from desk.contracts.ids import TradeId
from desk.contracts.ports.time import Spawner
from desk.contracts.positions import Position
from desk.contracts.records import FillBooked
from desk.contracts.states import DeskState
from desk.execution.coverage import is_dust
from desk.execution.flow_registry import FlowRegistry
from desk.execution.reach import Reach

FIRST_PAUSE_MS = 60_000
LONGEST_PAUSE_MS = 3_600_000
_LATE_MS = 60_000


class TimeStop:
    """Watch the clock against every trade that is held for a limited time.

    The time runs from the first fill, whenever that is told, and outlives the desk: it lies in the ledger. A
    trade is closed once; where the venue does not let it go, again after a pause that doubles.
    """

    def __init__(
        self,
        reach: Reach,
        spawner: Spawner,
        flows: FlowRegistry,
        on_due: Callable[[TradeId, str, int], None],
    ) -> None:
        self._reach = reach
        self._spawner = spawner
        self._flows = flows
        self._on_due = on_due
        self._has_begun = False
        self._watched: set[tuple[TradeId, int]] = set()

    def attach(self, bus: EventBus) -> None:
        """Hear of fills: the first one sets the time."""
        bus.subscribe(events.FILL_BOOKED, self.on_fill, subscriber="platform.time_stop")

    def begin(self) -> None:
        """Watch the trades that an earlier run left, from now on those too that open; called once."""
        self._has_begun = self._reach.settings.enabled
        for position in self._reach.ledger.open_positions():
            self._watch(position)

    def on_fill(self, booked: FillBooked) -> None:
        """Begin to watch a trade that a fill opened."""
        position = None if booked.trade_id is None else self._reach.ledger.position(booked.trade_id)
        if position is not None:
            self._watch(position)

    def _watch(self, position: Position) -> None:
        trade_id, leave_at_ms = position.trade_id, position.leave_at_ms
        if not self._has_begun or leave_at_ms is None or (trade_id, leave_at_ms) in self._watched:
            return
        self._watched.add((trade_id, leave_at_ms))
        self._spawner.spawn(f"time stop of {trade_id}", self._see_through(trade_id, leave_at_ms))

    async def _see_through(self, trade_id: TradeId, leave_at_ms: int) -> None:
        """Wait until the time is over, and until nothing is held."""
        clock, pause_ms, tries = self._reach.clock, FIRST_PAUSE_MS, 0
        while clock.now_ms() < leave_at_ms:
            await clock.sleep_until_ms(leave_at_ms)
        while (position := self._held(trade_id)) is not None:
            if not self._is_leaving(trade_id):
                tries += 1
                self._on_due(trade_id, self._reason(position, leave_at_ms), tries)
            await clock.sleep_ms(pause_ms)
            pause_ms = min(2 * pause_ms, LONGEST_PAUSE_MS)
        self._watched.discard((trade_id, leave_at_ms))

    def _held(self, trade_id: TradeId) -> Position | None:
        position = self._reach.ledger.position(trade_id)
        return None if position is None or is_dust(position, self._reach.view) else position

    def _is_leaving(self, trade_id: TradeId) -> bool:
        """Tell whether a close of the trade, or the emergency exit, is under way."""
        closes = DirectiveScope.CLOSE_EXISTING
        is_closing = any(one.directive.scope is closes for one in self._flows.of_trade(trade_id))
        return is_closing or self._reach.view.state() is DeskState.EXITING

    def _reason(self, position: Position, leave_at_ms: int) -> str:
        late_ms = self._reach.clock.now_ms() - leave_at_ms
        ago = f" since {written_duration(late_ms - late_ms % _LATE_MS)}" if late_ms >= _LATE_MS else ""
        return f"held {written_duration(position.hold_for_ms or 0)}, its time is over{ago}"
