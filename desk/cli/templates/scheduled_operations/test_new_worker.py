"""NewWorker buys once per period, or says why not."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.events import PeriodSkipped
from desk.contracts.states import DeskState
from desk.testing import START_MS, Bench, only_directive, run_over, worker_beside

SYMBOL = "BTC/USDT:USDT"
PRICES = Path(__file__).with_name("sample_prices.csv")
PARAMETERS = {"symbol": SYMBOL, "schedule": "HOURLY", "notional_quote": 500}
NewWorker = worker_beside(__file__, "new_worker.py:NewWorker")


@pytest.fixture
def bench() -> Bench:
    made = Bench(NewWorker, PARAMETERS, symbols=[SYMBOL])
    made.tick("50000", SYMBOL)
    return made


def test_a_period_buys_for_the_amount(bench: Bench) -> None:
    directive = only_directive(bench.scheduled("HOURLY", START_MS))
    assert directive.size_directive is not None
    assert directive.size_directive.notional_quote == Decimal(500)
    assert directive.claim is not None
    assert directive.claim.period_start_ms == START_MS


def test_a_period_that_is_claimed_buys_nothing_more(bench: Bench) -> None:
    claim = only_directive(bench.scheduled("HOURLY", START_MS)).claim
    assert claim is not None
    bench.desk.claims.add(claim.key)
    assert bench.scheduled("HOURLY", START_MS) == []


def test_another_schedule_is_not_its_own(bench: Bench) -> None:
    assert bench.scheduled("DAILY", START_MS) == []


def test_a_desk_that_takes_no_new_risk_skips_the_period(bench: Bench) -> None:
    bench.desk.desk_state = DeskState.HALTED
    (skipped,) = bench.scheduled("HOURLY", START_MS)
    assert isinstance(skipped, PeriodSkipped)
    assert skipped.reason == "the desk is HALTED"


def test_ten_hours_of_recorded_prices_buy_every_full_hour() -> None:
    run = run_over(NewWorker, PRICES, PARAMETERS, symbol=SYMBOL, schedules={"HOURLY": 3_600_000})
    assert len(run.directives) == 9
