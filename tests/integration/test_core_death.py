"""A core that dies never dies in silence: the desk is halted for its next life, and the process fails."""

import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desk.bootstrap.assembly import Desk
from desk.bootstrap.live import LiveRun, run_live
from desk.cli.main import main
from desk.contracts.market import Tick
from desk.contracts.states import DeskState
from desk.runtime.core import DeskCore
from desk.runtime.vital_tasks import CoreDied
from tests.builders.alert_server import alert_server
from tests.builders.desk import DeskHouse
from tests.builders.processes import CALM, command

Harm = Callable[[Desk], None]


@pytest.fixture(autouse=True)
def _umask_as_it_was() -> Iterator[None]:
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


def run_of(house: DeskHouse, harm: Harm, log: list[str], seen: list[str]) -> LiveRun:
    file = house.configuration.platform_file
    state = file.platform.storage.model_copy(update={"path": str(house.state.folder)})
    platform = file.platform.model_copy(update={"storage": state})
    configuration = replace(house.configuration, platform_file=replace(file, platform=platform))

    def started(desk: Desk) -> None:
        state = desk.core.parts.execution.state
        seen.append(f"{state.current}: {state.reason}")
        harm(desk)

    return LiveRun(
        configuration,
        500,
        asyncio.Event(),
        lambda _: None,
        started,
        lambda event, text: log.append(f"{event}: {text}"),
    )


def no_harm(_: Desk) -> None:
    """Live for half a second."""


def cancelled(name: str) -> Harm:
    """End a task as a fault of its own would."""

    def harm(_: Desk) -> None:
        [task] = [one for one in asyncio.all_tasks() if one.get_name() == name]
        task.cancel()

    return harm


def broken_core(desk: Desk) -> None:
    def on_tick(tick: Tick) -> None:
        raise ZeroDivisionError(f"no price at {tick.sequence}")

    desk.core.on_tick = on_tick  # type: ignore[method-assign]  # the harm itself


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (broken_core, "the desk's core died: ZeroDivisionError: no price"),
        (cancelled("reconcile"), "the desk's reconcile died: TaskCancelled"),
        (cancelled("journal writer"), "the desk's journal writer died: TaskCancelled"),
    ],
    ids=["core", "reconcile", "journal writer"],
)
def test_the_desk_ends_and_its_next_life_is_halted(tmp_path: Path, harm: Harm, why: str) -> None:
    house, log, seen = DeskHouse(tmp_path), list[str](), list[str]()
    with pytest.raises(CoreDied, match=why):
        asyncio.run(run_live(run_of(house, harm, log, seen)))
    assert any(one.startswith("task failed: ") for one in log)
    asyncio.run(run_live(run_of(house, no_harm, log, seen)))
    assert seen[0] == "ACTIVE: "
    assert seen[1].startswith(f"HALTED: {why}")


def test_a_task_that_matters_less_is_an_alarm_and_the_desk_goes_on(tmp_path: Path) -> None:
    alarms: list[str] = []

    def harm(desk: Desk) -> None:
        async def fails() -> None:
            raise ZeroDivisionError("nothing")

        desk.core.parts.spawner.spawn("chart", fails())
        loop = asyncio.get_running_loop()
        loop.call_later(0.3, lambda: alarms.extend(one.text for one in desk.camera.take().alarms))

    summary = asyncio.run(run_live(run_of(DeskHouse(tmp_path), harm, [], [])))
    assert alarms == ["chart failed: ZeroDivisionError: nothing"]
    assert summary.state is DeskState.ACTIVE


def test_the_process_fails_and_the_operator_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on_tick = DeskCore.on_tick

    def dies(core: DeskCore, tick: Tick) -> None:
        if core.ticks == 5:
            raise ZeroDivisionError("no price")
        on_tick(core, tick)

    monkeypatch.setattr(DeskCore, "on_tick", dies)
    with alert_server() as alerts:
        monkeypatch.setenv("ALERTS", alerts.url)
        line = command(tmp_path, "run", "--set", "notifications.urls=[env:ALERTS]", volatility=CALM)[3:]
        assert main(line) == 1
        posted = [alerts.next(), *alerts.others()]
    told = "\n".join(one["message"] for one in posted)
    assert "critical: ACTIVE is now HALTED, by platform.supervisor: the desk's core died" in told
    assert "critical: the desk ended: the desk's core died: ZeroDivisionError: no price" in told
    assert "the desk's core died: ZeroDivisionError: no price" in capsys.readouterr().err
