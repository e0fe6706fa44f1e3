"""What is over: each closed trade with its reason, cost and slippage, the same after a restart."""

from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from desk.bootstrap.doors import local_client
from desk.contracts.commands import CloseTrade
from desk.contracts.history import ClosedTrade, History, MarkKind
from desk.contracts.sides import OrderSide
from tests.builders.desk import DeskHouse
from tests.builders.execution import opened
from tests.builders.living_desk import PERP, SPOT, LivingDesk

D = Decimal


async def history(desk: LivingDesk) -> History:
    return await local_client(desk.desk).history()


async def newest(desk: LivingDesk) -> ClosedTrade:
    return (await history(desk)).closed[0]


async def by_hand(desk: LivingDesk, symbol: str = PERP, price: str = "50000") -> None:
    """Open a trade and close it by command at a price."""
    position = await opened(desk, symbol=symbol)
    desk.tick(price, symbol)
    await desk.desk.commands.execute(CloseTrade(position.trade_id, reason="enough for today"))
    await desk.settle()
    assert not desk.positions


async def until_stopped(desk: LivingDesk) -> None:
    """Open a trade and let its stop go."""
    await opened(desk)
    await desk.play(["48900"] * 5)
    await desk.settle()
    assert not desk.positions


def test_a_closed_trade_is_reckoned_from_its_fills(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await by_hand(desk, price="50500")
        one = await newest(desk)
        bought, sold = (
            booked.fill for booked in desk.ledger.fills_of_trade(desk.ledger.trades()[0].trade_id)
        )
        assert (one.entry_price, one.exit_price) == (bought.price, sold.price)
        assert one.realized_quote == (sold.price - bought.price) * bought.size_base
        assert one.fees_quote == bought.fee + sold.fee
        assert (one.opened_at_ms, one.closed_at_ms) == (bought.time_ms, sold.time_ms)
        assert (one.symbol, one.side, one.strategy_id, one.worker) == (PERP, "LONG", "tiny", "test")
        assert one.reason == "enough for today"
        assert one.slippage == bought.price / D("50000.1") - 1
        stop = desk.ledger.trades()[0].initial_stop_price
        assert stop is not None
        assert one.r_multiple == (sold.price - bought.price) / (bought.price - stop)

    DeskHouse(tmp_path).live(script)


def test_a_short_that_sold_too_low_slipped_too(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        position = await opened(desk, side=OrderSide.SELL)
        await desk.desk.commands.execute(CloseTrade(position.trade_id))
        await desk.settle()
        one = await newest(desk)
        assert one.slippage == 1 - one.entry_price / D("49999.9")
        assert one.slippage > 0

    DeskHouse(tmp_path).live(script)


def test_why_a_trade_was_left_is_told_by_what_closed_it(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await until_stopped(desk)
        stopped = await newest(desk)
        assert stopped.reason == "stop at 49000"
        await opened(desk)
        await desk.play(["52500"] * 5)
        await desk.settle()
        hit = await newest(desk)
        assert hit.reason.startswith("target at 52")
        assert [one.trade_id for one in (await history(desk)).closed] == [hit.trade_id, stopped.trade_id]

    DeskHouse(tmp_path).live(script)


def test_a_restart_finds_the_same_trades_results_and_marks(tmp_path: Path) -> None:
    at = DeskHouse(tmp_path, is_watched=True)
    before: list[History] = []

    async def trades(desk: LivingDesk) -> None:
        await until_stopped(desk)
        await by_hand(desk, price="50500")
        await by_hand(desk, SPOT, price="50600")
        await opened(desk)
        before.append(await history(desk))
        assert [one.reason for one in before[0].closed[:2]] == ["enough for today"] * 2

    async def looks(desk: LivingDesk) -> None:
        desk.tick("50000")
        after = await history(desk)
        assert after.closed == before[0].closed
        assert after.results == before[0].results
        chart = await local_client(desk.desk).chart(PERP, 60_000, 100)
        assert [one.kind for one in chart.marks] == [MarkKind.ENTRY, MarkKind.EXIT] * 2 + [MarkKind.ENTRY]
        await desk.desk.commands.execute(CloseTrade(desk.positions[0].trade_id, reason="at last"))
        await desk.settle()
        last = await newest(desk)
        assert last.reason == "at last"
        assert last.slippage is not None, "planned by the life before"
        assert (await history(desk)).results[0].trades == 4

    at.live(trades)
    at.live(looks)


def test_results_add_up_all_closed_trades_of_a_strategy(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await until_stopped(desk)
        await by_hand(desk, price="50500")
        told = await history(desk)
        (result,) = told.results
        assert (result.strategy_id, result.trades, result.wins) == ("tiny", 2, 1)
        assert result.realized == sum(one.realized_quote for one in told.closed)
        assert result.fees == sum(one.fees_quote for one in told.closed)

    DeskHouse(tmp_path).live(script)


def test_equity_is_sampled_every_five_seconds_and_every_minute_before(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        for _ in range(70):
            desk.tick("50000")
            await desk.pass_ms(60_000)
        points = (await history(desk)).equity
        gaps = [later.time_ms - sooner.time_ms for sooner, later in pairwise(points)]
        assert gaps[-719:] == [5_000] * 719
        assert set(gaps[:-720]) == {60_000}
        assert {one.equity for one in points} == {D(100000)}

    DeskHouse(tmp_path, is_watched=True).live(script)


def test_a_chart_marks_the_fills_among_its_bars(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        await by_hand(desk)
        chart = await local_client(desk.desk).chart(PERP, 5_000, 100)
        assert [(one.kind, one.side) for one in chart.marks] == [
            (MarkKind.ENTRY, OrderSide.BUY),
            (MarkKind.EXIT, OrderSide.SELL),
        ]
        assert chart.marks[0].id.startswith("FIL_")
        assert chart.bars[0].open_time_ms <= chart.marks[0].time_ms
        assert chart.bars[-1].close == D(50000)

    DeskHouse(tmp_path, is_watched=True).live(script)
