"""Spans of time read as a trader says them."""

import pytest

from desk.contracts.durations import written_duration


@pytest.mark.parametrize(
    ("duration_ms", "words"),
    [
        (0, "0 ms"), (250, "250 ms"), (45_000, "45 s"), (90_000, "90 s"), (5_400_000, "90 min"),
        (14_400_000, "4 h"), (172_800_000, "2 d"), (90_001, "90001 ms"),
    ],
)  # fmt: skip
def test_a_span_is_written_in_the_greatest_unit_it_is_a_multiple_of(duration_ms: int, words: str) -> None:
    assert written_duration(duration_ms) == words
