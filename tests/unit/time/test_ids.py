"""Ids: no number twice in a run, and the same ones for the same seed."""

from desk.contracts.ids import DirectiveId, TickId
from desk.runtime.clock import WallClock
from desk.runtime.ids import SeededIds, SystemIds


class FixedClock(WallClock):
    def now_ms(self) -> int:
        return 1_700_000_000_999


def test_the_same_seed_gives_the_same_ids() -> None:
    first, second, other = (SeededIds(FixedClock(), seed) for seed in (7, 7, 8))
    ids = [first.new(DirectiveId) for _ in range(100)]
    assert ids == [second.new(DirectiveId) for _ in range(100)]
    assert ids[0] != other.new(DirectiveId)


def test_an_id_is_of_the_kind_asked_for_and_born_now() -> None:
    made = SeededIds(FixedClock(), 7).new(TickId)
    assert type(made) is TickId
    assert made.startswith("TCK_20231114_221320_")


def test_no_number_is_given_out_twice() -> None:
    for ids in (SeededIds(FixedClock(), 7), SystemIds(FixedClock())):
        assert len({ids.new(TickId) for _ in range(50_000)}) == 50_000


def test_the_next_run_of_a_seed_takes_a_seed_of_its_own() -> None:
    first, again = (SeededIds(FixedClock(), f"7|{run}") for run in (1, 2))
    assert not {first.new(TickId) for _ in range(10_000)} & {again.new(TickId) for _ in range(10_000)}


def test_the_system_s_ids_start_anywhere() -> None:
    assert len({SystemIds(FixedClock()).new(TickId) for _ in range(20)}) == 20
