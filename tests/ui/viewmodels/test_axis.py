"""Axes say round prices and round local times, and never more than there is room for."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from desk.ui.viewmodels.axis import round_step, round_values, time_labels
from desk.ui.viewmodels.frame import Writing
from tests.builders.charts import writing_of

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
MIDNIGHT_MS = 1_700_006_400_000
"""2023-11-15 00:00 UTC."""


@pytest.mark.parametrize(
    ("span", "most", "smallest", "step"),
    [
        ("100", 5, None, "20"),
        ("100", 10, None, "10"),
        ("7", 3, None, "5"),
        ("0.0003", 4, "0.0001", "0.0001"),
        ("0.5", 10, "0.1", "0.1"),
        ("0.5", 10, "0.25", "0.5"),
    ],
)
def test_a_step_is_one_two_or_five_and_never_finer_than_prices_move(
    span: str, most: int, smallest: str | None, step: str
) -> None:
    least = None if smallest is None else Decimal(smallest)
    assert round_step(Decimal(span), most, least) == Decimal(step)


def test_round_values_lie_inside_and_rise() -> None:
    values = round_values(Decimal("46407.3"), Decimal("46890.1"), 5)
    assert values == tuple(Decimal(one) for one in (46500, 46600, 46700, 46800))


def test_a_range_too_narrow_for_its_digits_has_no_values() -> None:
    assert round_values(Decimal("1E+40"), Decimal("1E+40") + 1, 5) == ()


def test_hours_are_labelled_at_round_hours_and_midnight_says_the_day() -> None:
    columns = [(2 * one, MIDNIGHT_MS - 3 * HOUR_MS + one * 5 * MINUTE_MS) for one in range(60)]
    labels = [one.text for one in time_labels(columns, 120, writing_of())]
    assert labels[:7] == ["21:30", "22:00", "22:30", "23:00", "23:30", "11-15", "00:30"]


def test_labels_follow_the_operators_zone() -> None:
    columns = [(2 * one, MIDNIGHT_MS + one * 5 * MINUTE_MS) for one in range(60)]
    labels = [one.text for one in time_labels(columns, 120, Writing(ZoneInfo("Asia/Kolkata")))]
    assert labels[:3] == ["06:00", "06:30", "07:00"]


def test_short_bars_are_labelled_with_seconds() -> None:
    columns = [(2 * one, MIDNIGHT_MS + one * 5_000) for one in range(12)]
    assert "00:00:30" in [one.text for one in time_labels(columns, 60, writing_of())]


def test_labels_keep_apart_and_inside() -> None:
    columns = [(2 * one, MIDNIGHT_MS + one * MINUTE_MS) for one in range(100)]
    for width in range(10, 210):
        labels = time_labels(columns[: width // 2], width, writing_of())
        ends = [one.x + len(one.text) for one in labels]
        assert all(end < later.x for end, later in zip(ends, labels[1:], strict=False))
        assert all(one.x >= 0 for one in labels)
        assert all(end <= width for end in ends)


def test_nothing_to_label_has_no_labels() -> None:
    assert time_labels([], 80, writing_of()) == ()
