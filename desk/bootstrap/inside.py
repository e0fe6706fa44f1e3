"""The parts of a desk that all its other parts are built on."""

from collections.abc import Callable
from dataclasses import dataclass

from desk.bootstrap.outside import Outside
from desk.bootstrap.strategies import bars_needed, scheduled_workers
from desk.bootstrap.watching import Sources, keepsakes
from desk.bus import EventBus
from desk.config.configuration import Configuration
from desk.contracts.ports.latch import OutsideLatch
from desk.contracts.states import DeskState
from desk.execution.alarms import Alarms
from desk.execution.desk_state import DeskStateLatch
from desk.execution.flow_registry import FlowRegistry
from desk.execution.outside_latch import ObeyedLatch
from desk.feeds.bars import BarBook
from desk.journal.asking import JournalQuestions
from desk.runtime.births import Births
from desk.runtime.desk_watch import Keepsakes
from desk.runtime.live_view import LiveView
from desk.runtime.market_board import MarketBoard
from desk.runtime.recording import ObservedRecorder
from desk.runtime.watched_prices import WatchedPrices


@dataclass(frozen=True, slots=True)
class Inside:
    """Hold the parts that everything else is built on."""

    bus: EventBus
    recorder: ObservedRecorder
    flows: FlowRegistry
    board: MarketBoard
    bars: BarBook
    view: LiveView
    state: DeskStateLatch
    alarms: Alarms
    births: Births
    prices: WatchedPrices
    sources: Sources
    kept: Keepsakes
    questions: JournalQuestions


def build_inside(configuration: Configuration, outside: Outside) -> Inside:
    """Build what everything else is built on."""
    recorder = ObservedRecorder(outside.journal)
    bus = EventBus(outside.faults.on_handler_failure)
    state = DeskStateLatch(recorder, outside.clock, configuration.platform.desk.id, bus)
    flows, board = FlowRegistry(), MarketBoard()
    bars = BarBook(bars_needed(configuration.blueprints))
    view = LiveView(
        account_currency=configuration.platform.desk.account_currency,
        clock=outside.clock,
        ledger=outside.ledger,
        board=board,
        bars=bars,
        flows=flows,
        state=_state_of(state, outside.latch, bus),
        scheduled_workers=scheduled_workers(configuration.blueprints),
    )
    prices = WatchedPrices(outside.feed, view, outside.ledger)
    recorder.listen(prices.on_entry)
    sources = Sources(configuration, outside.ledger, recorder, view, board, outside.feed, outside.spawner)
    return Inside(
        bus=bus,
        recorder=recorder,
        flows=flows,
        board=board,
        bars=bars,
        view=view,
        state=state,
        alarms=Alarms(bus, recorder, outside.clock, outside.ids, outside.ledger),
        births=Births(board, outside.clock),
        prices=prices,
        sources=sources,
        kept=keepsakes(sources),
        questions=JournalQuestions(outside.journal),
    )


def _state_of(state: DeskStateLatch, latch: OutsideLatch | None, bus: EventBus) -> Callable[[], DeskState]:
    return (lambda: state.current) if latch is None else ObeyedLatch(latch, state, bus).state
