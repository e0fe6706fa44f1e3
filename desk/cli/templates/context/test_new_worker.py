"""NewWorker rates where the price stands in its range."""

from decimal import Decimal
from pathlib import Path

from desk.contracts.events import CONTEXT_ASSESSED
from desk.contracts.signals import ContextAssessment
from desk.testing import Bench, bars, run_over, worker_beside

SYMBOL = "BTC/USDT:USDT"
PRICES = Path(__file__).with_name("sample_prices.csv")
NewWorker = worker_beside(__file__, "new_worker.py:NewWorker")


def test_a_close_near_the_top_is_a_strength() -> None:
    bench = Bench(NewWorker, {"symbol": SYMBOL, "range_bars": 3}, symbols=[SYMBOL])
    published = [one for bar in bars([100, 110, 120], symbol=SYMBOL) for one in bench.bar(bar)]
    (assessment,) = published
    assert isinstance(assessment, ContextAssessment)
    # The range is 95 to 125, five beyond the closes: 2 * (120 - 95) / 30 - 1.
    assert assessment.factors[0].strength == 2 * Decimal(25) / 30 - 1


def test_it_says_nothing_twice() -> None:
    bench = Bench(NewWorker, {"symbol": SYMBOL, "range_bars": 3}, symbols=[SYMBOL])
    for bar in bars([100, 110, 120, 130, 140], symbol=SYMBOL):
        bench.bar(bar)
    assert len(bench.published) == 1


def test_recorded_prices_bring_strengths_and_weaknesses() -> None:
    run = run_over(NewWorker, PRICES, {"symbol": SYMBOL}, symbol=SYMBOL)
    ratings = [one.factors[0] for one in run.payloads(CONTEXT_ASSESSED) if isinstance(one, ContextAssessment)]
    assert any(one.strength is not None for one in ratings)
    assert any(one.weakness is not None for one in ratings)
