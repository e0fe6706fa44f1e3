"""A virtual run is a function of its seed."""

import asyncio
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.runtime.clock import VirtualClock
from desk.runtime.virtual_loop import Abandoned, VirtualLoop, run_virtual
from tests.builders.examples import examples

Plan = Sequence[Sequence[int]]

plans = st.lists(st.lists(st.integers(0, 5), max_size=6), min_size=1, max_size=6)
seeds = st.one_of(st.none(), st.integers(0, 1_000))


def run(plan: Plan, seed: int | None, abandon_after: int | None = None) -> list[tuple[int, int, int]]:
    """Let tasks wait as planned, by both ways of waiting, and note who woke when."""
    seen: list[tuple[int, int, int]] = []

    async def main(loop: VirtualLoop) -> None:
        clock = VirtualClock(loop, 0)

        async def work(name: int, waits: Sequence[int]) -> None:
            for place, wait_ms in enumerate(waits):
                if place % 2:
                    await clock.sleep_until_ms(clock.now_ms() + wait_ms)
                else:
                    await clock.sleep_ms(wait_ms)
                seen.append((clock.now_ms(), name, place))

        await asyncio.gather(*(work(name, waits) for name, waits in enumerate(plan)))

    try:
        run_virtual(main, seed=seed, abandon_after=abandon_after)
    except Abandoned:
        assert abandon_after is not None
    return seen


@settings(deadline=None)
@given(plan=plans, seed=seeds)
def test_the_same_seed_gives_the_same_run(plan: Plan, seed: int | None) -> None:
    assert run(plan, seed) == run(plan, seed)


@settings(deadline=None)
@given(plan=plans, seed=seeds)
def test_everybody_wakes_exactly_when_asked_whatever_the_order(plan: Plan, seed: int | None) -> None:
    seen = run(plan, seed)
    assert [time_ms for time_ms, _, _ in seen] == sorted(time_ms for time_ms, _, _ in seen)
    expected = {
        (sum(waits[: place + 1]), name, place)
        for name, waits in enumerate(plan)
        for place in range(len(waits))
    }
    assert set(seen) == expected


@settings(max_examples=examples(50))
@given(plan=plans, seed=seeds, abandon_after=st.integers(0, 60))
def test_a_run_that_is_killed_did_the_first_part_of_the_whole(
    plan: Plan, seed: int | None, abandon_after: int
) -> None:
    seen = run(plan, seed, abandon_after)
    assert seen == run(plan, seed)[: len(seen)]
