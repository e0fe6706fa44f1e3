"""What was bought too little of to be protected or sold is told, once."""

from decimal import Decimal
from pathlib import Path

from desk.contracts.commands import CancelEntries, CloseTrade
from tests.builders.execution import alarms, house, opened
from tests.builders.living_desk import AT_A_LIMIT, SPOT, LivingDesk


def _dust(desk: LivingDesk) -> list[str]:
    return [one for one in alarms(desk) if "below the venue's minimum" in one]


def test_a_purchase_that_stopped_below_the_minimum_is_told_once(tmp_path: Path) -> None:
    at = house(tmp_path, "connector.paper.max_fill_base=0.00005")

    async def buys(desk: LivingDesk) -> None:
        desk.tick("50000", SPOT)
        desk.issue(desk.new_trade(symbol=SPOT, confidence=AT_A_LIMIT))
        await desk.pass_ms(100)
        desk.tick("49000", SPOT)
        await desk.pass_ms(100)
        await desk.desk.commands.execute(CancelEntries())
        await desk.play(["49000"] * 5, symbol=SPOT)
        assert desk.positions[0].size_base < Decimal("0.0001")
        (text,) = _dust(desk)
        assert "BTC/USDT of tiny" in text

    async def looks(desk: LivingDesk) -> None:
        await desk.play(["49000"] * 5, symbol=SPOT)
        assert not _dust(desk)

    at.run(buys)
    at.run(looks)


def test_dust_that_a_close_leaves_and_a_trade_that_is_worth_one_raise_no_alarm(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk, symbol=SPOT)
        await desk.desk.commands.execute(CloseTrade(trade.trade_id))
        assert not _dust(desk)

    house(tmp_path).run(script)


def test_dust_takes_no_place_among_the_open_trades(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000", SPOT)
        desk.issue(desk.new_trade(symbol=SPOT, confidence=AT_A_LIMIT))
        await desk.pass_ms(100)
        desk.tick("49000", SPOT)
        await desk.pass_ms(100)
        await desk.desk.commands.execute(CancelEntries())
        assert len(desk.positions) == 1
        flow = desk.issue(desk.new_trade(symbol=SPOT, confidence=AT_A_LIMIT))
        await desk.pass_ms(100)
        assert desk.end_of(flow) is None, "it rests"

    house(tmp_path, "connector.paper.max_fill_base=0.00005", "risk.max_open_trades=1").run(script)
