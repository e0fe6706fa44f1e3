"""Every pane that is a table, and the account: drawn in a real app from a desk at work."""

from collections.abc import Mapping

import pytest

from desk.ui.panes.account import AccountPane
from desk.ui.panes.catalog import panes
from desk.ui.panes.closed_trades import ClosedTradesPane
from desk.ui.panes.pane import Pane
from desk.ui.panes.positions import PositionsPane
from tests.builders.frames import busy_snapshot, closed_trade, frame, history, snapshot
from tests.builders.grids import Shelf, lines_of
from tests.builders.screens import PictureDesk

MINE = (
    "positions", "directives", "terminations", "orders", "account", "watch", "closed_trades", "schedule",
    "workers", "alarms", "health", "log",
)  # fmt: skip
WORDS: Mapping[str, str] = {
    "positions": "NO STOP 00:12",
    "directives": "refused",
    "terminations": "1 order filled",
    "orders": "OPEN",
    "account": "10,234.50",
    "watch": "+1.23%",
    "closed_trades": "Asking the desk",
    "schedule": "daily-buy",
    "workers": "PAUSED",
    "alarms": "no stop",
    "health": "connector latency",
    "log": "bought 0.5",
}


@pytest.mark.parametrize("name", MINE)
async def test_a_pane_shows_its_topic_at_every_width(name: str) -> None:
    pane = panes()[name]()
    app = Shelf(pane)
    async with app.run_test(size=(160, 20)) as pilot:
        for width in (250, 160, 120, 80, 60):
            await pilot.resize_terminal(width, 20)
            pane.draw(frame(busy_snapshot()))
            await pilot.pause()
            text = "\n".join(lines_of(app))
            assert WORDS[name] in text, f"at {width} columns"
            assert all(len(one) <= width for one in lines_of(app))
        pane.draw(frame(busy_snapshot(), ascii_only=True))
        await pilot.pause()
        assert all(one.isascii() for one in lines_of(app))


async def test_the_word_stale_is_there_on_the_narrowest_screen() -> None:
    pane = PositionsPane()
    app = Shelf(pane)
    async with app.run_test(size=(58, 10)) as pilot:
        pane.draw(frame(busy_snapshot(), unheard_ms=5_000))
        await pilot.pause()
        assert "STALE 5s" in lines_of(app)[1]
        assert "NO STOP 00:17" in lines_of(app)[2]


@pytest.mark.parametrize("name", [one for one in MINE if one not in {"account", "watch", "health"}])
async def test_an_empty_pane_says_why_it_is_empty(name: str) -> None:
    pane = panes()[name]()
    app = Shelf(pane)
    async with app.run_test(size=(100, 10)) as pilot:
        pane.draw(frame())
        await pilot.pause()
        assert len(lines_of(app)[1].split()) > 3
        assert pane.subject is None


async def test_a_position_under_the_cursor_is_what_actions_are_about() -> None:
    pane = PositionsPane()
    app = Shelf(pane)
    async with app.run_test(size=(120, 12)) as pilot:
        seen = busy_snapshot()
        pane.draw(frame(seen))
        pane.grid.focus()
        await pilot.press("down")
        assert pane.subject is not None
        assert pane.subject.trade_id == seen.positions[1].position.trade_id


async def test_the_account_flows_into_columns_where_there_is_room() -> None:
    pane = AccountPane()
    app = Shelf(pane)
    async with app.run_test(size=(160, 12)) as pilot:
        pane.draw(frame())
        await pilot.pause()
        assert "Equity" in lines_of(app)[0]
        assert "Drawdown" in lines_of(app)[0]
        await pilot.resize_terminal(44, 12)
        await pilot.pause()
        assert lines_of(app)[1].startswith("Day P&L")


class Teller(Shelf):
    """An app that reaches a desk."""

    def __init__(self, pane: Pane, client: PictureDesk) -> None:
        super().__init__(pane)
        self.client = client


async def test_closed_trades_come_when_the_desk_has_told_them() -> None:
    desk = PictureDesk(snapshot(), past=history(closed_trade()))
    pane = ClosedTradesPane()
    app = Teller(pane, desk)
    async with app.run_test(size=(140, 12)) as pilot:
        pane.draw(frame())
        await app.workers.wait_for_complete()
        pane.draw(frame())
        await pilot.pause()
        assert "+12.39" in lines_of(app)[1]


async def test_a_desk_that_cannot_tell_its_past_says_why() -> None:
    pane = ClosedTradesPane()
    app = Teller(pane, PictureDesk(snapshot(), unreachable="the socket is gone"))
    async with app.run_test(size=(140, 12)) as pilot:
        pane.draw(frame())
        await app.workers.wait_for_complete()
        pane.draw(frame())
        await pilot.pause()
        assert lines_of(app)[1] == "the socket is gone"
