"""What workers that read bars share: their parameters, and how they warm up and survive holes."""

from abc import ABC, abstractmethod

from desk.contracts.dto import Symbol
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.manifests import BarsNeeded, Parameters, parameter
from desk.contracts.market import Bar
from desk.contracts.ports.plugin import PluginContext
from desk.workers.bar_sequence import BarSequence
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
        self._bars = BarSequence(parameters.symbol, parameters.interval_ms)

    @abstractmethod
    def learn(self, bar: Bar) -> None:
        """Take a bar into the indicators."""

    @abstractmethod
    def judge(self, bar: Bar) -> DispositionEnvelope:
        """Answer to the newest bar, already learned."""

    def on_bar(self, bar: Bar) -> DispositionEnvelope:
        """Learn and judge a bar of the own symbol and interval; others, and those known, change nothing."""
        has_learned = False
        for new in self._bars.news(bar, self.view):
            self.learn(new)
            has_learned = True
        return self.judge(bar) if has_learned else DispositionEnvelope.CONTINUE
