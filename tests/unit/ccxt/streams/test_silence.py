"""Silence is looked into, ever more rarely, until something comes."""

import itertools

from connectors.ccxt.streams.silence import Silence

LIMIT_MS = 1_000


def looks(silence: Silence, begin_ms: int, end_ms: int) -> list[int]:
    return [now_ms for now_ms in range(begin_ms, end_ms, 100) if silence.doubtful(now_ms)]


def test_looks_become_rarer_up_to_a_limit() -> None:
    silence = Silence(("BTC",), LIMIT_MS, 0)
    found = looks(silence, 0, 80_000)
    assert found[:4] == [1_000, 3_000, 7_000, 15_000]
    assert {later - sooner for sooner, later in itertools.pairwise(found[4:])} == {16_000}


def test_data_make_it_watchful_again() -> None:
    silence = Silence(("BTC",), LIMIT_MS, 0)
    looks(silence, 0, 8_000)
    silence.came("BTC", 8_000)
    assert looks(silence, 8_000, 10_000) == [9_000]


def test_each_symbol_is_silent_by_itself() -> None:
    silence = Silence(("BTC", "ETH"), LIMIT_MS, 0)
    silence.came("BTC", 900)
    assert silence.doubtful(1_000) == ["ETH"]
    assert silence.has_come_since("BTC", 800)
    assert not silence.has_come_since("ETH", 800)


def test_a_new_connection_has_its_time() -> None:
    silence = Silence(("BTC",), LIMIT_MS, 0)
    silence.begin(900)
    assert looks(silence, 900, 2_000) == [1_900]
    assert not silence.is_very_long("BTC", 3_999)
    assert silence.is_very_long("BTC", 4_000)
