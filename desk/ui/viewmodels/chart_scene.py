"""What the candle chart shows of a frame: the window's bars, open trades as levels, and one line of words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.history import ChartMark, ChartView
from desk.contracts.market import Bar
from desk.contracts.snapshot import Snapshot
from desk.ui.viewmodels.candle_chart import CandleScene
from desk.ui.viewmodels.canvas import Span
from desk.ui.viewmodels.cells import tone_of
from desk.ui.viewmodels.chart_window import ChartWindow, interval_name
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import Precision, signed_percent
from desk.ui.viewmodels.price_axis import PriceLevel
from desk.ui.viewmodels.staleness import Staleness
from desk.ui.viewmodels.times import age, clock
from desk.ui.viewmodels.tones import Tone

_MOST_TRADES = 8


@dataclass(frozen=True, slots=True)
class Answered:
    """Hold the newest answer about a window: None before the first, and why there is no newer one."""

    view: ChartView | None = None
    old_ms: int = 0
    failure: str = ""


def first_symbol(snapshot: Snapshot) -> str:
    """Return what to look at where nothing was chosen: the oldest position, or the first symbol watched."""
    symbols = (*(one.position.symbol for one in snapshot.positions), *(one.symbol for one in snapshot.feeds))
    return next(iter(symbols), "")


def fills_seen(window: ChartWindow, answered: Answered, shown: int) -> tuple[ChartMark, ...]:
    """Return the fills among the bars of the window, of which `shown` are seen, oldest first."""
    bars = () if answered.view is None else window.seen(answered.view.bars)[-max(shown, 1) :]
    if answered.view is None or not bars:
        return ()
    begin_ms, end_ms = bars[0].open_time_ms, bars[-1].close_time_ms
    return tuple(one for one in answered.view.marks if begin_ms <= one.time_ms < end_ms)


def candle_scene(
    frame: Frame, window: ChartWindow, answered: Answered, picked: ChartMark | None = None
) -> CandleScene:
    """Return what to draw; `picked` is the fill that is told of."""
    view = answered.view
    bars = tuple(window.seen(view.bars)) if view is not None else ()
    instrument = next((one for one in frame.snapshot.instruments if one.symbol == window.symbol), None)
    return CandleScene(
        bars=bars,
        marks=() if view is None else view.marks,
        levels=tuple(_levels(frame.snapshot, window.symbol)),
        last=_last(frame.snapshot, window, bars),
        price_step=None if instrument is None else instrument.price_step,
        heading=_heading(frame, window, bars) if picked is None else _told_fill(frame, window, picked),
        state=_state(frame, window, answered, bars),
        writing=frame.writing,
        empty=_empty(window, answered),
        picked_id="" if picked is None else picked.id,
    )


def _levels(snapshot: Snapshot, symbol: str) -> Iterable[PriceLevel]:
    trades = [one.position for one in snapshot.positions if one.position.symbol == symbol][:_MOST_TRADES]
    for one in trades:
        yield PriceLevel("E", one.entry_price, Tone.PLAIN)
        if one.stop_price is not None:
            yield PriceLevel("S", one.stop_price, Tone.BAD)
        if one.take_profit_price is not None:
            yield PriceLevel("T", one.take_profit_price, Tone.GOOD)


def _last(snapshot: Snapshot, window: ChartWindow, bars: Sequence[Bar]) -> Decimal | None:
    """Return the newest price; a chart that looks back has none."""
    if not window.is_live:
        return None
    feed = next((one for one in snapshot.feeds if one.symbol == window.symbol), None)
    if feed is not None and feed.last.value is not None:
        return feed.last.value
    return bars[-1].close if bars else None


def _heading(frame: Frame, window: ChartWindow, bars: Sequence[Bar]) -> tuple[Span, ...]:
    named = (Span(window.symbol, Tone.STRONG), Span(interval_name(window.interval_ms), Tone.ACCENT))
    if not bars:
        return named
    bar = bars[-1]
    write = Precision(frame.snapshot)
    prices = (("O", bar.open), ("H", bar.high), ("L", bar.low), ("C", bar.close))
    moved = (bar.close - bar.open) / bar.open if bar.open else None
    return (
        *named,
        *(Span(f"{letter} {write.price(window.symbol, price)}", Tone.PLAIN) for letter, price in prices),
        Span(signed_percent(moved), tone_of(moved)),
    )


def _told_fill(frame: Frame, window: ChartWindow, fill: ChartMark) -> tuple[Span, ...]:
    write = Precision(frame.snapshot)
    size, price = write.size(window.symbol, fill.size_base), write.price(window.symbol, fill.price)
    return (
        Span(f"{fill.kind.value} {fill.side.value} {size} at {price}", Tone.STRONG),
        Span(clock(fill.time_ms, frame.writing, frame.snapshot.time_ms), Tone.DIM),
        Span("enter: why", Tone.ACCENT),
    )


def _state(frame: Frame, window: ChartWindow, answered: Answered, bars: Sequence[Bar]) -> Span:
    if answered.failure or Staleness(frame).of(window.symbol):
        old = f" {age(answered.old_ms)}" if answered.view is not None and answered.failure else ""
        return Span(f"STALE{old}", Tone.STALE)
    if not window.is_live and bars:
        until = clock(bars[-1].close_time_ms, frame.writing, frame.snapshot.time_ms)
        return Span(f"until {until}, end: live", Tone.ACCENT)
    return Span("live" if bars else "", Tone.DIM)


def _empty(window: ChartWindow, answered: Answered) -> str:
    if not window.symbol:
        return "No symbol is watched."
    if answered.failure:
        return f"No answer: {answered.failure}"
    if answered.view is None:
        return "Asking for bars"
    return f"No bars of {window.symbol} yet: they come with its prices."
