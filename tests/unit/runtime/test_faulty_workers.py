"""A faulty plugin hurts itself alone."""

from pathlib import Path

from desk.contracts.records import WorkerStatusChanged
from desk.contracts.states import WorkerStatus
from tests.builders.desk import TINY
from tests.builders.execution import FaultyHouse, alarms, ended, opened
from tests.builders.living_desk import LivingDesk

WORKER = '''
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import {events}
from desk.contracts.directives import DirectiveScope, EntryDirective, ExitDirective
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest
from desk.contracts.sides import OrderSide
from desk.workers.base import Worker, issue


class Nothing(Parameters):
    """Nothing to set."""


class Faulty(Worker):
    """Go wrong."""

    manifest = WorkerManifest(
        name="faulty",
        category=WorkerCategory.DYNAMIC_MANAGEMENT,
        summary="Goes wrong.",
        handlers={{{heard}: "on_event"}},
        publishes=frozenset({{{published}}}),
        parameters=Nothing,
    )

    def on_event(self, event) -> DispositionEnvelope:
{body}
'''

BUYS = """self.new_directive(
            scope=DirectiveScope.NEW_TRADE,
            rationale="again",
            entry_directive=EntryDirective(symbol="BTC/USDT:USDT", direction=OrderSide.BUY),
        )"""


def house(folder: Path, body: str, *, heard: str = "TICK_RECEIVED", published: str = "") -> FaultyHouse:
    folder.mkdir(parents=True, exist_ok=True)
    names = ", ".join(dict.fromkeys(one for one in (heard, published) if one))
    indented = "\n".join(f"        {line}" for line in body.splitlines())
    text = WORKER.format(events=names, heard=heard, published=published, body=indented)
    (folder / "faulty.py").write_text(text, encoding="utf-8")
    blueprint = TINY.replace("workers:\n", "workers:\n  - use: faulty.py:Faulty\n    name: faulty\n")
    return FaultyHouse(folder, blueprints=[blueprint])


async def goes_on(desk: LivingDesk) -> None:
    """The desk trades and the trailing stop trails, whatever the other worker does."""
    await opened(desk)
    await desk.play(["50600", "51000"], every_ms=500)
    await desk.settle()
    stop = desk.positions[0].stop_price
    assert stop is not None
    assert stop > 50_000


def status(desk: LivingDesk) -> WorkerStatus:
    return next(one.status for one in desk.desk.camera.take().workers if one.name == "faulty")


def test_a_worker_that_raises_is_counted_stopped_and_told(tmp_path: Path) -> None:
    at = house(tmp_path, 'raise ZeroDivisionError("oops")')

    async def script(desk: LivingDesk) -> None:
        await goes_on(desk)
        await desk.play(["50990"] * 5)
        assert status(desk) is WorkerStatus.STOPPED
        assert any("worker faulty of tiny was stopped" in one and "oops" in one for one in alarms(desk))
        stopped = [one.record for one in desk.entries if isinstance(one.record, WorkerStatusChanged)]
        assert [one.status for one in stopped] == [WorkerStatus.STOPPED]

    async def stays_stopped(desk: LivingDesk) -> None:
        assert status(desk) is WorkerStatus.STOPPED

    assert all("oops" in one for one in at.live(script).complaints)
    at.live(stays_stopped)


def test_a_worker_that_floods_is_stopped_at_once_and_others_go_on(tmp_path: Path) -> None:
    body = (
        f'return DispositionEnvelope.publish(*(("STRATEGY_DIRECTIVE_ISSUED", {BUYS}) for _ in range(1000)))'
    )
    at = house(tmp_path, body, published="STRATEGY_DIRECTIVE_ISSUED")

    async def script(desk: LivingDesk) -> None:
        await goes_on(desk)
        assert status(desk) is WorkerStatus.STOPPED
        assert len(desk.positions) == 1

    at.live(script)


def test_a_worker_that_answers_its_own_refusals_is_cut_off_and_every_flow_ends(tmp_path: Path) -> None:
    """A refused directive makes it issue another, which is refused in the same call, and so on."""
    at = house(
        tmp_path,
        f"return issue({BUYS})",
        heard="DIRECTIVE_REFUSED",
        published="STRATEGY_DIRECTIVE_ISSUED",
    )

    async def script(desk: LivingDesk) -> None:
        trade = await opened(desk)
        desk.tick("50000")
        await ended(desk, desk.issue(desk.move_stop(trade, "60000")))
        await desk.settle(price="50000")
        assert not desk.desk.core.parts.execution.flows.all()
        await ended(desk, desk.issue(desk.close(*desk.positions)))

    at.live(script)


def test_what_a_worker_forges_ends_its_flow_and_reaches_nobody(tmp_path: Path) -> None:
    at = house(tmp_path, 'return DispositionEnvelope.publish(("TRADE_EXECUTED", event))')

    async def script(desk: LivingDesk) -> None:
        await goes_on(desk)
        await desk.play(["50990"] * 5)
        assert status(desk) is WorkerStatus.STOPPED

    at.live(script)


def test_a_worker_that_answers_nonsense_is_stopped(tmp_path: Path) -> None:
    at = house(tmp_path, 'return "buy!"')

    async def script(desk: LivingDesk) -> None:
        await goes_on(desk)
        await desk.play(["50990"] * 5)
        assert status(desk) is WorkerStatus.STOPPED

    at.live(script)


def test_a_part_of_the_platform_that_fails_is_alarmed(tmp_path: Path) -> None:
    at = house(tmp_path, "return DispositionEnvelope.CONTINUE")

    async def script(desk: LivingDesk) -> None:
        def fail(_: object) -> None:
            raise ZeroDivisionError("inside")

        desk.desk.core.parts.bus.subscribe("FLOW_ALARM_TEST", fail, subscriber="platform.test")
        desk.desk.core.parts.bus.publish("FLOW_ALARM_TEST", None)
        assert any("platform.test failed" in one for one in alarms(desk))
        await opened(desk)

    at.live(script)


def test_a_task_that_dies_is_alarmed_by_name(tmp_path: Path) -> None:
    at = house(tmp_path, "return DispositionEnvelope.CONTINUE")

    async def script(desk: LivingDesk) -> None:
        async def die() -> None:
            raise ZeroDivisionError("in the background")

        desk.supervisor.spawn("watchman", die())
        await desk.pass_ms(10)
        assert any("watchman failed" in one for one in alarms(desk))
        await opened(desk)

    at.live(script)
