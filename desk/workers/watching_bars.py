"""What workers share that look after open trades and learn from the bars of one symbol."""

from abc import abstractmethod
from decimal import Decimal

from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.manifests import Parameters
from desk.contracts.market import Bar, Tick
from desk.contracts.ports.plugin import PluginContext
from desk.workers.bar_sequence import BarSequence
from desk.workers.watching import AnyWatch, TradeWatcher


class BarTradeWatcher(TradeWatcher[AnyWatch]):
    """Watch the trades of one symbol, or of all, and learn from its bars where a subclass reads them.

    A subclass calls `read_bars` when it is built, where bars count, and hears them by `on_bar`.
    """

    def __init__(
        self,
        parameters: Parameters,
        context: PluginContext,
        max_price_age_s: Decimal,
        cooldown_s: Decimal,
        symbol: str | None,
    ) -> None:
        super().__init__(parameters, context, max_price_age_s, cooldown_s)
        self._symbol = symbol
        self._bars: BarSequence | None = None

    @abstractmethod
    def learn(self, bar: Bar) -> None:
        """Take the next bar in."""

    @property
    def reads_bars(self) -> bool:
        """Whether bars count."""
        return self._bars is not None

    def read_bars(self, interval_ms: int) -> None:
        """Learn from the symbol's bars of this length from now on; without a symbol there are none."""
        if self._symbol is not None:
            self._bars = BarSequence(self._symbol, interval_ms)

    def on_tick(self, tick: Tick) -> DispositionEnvelope:
        """Look at the trades of the tick's symbol, where that is watched."""
        if self._symbol is not None and tick.symbol != self._symbol:
            return DispositionEnvelope.CONTINUE
        return super().on_tick(tick)

    def warm_up(self) -> None:
        """Learn from the history."""
        if self._bars is not None:
            for bar in self._bars.begin(self.view):
                self.learn(bar)

    def on_bar(self, bar: Bar) -> DispositionEnvelope:
        """Learn from the bar; the next tick looks at every trade by it."""
        if self._bars is not None:
            for new in self._bars.news(bar, self.view):
                self.learn(new)
                self.wake_all(new.symbol)
        return DispositionEnvelope.CONTINUE
