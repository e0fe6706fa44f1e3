"""The bars of before the first tick, and the word that they lack until there are enough of them."""

from collections.abc import Awaitable, Callable, Sequence

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.manifests import BarsNeeded
from desk.contracts.market import Bar
from desk.contracts.problems import ReadFailed
from desk.contracts.states import AlarmSeverity
from desk.execution.alarm_subjects import About, Subject
from desk.execution.alarms import Alarms
from desk.feeds.bars import BarBook

History = Callable[[str, int, int], Awaitable[Sequence[Bar]]]
"""Return closed bars of a symbol and interval, as many as asked for; raises ReadFailed."""


class WarmUp:
    """Fill the bars that plugins need; what cannot be read is one alarm until ticks have made as many."""

    def __init__(self, history: History, bars: BarBook, alarms: Alarms, bus: EventBus) -> None:
        self._history = history
        self._bars = bars
        self._alarms = alarms
        self._bus = bus
        self._cold: dict[About, BarsNeeded] = {}

    async def run(self) -> None:
        """Read what each need asks for; an alarm of an earlier run goes on, or ends here."""
        for need in self._bars.needs:
            await self._read(need)
        for standing in self._alarms.standing(Subject.BARS):
            if standing.about not in self._cold:
                self._alarms.end(standing.about, "they are not lacking any more")
        if self._cold:
            self._bus.subscribe(events.BAR_CLOSED, self._on_bar, subscriber="platform.warm_up")

    async def _read(self, need: BarsNeeded) -> None:
        try:
            history = await self._history(need.symbol, need.interval_ms, need.count)
        except ReadFailed as failure:
            about = _about(need)
            self._cold[about] = need
            if about not in [one.about for one in self._alarms.standing(Subject.BARS)]:
                text = f"{need.symbol}: no bars to warm up with: {failure}"
                self._alarms.raise_alarm(AlarmSeverity.WARNING, text, symbol=need.symbol, about=about)
            return
        self._bars.preload(need.symbol, need.interval_ms, history)

    def _on_bar(self, bar: Bar) -> None:
        for about, need in list(self._cold.items()):
            is_same = (need.symbol, need.interval_ms) == (bar.symbol, bar.interval_ms)
            if is_same and len(self._bars.bars(need.symbol, need.interval_ms)) >= need.count:
                del self._cold[about]
                self._alarms.end(about, f"{need.count} bars have been built from ticks")


def _about(need: BarsNeeded) -> About:
    return About(Subject.BARS, f"{need.symbol} {need.interval_ms}")
