"""NewWorker sees a slide, and each slide once."""

from decimal import Decimal
from pathlib import Path

from desk.contracts.events import THREAT_DETECTED
from desk.contracts.signals import ThreatSignal
from desk.testing import Bench, bars, run_over, worker_beside

SYMBOL = "BTC/USDT:USDT"
PRICES = Path(__file__).with_name("sample_prices.csv")
NewWorker = worker_beside(__file__, "new_worker.py:NewWorker")


def threats_after(*closes: int) -> list[ThreatSignal]:
    parameters = {"symbol": SYMBOL, "window_bars": 2, "fall": "0.01"}
    bench = Bench(NewWorker, parameters, symbols=[SYMBOL])
    published = [one for bar in bars(closes, symbol=SYMBOL) for one in bench.bar(bar)]
    return [one for one in published if isinstance(one, ThreatSignal)]


def test_a_fall_of_one_percent_is_a_threat() -> None:
    (threat,) = threats_after(10_000, 9_950, 9_900)
    assert threat.severity == Decimal("0.5")
    assert threat.affected_asset == SYMBOL.partition("/")[0]


def test_a_slide_is_told_once_until_it_is_over() -> None:
    assert len(threats_after(10_000, 9_900, 9_890, 9_790)) == 1
    assert len(threats_after(10_000, 9_900, 9_900, 9_900, 9_800)) == 2


def test_a_rise_is_no_threat() -> None:
    assert threats_after(10_000, 10_100, 10_500) == []


def test_recorded_prices_slide() -> None:
    run = run_over(NewWorker, PRICES, {"symbol": SYMBOL}, symbol=SYMBOL)
    assert run.payloads(THREAT_DETECTED)
