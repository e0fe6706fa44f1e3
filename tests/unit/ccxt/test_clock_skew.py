"""The venue's clock against ours."""

from hypothesis import given
from hypothesis import strategies as st

from connectors.ccxt.clock_skew import ClockSkew, SkewSample


def sample(skew_ms: int, there_ms: int, back_ms: int, sent_ms: int = 1_000_000) -> SkewSample:
    return SkewSample(sent_ms, sent_ms + there_ms + back_ms, sent_ms + there_ms + skew_ms)


def test_nothing_is_known_before_the_venue_was_asked() -> None:
    assert ClockSkew().skew_ms is None


@given(st.integers(-5000, 5000), st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1))
def test_the_skew_is_wrong_by_half_a_round_trip_at_most(skew_ms: int, trips: list[tuple[int, int]]) -> None:
    skew = ClockSkew()
    for there_ms, back_ms in trips:
        skew.add(sample(skew_ms, there_ms, back_ms))
    assert skew.skew_ms is not None
    assert abs(skew.skew_ms - skew_ms) <= min(sum(one) for one in trips[-8:]) / 2 + 1


def test_a_clock_that_was_set_is_believed_at_once() -> None:
    skew = ClockSkew()
    for _ in range(5):
        skew.add(sample(0, 5, 5))
    skew.add(sample(4000, 40, 40))
    assert skew.skew_ms == 4000


def test_an_answer_from_before_its_question_teaches_nothing() -> None:
    skew = ClockSkew()
    skew.add(SkewSample(2000, 1000, 1500))
    assert skew.skew_ms is None
