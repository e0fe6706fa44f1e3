"""Whatever several workers ask of one trade at once: it is carried out by rank, or void with a reason."""

import asyncio
from collections.abc import Coroutine, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.contracts.causality import CausalityChain
from desk.contracts.directives import DirectiveScope
from desk.contracts.execution import ExecutionDirective, TargetPlans
from desk.contracts.ids import ExecutionDirectiveId, ManualId
from desk.contracts.market import ONE
from desk.contracts.sides import PositionSide
from desk.execution.lanes import Job, Lanes
from desk.execution.precedence import Author, Rank, Wish, beaten
from tests.builders.examples import examples
from tests.builders.wishes import (
    BALANCER,
    LIMITER,
    OPERATOR,
    PARTIALS,
    PROTECTION,
    PYRAMID,
    SAVER,
    TRADE,
    TRAIL,
    Wishes,
)

AUTHORS = (TRAIL, PARTIALS, PYRAMID, LIMITER, BALANCER, SAVER, OPERATOR, PROTECTION)
SIZES = ("0", "0.3", "0.6", "1", "1.4", "2")
STOPS = ("90", "95", "99")


@st.composite
def asked(draw: st.DrawFn) -> list[Wish]:
    """Return what several workers ask of one trade, in the order in which they do."""
    wishes = Wishes("1", draw(st.sampled_from(PositionSide)))

    def one(author: Author, kind: str, size: str, stop: str) -> Wish:
        match kind:
            case "close":
                return wishes.close(author)
            case "stop":
                return wishes.stop(author, stop, with_target=size == "2")
            case _:
                return wishes.size(author, size, stop=stop if stop == "99" else None)

    kinds = st.sampled_from(("close", "stop", "stop", "size", "size", "size"))
    each = st.tuples(st.sampled_from(AUTHORS), kinds, st.sampled_from(SIZES), st.sampled_from(STOPS))
    return [one(*given) for given in draw(st.lists(each, min_size=1, max_size=9))]


class Lane:
    """Run jobs one by one, as far as they are let; note each one's beginning and end."""

    def __init__(self) -> None:
        self.lanes = Lanes(self, self._run, self._void)
        self.begun: list[Wish] = []
        self.voided: list[tuple[Wish, str]] = []
        self._gate = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def spawn(self, name: str, work: Coroutine[object, object, None]) -> None:
        async def whole() -> None:
            await work

        self._tasks.append(asyncio.get_running_loop().create_task(whole(), name=name))

    def submit(self, wish: Wish) -> None:
        target = TargetPlans(trade_id=TRADE, symbol="BTC/USDT")
        directive = ExecutionDirective.model_construct(
            execution_directive_id=ExecutionDirectiveId.at(0, 1),
            directive_id=wish.directive_id,
            strategy_id=wish.author.strategy_id,
            strategy_planner_id=wish.author.worker,
            causality=CausalityChain.born(ManualId.at(0, 1)),
            scope=wish.scope,
            confidence=ONE,
            rationale="test",
            created_at_ms=0,
            targets=(target,),
        )
        self.lanes.submit(Job(directive, target, wish))

    async def play(self, wishes: Sequence[Wish]) -> None:
        """Let the first begin and hold it, ask all else, then let go."""
        self.submit(wishes[0])
        await asyncio.sleep(0)
        for wish in wishes[1:]:
            self.submit(wish)
        self._gate.set()
        while self._tasks:
            await asyncio.gather(*(self._tasks.pop() for _ in range(len(self._tasks))))

    async def _run(self, job: Job) -> None:
        assert job.wish is not None
        self.begun.append(job.wish)
        await self._gate.wait()

    def _void(self, job: Job, reason: str) -> None:
        assert job.wish is not None
        self.voided.append((job.wish, reason))


def played(wishes: Sequence[Wish]) -> Lane:
    async def play() -> Lane:
        lane = Lane()
        await lane.play(wishes)
        return lane

    return asyncio.run(play())


@given(asked())
@settings(max_examples=examples(50))
def test_everything_asked_is_begun_or_void_and_nothing_twice(wishes: list[Wish]) -> None:
    lane = played(wishes)
    seen = [one.directive_id for one in (*lane.begun, *(wish for wish, _ in lane.voided))]
    assert sorted(seen) == sorted(one.directive_id for one in wishes)
    assert len(lane.lanes) == 0


@given(asked())
@settings(max_examples=examples(50))
def test_a_close_is_always_begun(wishes: list[Wish]) -> None:
    closes = {one.directive_id for one in wishes if one.rank is Rank.CLOSE}
    assert closes <= {one.directive_id for one in played(wishes).begun}


@given(asked())
@settings(max_examples=examples(50))
def test_what_waited_is_begun_by_rank(wishes: list[Wish]) -> None:
    waited = [one.rank for one in played(wishes).begun[1:] if one.rank is not Rank.CLOSE]
    assert waited == sorted(waited)


@given(asked())
@settings(max_examples=examples(50))
def test_nothing_that_waited_is_carried_out_beside_what_it_gives_way_to(wishes: list[Wish]) -> None:
    lane = played(wishes)
    waited = [one for one in lane.begun[1:] if one.scope is DirectiveScope.MODIFY_EXISTING]
    for one in waited:
        for other in waited:
            if not one.author.is_same(other.author):
                assert beaten(one, other) is None, (one, other)


@given(asked())
@settings(max_examples=examples(50))
def test_what_is_void_names_one_that_came(wishes: list[Wish]) -> None:
    names = {one.directive_id for one in wishes}
    for wish, reason in played(wishes).voided:
        named = [one for one in names if one in reason]
        assert named, reason
        assert wish.directive_id not in named


@given(asked())
@settings(max_examples=examples(50))
def test_a_worker_s_stop_is_only_void_for_a_close_or_for_another_stop(wishes: list[Wish]) -> None:
    stops = {one.directive_id for one in wishes if one.rank in {Rank.CLOSE, Rank.STOP}}
    for wish, reason in played(wishes).voided:
        if wish.rank is Rank.STOP:
            assert any(one in reason for one in stops), reason
