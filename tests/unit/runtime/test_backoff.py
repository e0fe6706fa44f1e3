"""How long is waited before a next attempt."""

import random

from desk.runtime.backoff import Backoff


def test_waits_double_from_a_second_to_a_minute_each_a_little_by_chance() -> None:
    rng = random.Random(7)
    rounds = [[backoff.next_ms() for _ in range(10)] for backoff in (Backoff(rng) for _ in range(200))]
    for number, base_ms in enumerate([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]):
        waits = [one[number] for one in rounds]
        assert max(1_000, base_ms * 3 // 4) <= min(waits) <= max(waits) <= min(60_000, base_ms * 5 // 4)
        assert len(set(waits)) > 50, "not all at once"


def test_after_a_reset_they_are_short_again() -> None:
    backoff = Backoff(random.Random(7))
    for _ in range(10):
        backoff.next_ms()
    backoff.reset()
    assert backoff.next_ms() <= 1_250
