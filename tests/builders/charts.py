"""Candles, equity and what is drawn of them, made by hand."""

import random
from collections.abc import Iterable
from decimal import Decimal

from desk.contracts.history import ChartMark, EquityPoint, MarkKind, StrategyResult
from desk.contracts.market import Bar
from desk.contracts.sides import OrderSide
from desk.ui.viewmodels.candle_chart import CandleScene
from desk.ui.viewmodels.canvas import Picture, Span
from desk.ui.viewmodels.frame import Writing
from desk.ui.viewmodels.price_axis import PriceLevel
from desk.ui.viewmodels.tones import Tone
from tests.builders.frames import frame
from tests.builders.market import BTC, MINUTE_MS, START_MS


def bar_of(prices: str, number: int = 0, *, interval_ms: int = MINUTE_MS, symbol: str = BTC) -> Bar:
    """Build a bar from "open high low close"."""
    opened, high, low, close = (Decimal(each) for each in prices.split())
    begins_ms = START_MS + number * interval_ms
    return Bar(symbol, begins_ms, interval_ms, opened, high, low, close, Decimal(1))


def rising_bars(count: int, *, interval_ms: int = MINUTE_MS, symbol: str = BTC) -> tuple[Bar, ...]:
    """Build bars that each close one higher: 100, 101, 102 ..."""
    return tuple(
        bar_of(f"{100 + one} {102 + one} {99 + one} {101 + one}", one, interval_ms=interval_ms, symbol=symbol)
        for one in range(count)
    )


def wandering_bars(count: int, symbol: str = BTC) -> tuple[Bar, ...]:
    """Build bars that go up and down as a market does, the same ones every time."""
    chance = random.Random(11)
    bars, at = list[Bar](), 100.0
    for number in range(count):
        path = [at, *(at := at + chance.gauss(0.01, 0.25) for _ in range(6))]
        prices = (path[0], max(path), min(path), path[-1])
        bars.append(bar_of(" ".join(f"{one:.2f}" for one in prices), number, symbol=symbol))
    return tuple(bars)


def fill_mark(
    price: str, number: int = 0, *, side: OrderSide = OrderSide.BUY, kind: MarkKind = MarkKind.ENTRY
) -> ChartMark:
    """Build a fill a second into the minute of a number."""
    time_ms = START_MS + number * MINUTE_MS + 1000
    return ChartMark("FIL", "TRD", time_ms, kind, side, Decimal(price), Decimal(1))


def level(letter: str, price: str) -> PriceLevel:
    return PriceLevel(letter, Decimal(price), Tone.PLAIN)


def candle_scene_of(
    bars: Iterable[Bar],
    *levels: PriceLevel,
    marks: Iterable[ChartMark] = (),
    last: str | None = None,
    ascii_only: bool = False,
    price_step: str | None = "0.1",
) -> CandleScene:
    return CandleScene(
        bars=tuple(bars),
        marks=tuple(marks),
        levels=levels,
        last=None if last is None else Decimal(last),
        price_step=None if price_step is None else Decimal(price_step),
        heading=(Span(BTC, Tone.STRONG), Span("1m", Tone.ACCENT)),
        state=Span("live", Tone.DIM),
        writing=writing_of(ascii_only=ascii_only),
        empty="no bars yet",
    )


def writing_of(*, ascii_only: bool = False) -> Writing:
    """Write in UTC."""
    return frame(ascii_only=ascii_only).writing


def equity_points(*values: str, every_ms: int = MINUTE_MS) -> tuple[EquityPoint, ...]:
    return tuple(EquityPoint(START_MS + number * every_ms, Decimal(one)) for number, one in enumerate(values))


def result_of(name: str, realized: str | None, fees: str | None = "1", *, trades: int = 4) -> StrategyResult:
    def amount(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    return StrategyResult(name, trades, trades // 2, amount(realized), amount(fees))


def rows_of(picture: Picture) -> list[str]:
    """Return a picture's lines as they read, spaces at their ends included."""
    return ["".join(span.text for span in line) for line in picture]
