"""NewWorker sees a dip, and each dip once."""

from decimal import Decimal
from pathlib import Path

from desk.contracts.events import OPPORTUNITY_DETECTED
from desk.contracts.sides import PositionSide
from desk.contracts.signals import OpportunitySignal
from desk.testing import Bench, bars, run_over, worker_beside

SYMBOL = "BTC/USDT:USDT"
PRICES = Path(__file__).with_name("sample_prices.csv")
NewWorker = worker_beside(__file__, "new_worker.py:NewWorker")


def signals_after(*closes: int) -> list[OpportunitySignal]:
    bench = Bench(NewWorker, {"symbol": SYMBOL, "dip": "0.01"}, symbols=[SYMBOL])
    published = [one for bar in bars(closes, symbol=SYMBOL) for one in bench.bar(bar)]
    return [one for one in published if isinstance(one, OpportunitySignal)]


def test_a_close_one_percent_below_the_high_is_a_dip() -> None:
    (signal,) = signals_after(10_000, 9_950, 9_900)
    assert signal.side is PositionSide.LONG
    assert signal.confidence == Decimal("0.5")


def test_a_deeper_dip_is_surer() -> None:
    (signal,) = signals_after(10_000, 9_850)
    assert signal.confidence == Decimal("0.75")


def test_a_dip_is_told_once_and_the_next_high_makes_a_new_one() -> None:
    assert len(signals_after(10_000, 9_900, 9_890, 9_880)) == 1
    assert len(signals_after(10_000, 9_900, 10_100, 9_990)) == 2


def test_recorded_prices_dip() -> None:
    run = run_over(NewWorker, PRICES, {"symbol": SYMBOL}, symbol=SYMBOL)
    assert run.payloads(OPPORTUNITY_DETECTED)
