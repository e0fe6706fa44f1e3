"""What workers that read bars share: their parameters, and how they warm up and survive holes."""

from abc import ABC, abstractmethod

from desk.contracts.dto import Symbol
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.manifests import BarsNeeded, Parameters, parameter
from desk.contracts.market import Bar
from desk.contracts.ports.plugin import PluginContext
from desk.workers.base import Worker


class BarParameters(Parameters):
    """Name the bars that a worker reads."""

    symbol: Symbol = parameter(..., "symbol", "The symbol whose bars are read.")
    interval_ms: int = parameter(60_000, "ms", "The length of one bar.", ge=1000)

    @property
    def warm_up_bars(self) -> int:
        """How many bars must be known before the first answer."""
        return 1

    def bars_needed(self) -> tuple[BarsNeeded, ...]:
        """Ask for the bars of the symbol, enough to be warm at once."""
        return (BarsNeeded(self.symbol, self.interval_ms, self.warm_up_bars),)


class BarWorker(Worker, ABC):
    """Learn from every bar once and in order, the missed ones from the view's history; judge the newest."""

    def __init__(self, parameters: BarParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._symbol = parameters.symbol
        self._interval_ms = parameters.interval_ms
        self._learned_ms: int | None = None

    @abstractmethod
    def learn(self, bar: Bar) -> None:
        """Take a bar into the indicators."""

    @abstractmethod
    def judge(self, bar: Bar) -> DispositionEnvelope:
        """Answer to the newest bar, already learned."""

    def on_bar(self, bar: Bar) -> DispositionEnvelope:
        """Learn and judge a bar of the own symbol and interval; others, and those known, change nothing."""
        if bar.symbol != self._symbol or bar.interval_ms != self._interval_ms:
            return DispositionEnvelope.CONTINUE
        learned_ms = self._learned_ms
        if learned_ms is not None and bar.open_time_ms <= learned_ms:
            return DispositionEnvelope.CONTINUE
        if learned_ms is None or bar.open_time_ms != learned_ms + self._interval_ms:
            self._catch_up(bar)
        self.learn(bar)
        self._learned_ms = bar.open_time_ms
        return self.judge(bar)

    def _catch_up(self, newest: Bar) -> None:
        """Learn what the history holds between the last bar learned and the newest."""
        for bar in self.view.bars(self._symbol, self._interval_ms):
            is_new = self._learned_ms is None or bar.open_time_ms > self._learned_ms
            if is_new and bar.open_time_ms < newest.open_time_ms:
                self.learn(bar)
                self._learned_ms = bar.open_time_ms
