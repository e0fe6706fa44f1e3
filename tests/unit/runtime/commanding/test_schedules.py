"""A schedule run by hand is caused by the command, happens once per period, and is answered by its end."""

from pathlib import Path

from desk.contracts.commands import PauseWorker, RunSchedule
from desk.contracts.records import EntryKind
from tests.builders.desk import PLATFORM
from tests.builders.execution import FaultyHouse
from tests.builders.living_desk import SPOT, LivingDesk
from tests.builders.operator import D, reasons_of, refused, told

_DAILY = f"{PLATFORM}schedule:\n  - {{name: DAILY, every: 1d, misfire: run_once_within, grace_s: 60}}\n"
_SAVER = """\
name: saver
symbols: [BTC/USDT]
protection: none
workers:
  - use: dca_executor
    parameters: {symbol: BTC/USDT, schedule: DAILY, notional_quote: 250, grace_s: 86400}
planners:
  entry: [{use: market}]
  size: [{use: fixed_notional}]
"""


def _house(folder: Path) -> FaultyHouse:
    return FaultyHouse(folder, platform=_DAILY, blueprints=(_SAVER,))


def test_a_scheduled_buy_by_hand_is_answered_with_its_fill_and_done_once(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000", SPOT)
        answer = await told(desk, RunSchedule("DAILY"))
        assert "DAILY was run: bought 0.00" in answer.message
        assert desk.positions[0].size_base > D("0.004")
        assert {"MAN", "SCH"} <= reasons_of(desk, EntryKind.ORDER_INTENDED)
        assert "done already: wait for the next" in await refused(desk, RunSchedule("DAILY"))
        assert "there are DAILY" in await refused(desk, RunSchedule("HOURLY"))

    _house(tmp_path).run(script)


def test_a_run_that_nobody_takes_up_says_so(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000", SPOT)
        await told(desk, PauseWorker("dca_executor"))
        answer = await told(desk, RunSchedule("DAILY"))
        assert "no worker asked for anything" in answer.message
        assert not desk.positions

    _house(tmp_path).run(script)
