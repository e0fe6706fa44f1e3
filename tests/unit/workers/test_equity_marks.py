"""What equity is measured against is written down where it moved, and not at each look."""

from decimal import Decimal

from desk.testing.building import START_MS
from desk.workers.risk_control.equity_marks import EquityMarks


def test_an_account_that_stays_empty_is_written_down_once() -> None:
    empty = EquityMarks.at(Decimal(0), START_MS, {})
    assert not empty.on_day(Decimal(0), START_MS).risen(Decimal(0)).is_worth_keeping(empty)
    emptied = empty.model_copy(update={"peak": Decimal(100)})
    assert not emptied.on_day(Decimal(0), START_MS).is_worth_keeping(emptied)
    assert emptied.on_day(Decimal(1), START_MS).is_worth_keeping(emptied)
