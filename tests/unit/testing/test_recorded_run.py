"""The kit plays a recorded file to one worker, and fills what it asks for."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.directives import DirectiveScope
from desk.contracts.events import PERIOD_SKIPPED
from desk.contracts.problems import InputRefused
from desk.contracts.sides import PositionSide
from desk.testing import PERPETUAL, START_MS, position, run_over
from desk.workers.context.trend_context import TrendContext
from desk.workers.dynamic_management.breakeven_mover import BreakevenMover
from desk.workers.scheduled_operations.dca_executor import DCAExecutor

MINUTE_MS = 60_000


def candles(folder: Path, *closes: int) -> Path:
    """Write candles of a minute whose only price is their close."""
    rows = [
        f"{START_MS + number * MINUTE_MS},{close},{close},{close},{close},1"
        for number, close in enumerate(closes)
    ]
    path = folder / "candles.csv"
    path.write_text("\n".join(["time_ms,open,high,low,close,volume", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("side", "prices"),
    [(PositionSide.LONG, (100_000, 101_000, 102_000)), (PositionSide.SHORT, (100_000, 99_000, 98_000))],
)
def test_a_trade_that_is_given_is_looked_after(
    side: PositionSide, prices: tuple[int, ...], tmp_path: Path
) -> None:
    run = run_over(
        BreakevenMover,
        candles(tmp_path, *prices),
        {"entry_fee": 0, "exit_fee": 0},
        symbol=PERPETUAL,
        positions=[position(side, symbol=PERPETUAL)],
    )
    (directive,) = run.directives
    assert directive.scope is DirectiveScope.MODIFY_EXISTING
    assert run.positions[0].stop_price == 100_000
    assert run.ticks == 12
    assert list(run.memory) == [f"breakeven.{run.positions[0].trade_id}"]


def test_without_fills_nothing_becomes_of_a_directive(tmp_path: Path) -> None:
    held = position(symbol=PERPETUAL)
    parameters = {"entry_fee": 0, "exit_fee": 0, "cooldown_s": 3600}
    path = candles(tmp_path, 100_000, 102_000, 102_000)
    run = run_over(BreakevenMover, path, parameters, symbol=PERPETUAL, positions=[held], fills=False)
    assert len(run.directives) == 1
    assert run.positions == (held,)


def test_a_stop_that_is_met_closes_the_trade_at_the_touch(tmp_path: Path) -> None:
    held = position(entry="100000", stop="99000", size="0.5", symbol=PERPETUAL)
    run = run_over(BreakevenMover, candles(tmp_path, 100_000, 98_500), symbol=PERPETUAL, positions=[held])
    assert run.positions[0].size_base == 0
    assert run.positions[0].exit_price == 98_500, "the price had fallen through the stop"
    assert run.positions[0].realized_quote == -750


def test_schedules_fire_between_ticks_and_buys_are_filled(tmp_path: Path) -> None:
    path = candles(tmp_path, *([50_000] * 5))
    parameters = {"symbol": "BTC/USDT", "schedule": "OFTEN", "notional_quote": 1000}
    run = run_over(DCAExecutor, path, parameters, schedules={"OFTEN": 2 * MINUTE_MS})
    assert [one.scope for one in run.directives] == [DirectiveScope.NEW_TRADE] * 2
    assert [one.size_base for one in run.positions] == [Decimal("0.0200")] * 2
    assert [one.stop_price for one in run.positions] == [Decimal(49_000)] * 2


def test_a_period_that_cannot_be_paid_is_skipped_and_told(tmp_path: Path) -> None:
    path = candles(tmp_path, *([50_000] * 5))
    parameters = {"symbol": "BTC/USDT", "schedule": "OFTEN", "notional_quote": 1000}
    poor = {"USDT": Decimal(5)}
    run = run_over(DCAExecutor, path, parameters, schedules={"OFTEN": 2 * MINUTE_MS}, cash=poor)
    assert run.directives == ()
    assert len(run.payloads(PERIOD_SKIPPED)) == 2


def test_bars_are_built_as_the_parameters_ask(tmp_path: Path) -> None:
    path = candles(tmp_path, *range(50_000, 54_000, 100))
    parameters = {"symbol": "BTC/USDT", "interval_ms": MINUTE_MS, "fast_bars": 2, "slow_bars": 5}
    run = run_over(TrendContext, path, parameters)
    assert run.published
    assert run == run_over(TrendContext, path, parameters), "the same file makes the same run"


def test_a_file_that_is_no_recording_is_refused_with_its_line(tmp_path: Path) -> None:
    path = candles(tmp_path, 1, 2)
    path.write_text(path.read_text(encoding="utf-8") + "nonsense\n", encoding="utf-8")
    with pytest.raises(InputRefused, match=r"candles\.csv:4"):
        run_over(BreakevenMover, path)
