"""What is kept for whoever looks at a desk, and no trade needs."""

from collections.abc import Callable
from dataclasses import dataclass

from desk.contracts.market import Tick
from desk.contracts.ports.feed import Feed
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.records import FillBooked, JournalEntry
from desk.contracts.sides import PositionSide
from desk.journal.asking import JournalQuestions
from desk.journal.past import KeptTrades, kept_fills, kept_trades, newest_entries
from desk.runtime.chart_book import ChartBook
from desk.runtime.closed_trades import CLOSED_KEPT, ClosedTrades
from desk.runtime.equity_watch import EquityWatch
from desk.runtime.fill_marks import FillMarks
from desk.runtime.heartbeat import Heartbeat
from desk.runtime.log_rows import LogRows
from desk.runtime.mark_trends import MarkTrends
from desk.runtime.recent import RecentFlows
from desk.runtime.standing_peak import StandingPeak
from desk.runtime.trading_day import TradingDay


@dataclass(frozen=True, slots=True)
class Keepsakes:
    """Hold what is kept: by the journal's entries, by ticks, and by the second."""

    recent: RecentFlows
    log: LogRows
    marks: FillMarks
    closed: ClosedTrades
    charts: ChartBook
    trends: MarkTrends
    equity: EquityWatch
    day: TradingDay
    peak: StandingPeak

    def on_entry(self, entry: JournalEntry) -> None:
        """Hand one entry to all that follow the journal."""
        self.recent.on_entry(entry)
        self.log.on_entry(entry)
        self.marks.on_entry(entry)
        self.closed.on_entry(entry)


class DeskWatch:
    """Keep a desk's picture alive while it runs; a replay at full speed has none."""

    def __init__(
        self,
        kept: Keepsakes,
        questions: JournalQuestions,
        feed: Feed,
        clock: Clock,
        spawner: Spawner,
    ) -> None:
        self._kept = kept
        self._questions = questions
        self._feed = feed
        self._spawner = spawner
        self.heartbeat = Heartbeat(clock, kept.charts.total_ticks, self._on_second)
        self.on_tick: Callable[[Tick], None] = kept.charts.add

    async def restore(self) -> None:
        """Take over what earlier runs left in the journal; called once, before this run adds to it."""
        trades: KeptTrades = await self._questions.ask(lambda journal: kept_trades(journal, CLOSED_KEPT))
        fills: list[tuple[FillBooked, PositionSide | None]]
        fills = await self._questions.ask(lambda journal: kept_fills(journal, self._feed.symbols))
        self._kept.closed.restore(trades)
        self._kept.marks.restore(fills)
        for entry in await self._questions.ask(newest_entries):
            self._kept.recent.on_entry(entry)
            self._kept.log.on_entry(entry)

    def begin(self) -> None:
        """Begin to beat, and to ask for the candles of before; the desk is reconciled."""
        self._spawner.spawn("heartbeat", self.heartbeat.run())
        self._kept.charts.begin()

    def _on_second(self, now_ms: int) -> None:
        self._kept.trends.on_second(self._feed.symbols)
        equity = self._kept.equity.on_second(now_ms)
        if equity is not None:
            self._kept.day.on_equity(now_ms, equity)
            self._kept.equity.measured_from = self._kept.peak.on_equity(now_ms, equity)
