"""What workers that look after open trades share: a watch per trade, idle while nothing changes."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Generic, TypeVar

from desk.contracts.directives import StrategyDirective
from desk.contracts.dto import Dto
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.ids import TradeId
from desk.contracts.manifests import Parameters
from desk.contracts.market import ONE, ZERO, Instrument, Tick
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide
from desk.contracts.states import DeskState
from desk.workers.base import Worker, issue
from desk.workers.prices import middle, milliseconds, price_fault

_INFINITY = Decimal("Infinity")


@dataclass(slots=True)
class Watch:
    """Know how one trade was last seen, and the price short of which it needs no look.

    While `position` is the same and no quote reaches `wake`, a settled watch has nothing to do.
    """

    position: Position | None = None
    wake: Decimal = ONE
    is_settled: bool = False
    is_remembered: bool = False

    def is_idle(self, position: Position, tick: Tick) -> bool:
        """Tell whether nothing can have changed since the last look, at a finite price. Allocates nothing."""
        if not self.is_settled or position is not self.position:
            return False
        return tick.ask < self.wake if position.side is PositionSide.LONG else tick.bid > self.wake

    def sleep_until(self, wake: Decimal) -> None:
        """Look again when a price reaches `wake`, or the trade changes."""
        self.wake = wake
        self.is_settled = True


AnyWatch = TypeVar("AnyWatch", bound=Watch)


class TradeWatcher(Worker, ABC, Generic[AnyWatch]):
    """Look at each own trade whose price or position has changed, and let go of those that are closed.

    What is remembered of a trade stands under `memory_key` and its id. A subclass hears ticks by `on_tick`.
    """

    memory_key: ClassVar[str]
    resizes: ClassVar[bool] = False
    """Whether it changes sizes: such a worker leaves trades alone whose size belongs to their opener."""

    def __init__(
        self, parameters: Parameters, context: PluginContext, max_price_age_s: Decimal, cooldown_s: Decimal
    ) -> None:
        super().__init__(parameters, context)
        self._max_price_age_ms = milliseconds(max_price_age_s)
        self._cooldown_ms = milliseconds(cooldown_s)
        self._strategy_id = context.strategy_id
        self._watches: dict[str, dict[TradeId, AnyWatch]] = {}
        self._is_restored = False

    @abstractmethod
    def begin(self, remembered: str | None) -> AnyWatch:
        """Return the watch of a trade: anew, or with what is remembered of it."""

    @abstractmethod
    def look(
        self, watch: AnyWatch, position: Position, instrument: Instrument, tick: Tick
    ) -> StrategyDirective | None:
        """Decide about one trade at a sound price; `watch.is_settled` is False, and stays so unless set."""

    def warm_up(self) -> None:
        """Learn from the history before the first look, where bars count."""
        return

    def on_tick(self, tick: Tick) -> DispositionEnvelope:
        """Look at the symbol's trades; a tick that changes nothing allocates nothing."""
        if not self._is_restored:
            self._restore()
            self.warm_up()
        positions = self.view.positions_on(tick.symbol)
        watches = self._watches.get(tick.symbol)
        is_finite = tick.bid.is_finite() and tick.ask.is_finite()
        if not (positions or watches) or not is_finite:
            return DispositionEnvelope.CONTINUE
        if watches is None:
            watches = self._watches[tick.symbol] = {}
        own = 0
        directives: tuple[StrategyDirective, ...] = ()
        for position in positions:
            if position.strategy_id != self._strategy_id:
                continue
            own += 1
            watch = watches.get(position.trade_id)
            if watch is None:
                watch = watches[position.trade_id] = self.begin(None)
            elif watch.is_idle(position, tick):
                continue
            directive = self._looked(watch, position, tick)
            if directive is not None:
                directives = (*directives, directive)
        if own != len(watches):
            self._forget_closed(watches, positions)
        return issue(*directives)

    def wake_all(self, symbol: str) -> None:
        """Look at every trade of a symbol again at the next tick."""
        for watch in self._watches.get(symbol, {}).values():
            watch.is_settled = False

    def remember(self, watch: AnyWatch, position: Position, kept: Dto) -> None:
        """Write down what is to be known of a trade after a restart."""
        watch.is_remembered = True
        self.context.memory.put(
            self.memory_key + position.trade_id, kept.model_dump_json(exclude_defaults=True)
        )

    def is_silent(
        self, asked_at_ms: int | None, position: Position, instrument: Instrument, tick: Tick
    ) -> bool:
        """Tell whether nothing may be asked now: the pause runs, the desk cannot, or the trade is dust."""
        is_cooling = asked_at_ms is not None and self.view.now_ms() - asked_at_ms < self._cooldown_ms
        return (
            is_cooling
            or not self.view.is_reconciled()
            or self.view.state() is DeskState.EXITING
            or instrument.is_dust(position.size_base, middle(tick))
        )

    def _looked(self, watch: AnyWatch, position: Position, tick: Tick) -> StrategyDirective | None:
        if self.resizes and self.view.is_sized_by_its_opener(position):
            watch.position = position
            watch.sleep_until(never(position.side))
            return None
        instrument = self.view.instrument(position.symbol)
        if instrument is None or price_fault(tick, self.view.now_ms(), self._max_price_age_ms) is not None:
            return None
        watch.is_settled = False
        return self.look(watch, position, instrument, tick)

    def _restore(self) -> None:
        """Take up what was remembered before a restart; trades closed meanwhile are forgotten."""
        self._is_restored = True
        for key, value in tuple(self.context.memory.items().items()):
            trade_id = TradeId(key.removeprefix(self.memory_key))
            position = self.view.position(trade_id)
            if position is None or not position.is_open:
                self.context.memory.put(key, None)
                continue
            watch = self._watches.setdefault(position.symbol, {})[trade_id] = self.begin(value)
            watch.is_remembered = True

    def _forget_closed(self, watches: dict[TradeId, AnyWatch], positions: Sequence[Position]) -> None:
        still_open = {position.trade_id for position in positions}
        for trade_id in [known for known in watches if known not in still_open]:
            if watches.pop(trade_id).is_remembered:
                self.context.memory.put(self.memory_key + trade_id, None)


def never(side: PositionSide) -> Decimal:
    """Return a price that no quote of a trade's winning side reaches."""
    return _INFINITY if side is PositionSide.LONG else ZERO
