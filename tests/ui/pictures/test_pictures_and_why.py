"""Charts, equity, results and causes as they look."""

from dataclasses import replace

from desk.contracts.history import ChartView, History, MarkKind
from desk.contracts.sides import OrderSide
from tests.builders.causes import bought_tree
from tests.builders.charts import equity_points, fill_mark, result_of, wandering_bars
from tests.builders.frames import feed_row, figure, position, position_row, snapshot, trade_id
from tests.builders.market import BTC, ETH, MINUTE_MS
from tests.builders.pictures import LooksAsKept
from tests.builders.screens import PictureDesk, Screening


async def until_it_reads(screen: Screening, words: str) -> None:
    await screen.until(lambda: words in screen.text, words)


def test_candles_with_a_trade_and_its_fills(looks_as_kept: LooksAsKept) -> None:
    bars = wandering_bars(120)
    entry = str(bars[90].close)
    held = position_row(position(entry=entry, stop="106.1", target="130"), mark=str(bars[-1].close))
    feeds = (replace(feed_row(BTC), last=figure(str(bars[-1].close))), feed_row(ETH))
    desk = PictureDesk(snapshot(positions=(held,), feeds=feeds))
    marks = (
        fill_mark(str(bars[70].close), 70),
        fill_mark(str(bars[100].close), 100, side=OrderSide.SELL, kind=MarkKind.EXIT),
        fill_mark(entry, 90),
    )
    desk.candles = ChartView(BTC, MINUTE_MS, bars, marks)

    async def look(screen: Screening) -> None:
        await screen.press("2")
        await until_it_reads(screen, "▲")

    assert looks_as_kept(desk, size=(160, 45), scene=look)


def test_equity_and_results(looks_as_kept: LooksAsKept) -> None:
    worth = (str(10_000 + (one.close - 100) * 100) for one in wandering_bars(400))
    results = (result_of("breakout", "310.20", "12.5", trades=14), result_of("dca", "-84.10", "3.2"))
    desk = PictureDesk(snapshot(), past=History(equity_points(*worth), (), results))

    async def look(screen: Screening) -> None:
        await screen.press("4")
        await until_it_reads(screen, "peak")
        await until_it_reads(screen, "+297.70")

    assert looks_as_kept(desk, size=(160, 45), scene=look)


def test_why_a_trade_was_made(looks_as_kept: LooksAsKept) -> None:
    desk = PictureDesk(snapshot(positions=(position_row(),)), trees={trade_id(): bought_tree()})

    async def look(screen: Screening) -> None:
        await screen.press("enter")
        await until_it_reads(screen, "fees 0.05 USDT")
        await screen.press("end")
        await until_it_reads(screen, "venue trade id")

    assert looks_as_kept(desk, size=(140, 32), scene=look)
