"""One worker over a recorded file: every tick, the bars it needs, its schedules, and what it decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from desk.contracts.directives import StrategyDirective
from desk.contracts.market import Tick
from desk.contracts.positions import Position
from desk.feeds.bars import BarBook
from desk.feeds.replay import ReplayFeed, ReplaySource
from desk.testing.bench import Bench
from desk.testing.building import SPOT, instrument
from desk.testing.simulated_fills import SimulatedFills
from desk.workers.base import Worker

_NOTHING: Mapping[str, object] = MappingProxyType({})
_NO_SCHEDULE: Mapping[str, int] = MappingProxyType({})
_NOTIONAL = Decimal(1_000)


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """Hold what a worker made of a file: all it published, in order, and the trades as they stand."""

    published: tuple[tuple[str, object], ...]
    positions: tuple[Position, ...]
    ticks: int
    memory: Mapping[str, str]

    @property
    def directives(self) -> tuple[StrategyDirective, ...]:
        """The directives among what was published, in order."""
        return tuple(one for _, one in self.published if isinstance(one, StrategyDirective))

    def payloads(self, event_name: str) -> tuple[object, ...]:
        """Return what was published under one name, in order."""
        return tuple(payload for name, payload in self.published if name == event_name)


def run_over(  # noqa: PLR0913 - each keyword is one thing a test may want otherwise
    kind: type[Worker],
    path: Path,
    parameters: Mapping[str, object] = _NOTHING,
    *,
    symbol: str = SPOT,
    positions: Sequence[Position] = (),
    fills: bool = True,
    spread_fraction: str = "0",
    notional_quote: Decimal = _NOTIONAL,
    schedules: Mapping[str, int] = _NO_SCHEDULE,
    cash: Mapping[str, Decimal] | None = None,
) -> RecordedRun:
    """Run one worker over a CSV of candles or trades, as `desk replay` would show it.

    It hears ticks, the bars that its parameters ask for, TIME_PASSED where they ask for it, and
    SCHEDULED_TICK of each of `schedules` (name to period in ms). `positions` are held from the start. With
    `fills` its directives are filled at the touch (see SimulatedFills), without it nothing becomes of them.
    Raises InputRefused for a file that cannot be read, and Unsound for an answer that a desk would refuse.
    """
    bench = Bench(kind, parameters, symbols=(symbol,))
    bench.desk.cash = dict(cash or {instrument(symbol).quote: Decimal(100_000)})
    bench.desk.hold(*positions)
    run = _Run(bench, SimulatedFills(bench.desk, notional_quote) if fills else None, schedules)
    source = ReplaySource(bench.desk.instruments[symbol], path)
    feed = ReplayFeed([source], _NoWaiting(), Decimal(spread_fraction))
    bench.desk.time_ms = feed.first_ms()
    for tick in feed.recorded():
        run.play(tick)
    return RecordedRun(
        tuple(bench.published), tuple(bench.desk.trades.values()), run.ticks, dict(bench.memory.notes)
    )


class _NoWaiting:
    """Be the clock of a feed whose ticks are taken as they come."""

    def now_ms(self) -> int:
        return 0

    def monotonic_ms(self) -> int:
        return 0

    async def sleep_ms(self, duration_ms: int) -> None:
        return

    async def sleep_until_ms(self, time_ms: int) -> None:
        return


class _Run:
    """Hand one tick after another to a bench, with everything that comes before it."""

    def __init__(self, bench: Bench, fills: SimulatedFills | None, schedules: Mapping[str, int]) -> None:
        self.ticks = 0
        self._bench = bench
        self._fills = fills
        self._bars = BarBook(bench.parameters.bars_needed())
        self._kept = {(one.symbol, one.interval_ms): one.count for one in self._bars.needs}
        self._every_ms = bench.parameters.wake_every_ms()
        self._schedules = schedules

    def play(self, tick: Tick) -> None:
        """Let time pass, schedules fire, the market match and bars close; then hand the tick over."""
        self.ticks += 1
        bench, before_ms = self._bench, self._bench.desk.time_ms
        self._until(before_ms, tick.time_ms)
        if self._fills is not None:
            self._fills.on_price(tick)
        for bar in self._bars.add(tick):
            self._do(bench.bar(bar))
            kept = bench.desk.history[bar.symbol, bar.interval_ms]
            del kept[: -self._kept[bar.symbol, bar.interval_ms]]
        self._do(bench.hear(tick))

    def _until(self, before_ms: int, now_ms: int) -> None:
        """Fire what is due between two ticks, in the order of time."""
        due = [
            (time_ms, name, every_ms)
            for name, every_ms in self._schedules.items()
            for time_ms in _multiples(every_ms, before_ms, now_ms)
        ]
        if self._every_ms is not None:
            due += [
                (time_ms, "", self._every_ms) for time_ms in _multiples(self._every_ms, before_ms, now_ms)
            ]
        for time_ms, name, every_ms in sorted(due):
            later_ms = time_ms - self._bench.desk.time_ms
            if name:
                self._bench.desk.time_ms += later_ms
                self._do(self._bench.scheduled(name, time_ms - time_ms % every_ms))
            else:
                self._do(self._bench.time_passes(later_ms))

    def _do(self, payloads: Sequence[object]) -> None:
        for one in payloads:
            if not isinstance(one, StrategyDirective):
                continue
            if one.claim is not None:
                self._bench.desk.claims.add(one.claim.key)
            if self._fills is not None:
                self._fills.fill(one)


def _multiples(every_ms: int, after_ms: int, until_ms: int) -> range:
    return range(after_ms - after_ms % every_ms + every_ms, until_ms + 1, every_ms)
