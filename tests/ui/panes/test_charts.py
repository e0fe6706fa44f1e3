"""Charts in a real app: they follow what is selected, answer their own keys, and keep what they knew."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from desk.contracts.history import ChartView, History
from desk.contracts.ports.client import DeskUnreachable
from desk.contracts.screen import ScreenSettings
from desk.ui.panes.chart import ChartPane
from tests.builders.causes import bought_tree
from tests.builders.charts import equity_points, fill_mark, result_of, rising_bars
from tests.builders.desk import DeskHouse
from tests.builders.frames import position, position_row, snapshot
from tests.builders.living_desk import PERP
from tests.builders.living_screens import screen_over_desk
from tests.builders.market import BTC, ETH, MINUTE_MS
from tests.builders.screens import PictureDesk, Screening, screen_over


@dataclass
class ChartingDesk(PictureDesk):
    """A picture with 200 bars of whatever is asked."""

    asked: list[tuple[str, int, int]] = field(default_factory=list)

    async def chart(self, symbol: str, interval_ms: int, count: int) -> ChartView:
        self.asked.append((symbol, interval_ms, count))
        if self.unreachable:
            raise DeskUnreachable(self.unreachable)
        bars = rising_bars(200, interval_ms=interval_ms, symbol=symbol)[-count:]
        return ChartView(symbol, interval_ms, bars, (fill_mark("290", 190),))


def chart_of(screen: Screening) -> ChartPane:
    return screen.app.work.query_one(ChartPane)


async def until_it_reads(screen: Screening, words: str) -> None:
    await screen.until(lambda: words in screen.text, f"{words!r} in\n{screen.text}")


async def test_the_chart_follows_the_watch_and_its_own_keys() -> None:
    desk = ChartingDesk(snapshot(positions=(position_row(),)))
    async with screen_over(desk) as screen:
        await screen.press("2")
        await until_it_reads(screen, f"{BTC}  1m")
        await until_it_reads(screen, "live")
        await until_it_reads(screen, "▲")
        assert "↓S" in screen.text
        await screen.press("down")
        await until_it_reads(screen, f"{ETH}  1m")
        chart_of(screen).focus()
        await screen.press("right_square_bracket")
        await until_it_reads(screen, f"{ETH}  5m")
        await screen.press("left_square_bracket", "left_square_bracket")
        await until_it_reads(screen, f"{ETH}  5s")
        await screen.press("k")
        await until_it_reads(screen, f"{BTC}  5s")
        assert (BTC, MINUTE_MS) in {one[:2] for one in desk.asked}


async def test_it_goes_back_in_time_and_to_the_live_end() -> None:
    async with screen_over(ChartingDesk(snapshot())) as screen:
        await screen.press("2")
        await until_it_reads(screen, "live")
        chart_of(screen).focus()
        await screen.press("left", "left")
        await until_it_reads(screen, "end: live")
        end_ms = chart_of(screen).window.end_ms
        await screen.press("h")
        assert (chart_of(screen).window.end_ms or 0) < (end_ms or 0)
        await screen.press("right", "right", "right")
        assert chart_of(screen).window.is_live
        await screen.press("left", "end")
        await until_it_reads(screen, " live")
        assert "end: live" not in screen.text


async def test_a_fill_on_the_chart_is_picked_and_asked_why() -> None:
    desk = ChartingDesk(snapshot(), trees={"FIL": bought_tree()})
    async with screen_over(desk) as screen:
        await screen.press("2")
        await until_it_reads(screen, "▲")
        chart_of(screen).focus()
        await screen.press("comma")
        await until_it_reads(screen, "entry BUY 1.000 at 290.00")
        await screen.press("enter")
        await until_it_reads(screen, "Why → FIL")
        await screen.press("escape", "shift+tab")
        await screen.until(lambda: "entry BUY" not in screen.text)


async def test_a_desk_out_of_reach_leaves_the_candles_and_says_stale() -> None:
    desk = ChartingDesk(snapshot())
    async with screen_over(desk) as screen:
        await screen.press("2")
        await until_it_reads(screen, "live")
        desk.unreachable = "gone"
        await until_it_reads(screen, "STALE")
        assert "┃" in screen.text
        desk.unreachable = ""
        await until_it_reads(screen, "live")


async def test_a_frozen_display_asks_nothing_new() -> None:
    desk = ChartingDesk(snapshot())
    async with screen_over(desk) as screen:
        await screen.press("2")
        await until_it_reads(screen, "live")
        await screen.press("space")
        asked = len(desk.asked)
        await screen.pilot.pause(1.3)
        assert len(desk.asked) == asked


@pytest.mark.parametrize(
    ("size", "ascii_only"),
    [((60, 18), True), ((80, 24), False), ((160, 45), True), ((250, 70), False)],
)
async def test_pictures_fill_every_size(*, size: tuple[int, int], ascii_only: bool) -> None:
    desk = ChartingDesk(snapshot(positions=(position_row(position(stop="280", entry="285")),)))
    desk.past = History(equity_points("100", "104", "99", "101"), (), (result_of("breakout", "11"),))
    settings = ScreenSettings(time_zone="UTC", ascii_only=ascii_only)
    async with screen_over(desk, size=size, settings=settings) as screen:
        await screen.press("2")
        await until_it_reads(screen, "live")
        await screen.press("4")
        await until_it_reads(screen, "101.00 USDT")
        assert not ascii_only or not set("▲┃┄◂├⠁█") & set(screen.text)


async def test_equity_and_results_come_from_the_desks_past() -> None:
    desk = PictureDesk(snapshot())
    desk.past = History(equity_points("100", "104", "99", "101"), (), (result_of("breakout", "11"),))
    async with screen_over(desk) as screen:
        await screen.press("4")
        await until_it_reads(screen, "peak 104.00")
        await until_it_reads(screen, "+10.00")
        desk.past = replace(desk.past, equity=equity_points("100", "104", "120"))
        await until_it_reads(screen, "peak 120.00")


async def test_a_desk_at_work_draws_its_ticks_and_its_trade(tmp_path: Path) -> None:
    async with screen_over_desk(tmp_path, house=DeskHouse(tmp_path, is_watched=True)) as (screen, desk):
        desk.tick("50000")
        desk.issue(desk.new_trade())
        await desk.settle(price="50010")
        await screen.press("2")
        await until_it_reads(screen, f"{PERP}  1m  O 50,000.0")
        await until_it_reads(screen, "S 49,000.0")
        assert "▲" in screen.text
