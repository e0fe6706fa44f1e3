"""One lane per trade: in order, side by side, and the way out first."""

import asyncio
from collections.abc import Coroutine

from desk.contracts.causality import CausalityChain
from desk.contracts.directives import DirectiveScope
from desk.contracts.execution import ExecutionDirective, TargetPlans
from desk.contracts.ids import DirectiveId, ExecutionDirectiveId, ExitPlanId, ManualId, TradeId
from desk.contracts.market import ONE
from desk.contracts.plans import ExitPlan
from desk.execution.lanes import Job, Lanes
from desk.execution.precedence import Wish
from tests.builders.wishes import BALANCER, OPERATOR, PARTIALS, PYRAMID, TRAIL, Wishes

NEW, MODIFY, CLOSE = (
    DirectiveScope.NEW_TRADE,
    DirectiveScope.MODIFY_EXISTING,
    DirectiveScope.CLOSE_EXISTING,
)


class Track:
    """Run jobs that last until they are let go, and note what happens."""

    def __init__(self) -> None:
        self.lanes = Lanes(self, self._run, self._void)
        self.notes: list[str] = []
        self.reasons: dict[str, str] = {}
        self.gates: dict[str, asyncio.Event] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._number = 0

    def spawn(self, name: str, work: Coroutine[object, object, None]) -> None:
        async def whole() -> None:
            await work

        self._tasks.append(asyncio.get_running_loop().create_task(whole(), name=name))

    def submit(self, name: str, scope: DirectiveScope, trade: int = 1, wish: Wish | None = None) -> None:
        self._number += 1
        number, trade_id = self._number, TradeId.at(0, trade)
        leave = ExitPlan(
            plan_id=ExitPlanId.at(0, number),
            directive_id=DirectiveId.at(0, number),
            target_id=trade_id,
            planner="test",
            stop_loss_price=ONE,
        )
        target = TargetPlans(trade_id=trade_id, symbol="BTC/USDT", exit=leave)
        directive = ExecutionDirective.model_construct(
            execution_directive_id=ExecutionDirectiveId.at(0, number),
            directive_id=DirectiveId.at(0, number),
            strategy_id=name,
            strategy_planner_id="test",
            causality=CausalityChain.born(ManualId.at(0, 1)),
            scope=scope,
            confidence=ONE,
            rationale="test",
            created_at_ms=0,
            targets=(target,),
        )
        self.gates[name] = asyncio.Event()
        self.lanes.submit(Job(directive, target, wish))

    async def _run(self, job: Job) -> None:
        name = job.directive.strategy_id
        self.notes.append(f"{name} begins")
        await self.gates[name].wait()
        self.notes.append(f"{name} ends")

    def wish(self, name: str, wish: Wish) -> None:
        """Submit what asks `wish` of the first trade."""
        self.submit(name, wish.scope, wish=wish)

    def _void(self, job: Job, reason: str) -> None:
        self.notes.append(f"{job.directive.strategy_id} voided")
        self.reasons[job.directive.strategy_id] = reason

    async def let_go(self, *names: str) -> None:
        for name in names:
            self.gates[name].set()
            await self.turn()

    async def turn(self) -> None:
        for _ in range(5):
            done = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(done.set_result, None)
            await done


async def test_jobs_of_one_trade_run_one_after_the_other() -> None:
    track = Track()
    track.submit("first", MODIFY)
    track.submit("second", MODIFY)
    await track.turn()
    assert track.notes == ["first begins"]
    await track.let_go("first", "second")
    assert track.notes == ["first begins", "first ends", "second begins", "second ends"]
    assert len(track.lanes) == 0


async def test_trades_run_side_by_side() -> None:
    track = Track()
    track.submit("one", MODIFY, trade=1)
    track.submit("two", MODIFY, trade=2)
    await track.turn()
    assert track.notes == ["one begins", "two begins"]
    await track.let_go("one", "two")


async def test_a_modify_goes_before_a_new_trade_that_waits() -> None:
    track = Track()
    track.submit("running", MODIFY)
    await track.turn()
    track.submit("new", NEW)
    track.submit("modify", MODIFY)
    await track.let_go("running", "modify", "new")
    assert track.notes[1:] == ["running ends", "modify begins", "modify ends", "new begins", "new ends"]


async def test_a_close_voids_what_waits_and_starts_beside_what_runs() -> None:
    track = Track()
    track.submit("hanging", MODIFY)
    await track.turn()
    track.submit("waiting", MODIFY)
    track.submit("close", CLOSE)
    await track.turn()
    assert track.notes == ["hanging begins", "waiting voided", "close begins"]
    await track.let_go("close", "hanging")
    assert len(track.lanes) == 0


async def test_what_comes_during_a_close_waits_for_its_end() -> None:
    track = Track()
    track.submit("close", CLOSE)
    track.submit("modify", MODIFY)
    track.submit("again", CLOSE)
    await track.turn()
    assert track.notes == ["modify voided", "close begins"]
    track.submit("later", MODIFY)
    await track.let_go("close", "again", "later")
    assert track.notes[2:] == ["close ends", "again begins", "again ends", "later begins", "later ends"]
    assert len(track.lanes) == 0


async def test_an_exit_drops_what_it_concerns_and_nothing_else() -> None:
    track = Track()
    track.submit("running", MODIFY, trade=1)
    track.submit("other", MODIFY, trade=2)
    await track.turn()
    for trade in (1, 2):
        track.submit(f"waits {trade}", MODIFY, trade)
    track.lanes.void_all("leaving", lambda job: job.target.trade_id == TradeId.at(0, 1))
    assert track.notes[2:] == ["waits 1 voided"]
    await track.let_go("running", "other", "waits 2")
    assert len(track.lanes) == 0


async def test_what_waits_is_carried_out_by_its_rank() -> None:
    track, wishes = Track(), Wishes("1")
    track.submit("running", MODIFY)
    await track.turn()
    track.wish("balance", wishes.size(BALANCER, "0.2"))
    track.wish("reduce", wishes.size(PARTIALS, "0.5"))
    track.wish("tighten", wishes.stop(TRAIL, "99"))
    track.wish("by hand", wishes.size(OPERATOR, "3"))
    await track.let_go("running", "tighten", "by hand")
    begun = [note for note in track.notes if note.endswith("begins")]
    assert begun == ["running begins", "tighten begins", "by hand begins"]
    assert set(track.reasons) == {"balance", "reduce"}


async def test_a_better_rank_voids_what_waits_and_is_contradicted() -> None:
    track, wishes = Track(), Wishes("1")
    track.submit("running", MODIFY)
    await track.turn()
    track.wish("add", wishes.size(PYRAMID, "1.5"))
    reduce = wishes.size(PARTIALS, "0.5")
    track.wish("reduce", reduce)
    assert track.notes[1:] == ["add voided"]
    assert track.reasons["add"].startswith(f"superseded by {reduce.directive_id} by partials of swing")
    await track.let_go("running", "reduce")
    assert track.notes[-2:] == ["reduce begins", "reduce ends"]


async def test_what_comes_and_is_contradicted_by_what_waits_is_void_at_once_and_voids_nothing() -> None:
    track, wishes = Track(), Wishes("1")
    track.submit("running", MODIFY)
    await track.turn()
    track.wish("reduce", wishes.size(PARTIALS, "0.5"))
    track.wish("balance down", wishes.size(BALANCER, "0.7"))
    track.wish("add", wishes.size(PYRAMID, "1.5"))
    assert track.notes[1:] == ["balance down voided", "add voided"]
    await track.let_go("running", "reduce")
    assert len(track.lanes) == 0


async def test_a_worker_that_asks_anew_voids_what_it_asked_before() -> None:
    track, wishes = Track(), Wishes("1")
    track.submit("running", MODIFY)
    await track.turn()
    track.wish("first", wishes.size(PARTIALS, "0.3"))
    anew = wishes.size(PARTIALS, "0.6")
    track.wish("anew", anew)
    assert track.reasons == {
        "first": f"superseded by {anew.directive_id} by partials of swing, which says it anew"
    }
    await track.let_go("running", "anew")


async def test_the_operator_s_words_are_all_carried_out_in_turn() -> None:
    track, wishes = Track(), Wishes("1")
    for name, size in (("one", "0.5"), ("two", "2"), ("three", "1")):
        track.wish(name, wishes.size(OPERATOR, size))
    await track.turn()
    await track.let_go("one", "two", "three")
    assert track.reasons == {}
    assert [note for note in track.notes if note.endswith("begins")] == [
        "one begins", "two begins", "three begins",
    ]  # fmt: skip
