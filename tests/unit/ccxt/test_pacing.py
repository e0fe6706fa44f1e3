"""The request budget: never more than the venue bears, exits first, a share always kept for them."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.ccxt.pacer import Barred, Pacer, PacingTerms, Urgency
from connectors.ccxt.windows import Window
from desk.runtime.tasks import TaskSupervisor
from tests.builders.examples import examples
from tests.builders.venue import ManualClock

CREATE = "v5/order/create"


class Queue:
    """A pacer under a clock moved by hand, and what it let go, with the time."""

    def __init__(self, **terms: object) -> None:
        fields: dict[str, object] = {"limit": 10, "period_ms": 1000}
        self.clock = ManualClock()
        self.tasks = TaskSupervisor(lambda name, error: pytest.fail(f"{name}: {error!r}"))
        self.pacer = Pacer(PacingTerms(**(fields | terms)), self.clock, self.tasks)  # type: ignore[arg-type]  # as given
        self.gone: list[tuple[str, int]] = []
        self.began_ms = self.clock.monotonic_ms()

    def ask(
        self, name: str, urgency: Urgency, *, endpoint: str = "any", cost: float = 1
    ) -> asyncio.Task[None]:
        async def wait() -> None:
            turn = await self.pacer.admit(endpoint, cost, urgency)
            self.pacer.answered(turn)
            self.gone.append((name, self.clock.monotonic_ms() - self.began_ms))

        return asyncio.get_running_loop().create_task(wait())

    async def pass_ms(self, duration_ms: int) -> None:
        for _ in range(0, duration_ms, 10):
            await self.clock.advance(10)

    def names(self) -> list[str]:
        return [name for name, _ in self.gone]


async def test_a_read_never_takes_the_reserve_and_an_exit_may() -> None:
    queue = Queue()
    tasks = [queue.ask(f"read{number}", Urgency.READ) for number in range(10)]
    await queue.clock.advance(0)
    assert len(queue.gone) == 8
    tasks += [queue.ask("cancel", Urgency.EXIT), queue.ask("close", Urgency.EXIT)]
    await queue.clock.advance(0)
    assert queue.names()[8:] == ["cancel", "close"]
    await queue.pass_ms(2500)
    await asyncio.gather(*tasks)
    await queue.tasks.stop(10)


async def test_the_urgent_overtake_who_waited_longer() -> None:
    queue = Queue(limit=1)
    tasks = [queue.ask("first", Urgency.EXIT)]
    await queue.clock.advance(0)
    tasks += [
        queue.ask("read", Urgency.READ),
        queue.ask("entry", Urgency.ORDER),
        queue.ask("stop", Urgency.EXIT),
    ]
    await queue.pass_ms(5000)
    await asyncio.gather(*tasks)
    assert queue.names() == ["first", "stop", "entry", "read"]
    await queue.tasks.stop(10)


async def test_an_endpoint_of_its_own_budget_holds_up_no_other() -> None:
    queue = Queue(limit=100, per_second=((CREATE, 2),))
    tasks = [queue.ask(f"close{number}", Urgency.EXIT, endpoint=CREATE) for number in range(4)]
    tasks.append(queue.ask("read", Urgency.READ, endpoint="v5/position/list"))
    await queue.clock.advance(0)
    assert queue.names() == ["close0", "close1", "read"]
    await queue.pass_ms(1500)
    await asyncio.gather(*tasks)
    await queue.tasks.stop(10)


async def test_the_venues_own_word_changes_the_budget() -> None:
    queue = Queue(limit=100, per_second=((CREATE, 10),))
    queue.pacer.learn(CREATE, 3)
    tasks = [queue.ask(f"close{number}", Urgency.EXIT, endpoint=CREATE) for number in range(5)]
    await queue.clock.advance(0)
    assert len(queue.gone) == 3
    await queue.pass_ms(1500)
    assert len(queue.gone) == 5
    await asyncio.gather(*tasks)
    await queue.tasks.stop(10)


async def test_a_refusal_that_our_count_does_not_explain_means_one_budget_for_all() -> None:
    queue = Queue(limit=1000, period_ms=5000, counts_requests=True, per_second=((CREATE, 50),))
    queue.pacer.refused(CREATE, 5)
    tasks = [queue.ask(f"any{number}", Urgency.EXIT, endpoint="other") for number in range(7)]
    await queue.clock.advance(0)
    assert queue.gone == []
    await queue.pass_ms(1200)
    assert len(queue.gone) == 5
    await queue.pass_ms(1200)
    await asyncio.gather(*tasks)
    await queue.tasks.stop(10)


async def test_a_short_wish_is_waited_out_and_a_ban_is_told_at_once() -> None:
    queue = Queue()
    queue.pacer.bar(500)
    assert queue.pacer.budget_left == 0
    task = queue.ask("cancel", Urgency.EXIT)
    await queue.pass_ms(400)
    assert queue.gone == []
    await queue.pass_ms(200)
    await task
    queue.pacer.bar(60_000)
    assert queue.pacer.banned_for_ms == 60_000
    with pytest.raises(Barred):
        await queue.pacer.admit("any", 1, Urgency.EXIT)
    await queue.tasks.stop(10)


async def test_who_waits_when_a_ban_comes_is_told() -> None:
    queue = Queue(limit=1)
    done = queue.ask("first", Urgency.EXIT)
    waiting = queue.ask("second", Urgency.EXIT)
    await queue.clock.advance(0)
    queue.pacer.bar(600_000)
    with pytest.raises(Barred):
        await waiting
    await done
    await queue.pass_ms(100)
    await queue.tasks.stop(10)


async def test_one_who_gives_up_takes_no_budget() -> None:
    queue = Queue(limit=1)
    done = queue.ask("first", Urgency.EXIT)
    given_up, next_one = queue.ask("second", Urgency.EXIT), queue.ask("third", Urgency.EXIT)
    await queue.clock.advance(0)
    given_up.cancel()
    await queue.pass_ms(1200)
    await asyncio.gather(done, next_one)
    assert queue.names() == ["first", "third"]
    await queue.tasks.stop(10)


async def test_a_desk_that_is_stopping_lets_nobody_wait_for_ever() -> None:
    clock = ManualClock()
    tasks = TaskSupervisor(lambda *_: None)
    pacer = Pacer(PacingTerms(1, 1000), clock, tasks)
    await pacer.admit("any", 1, Urgency.EXIT)
    await tasks.stop(10)
    with pytest.raises(Barred, match="stopping"):
        await pacer.admit("any", 1, Urgency.EXIT)


@settings(max_examples=examples(200))
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 400), st.floats(0.1, 6), st.sampled_from([0.8, 1.0]), st.integers(0, 700)),
        min_size=1,
        max_size=60,
    ),
    data=st.data(),
)
def test_no_stretch_of_time_ever_brings_the_venue_more_than_the_limit(
    steps: list[tuple[int, float, float, int]], data: st.DataObject
) -> None:
    window = Window(10, 1000)
    now_ms, reached = 0.0, list[tuple[float, float]]()
    under_way: list[tuple[float, int]] = []
    for number, (gap_ms, cost, share, travel_ms) in enumerate(steps):
        now_ms += gap_ms
        while (wait_ms := window.wait_ms(cost, share, now_ms)) > 0:
            if under_way and under_way[0][0] <= now_ms + wait_ms:
                answered_ms, name = under_way.pop(0)
                now_ms = max(now_ms, answered_ms)
                window.answered(name, now_ms)
            else:
                now_ms += wait_ms + 1
        window.leaves(number, cost)
        under_way = sorted([*under_way, (now_ms + travel_ms, number)])
        reached.append((now_ms + data.draw(st.integers(0, travel_ms)), cost))
        assert 0 <= window.left(now_ms) <= 1
    for at_ms, _ in reached:
        assert sum(cost for one, cost in reached if at_ms - 1000 < one <= at_ms) <= 10 + 1e-6
