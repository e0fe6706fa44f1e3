"""Word to the operator through the real apprise, over real HTTP."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from desk.bootstrap.alerts import OperatorLine, operator_line
from desk.config.notification_settings import NotificationSettings
from desk.contracts.ports.notifier import Notice, NoticeKind
from desk.contracts.problems import InputRefused
from desk.contracts.states import AlarmSeverity
from desk.runtime.clock import WallClock
from desk.runtime.tasks import TaskSupervisor
from tests.builders.alert_server import alert_server

ALARM = Notice(NoticeKind.ALARMS, AlarmSeverity.CRITICAL, "no stop on TRD_1")
HALT = Notice(NoticeKind.HALTS, AlarmSeverity.CRITICAL, "ACTIVE is now HALTED")


def settings(*urls: str) -> NotificationSettings:
    return NotificationSettings(urls=urls)


@asynccontextmanager
async def line_to(
    environment: dict[str, str], troubles: list[str]
) -> AsyncIterator[tuple[OperatorLine, TaskSupervisor]]:
    references = [f"env:{name}" for name in environment]
    line = operator_line(settings(*references), environment, WallClock(), "test-desk", troubles.append)
    tasks = TaskSupervisor(lambda name, error: troubles.append(f"{name}: {error}"))
    line.begin(tasks)
    try:
        yield line, tasks
    finally:
        await tasks.stop(1_000)
        line.close()


async def test_an_alarm_is_posted_with_what_it_says() -> None:
    troubles: list[str] = []
    with alert_server() as alerts:
        async with line_to({"ALERTS": alerts.url}, troubles) as (line, _):
            line.notify(ALARM)
            posted = await asyncio.to_thread(alerts.next)
        assert posted["title"] == "test-desk: no stop on TRD_1"
        assert posted["message"] == "critical: no stop on TRD_1"
        assert posted["type"] == "failure"
        assert alerts.others() == []
    assert troubles == []


async def test_a_service_that_hangs_delays_neither_the_desk_nor_the_others() -> None:
    troubles: list[str] = []
    with alert_server() as dead, alert_server() as alive:
        dead.answers.clear()
        async with line_to({"DEAD": dead.url, "ALIVE": alive.url}, troubles) as (line, tasks):
            line.notify(ALARM)
            assert (await asyncio.to_thread(alive.next))["message"] == "critical: no stop on TRD_1"
            await asyncio.to_thread(dead.next)
            line.notify(HALT)
            await line.finish(tasks)
            assert "HALTED" in (await asyncio.to_thread(alive.next))["message"]
            assert any(one.name == "word to the operator" and one.daemon for one in threading.enumerate())
            dead.answers.set()


async def test_a_service_that_refuses_is_told_of_once_and_without_its_address(
    capfd: pytest.CaptureFixture[str],
) -> None:
    troubles: list[str] = []
    with alert_server() as alerts:
        alerts.status = 500
        async with line_to({"ALERTS": alerts.url}, troubles) as (line, tasks):
            line.notify(ALARM)
            await asyncio.to_thread(alerts.next)
            while not troubles:
                await asyncio.to_thread(threading.Event().wait, 0.02)
            await line.finish(tasks)
            assert (await asyncio.to_thread(alerts.next))["message"] == "critical: no stop on TRD_1"
    assert len(troubles) == 1
    assert "env:ALERTS" in troubles[0]
    shown = "".join([*troubles, *capfd.readouterr()])
    assert "canary" not in shown
    assert "127.0.0.1" not in shown


@pytest.mark.parametrize("address", ["canary-nonsense", "canary://nothing", "json://", "http://"])
def test_an_address_that_is_none_is_refused_without_being_shown(
    address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputRefused) as refused:
        operator_line(settings("env:ALERTS"), {"ALERTS": address}, WallClock(), "test-desk", print)
    shown = "".join([str(refused.value), *capfd.readouterr()])
    assert "notifications.urls.0: env:ALERTS: apprise knows no such address" in shown
    assert "canary" not in shown


def test_every_reference_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        operator_line(
            settings("env:NOWHERE", f"file:{tmp_path / 'none'}"), {}, WallClock(), "test-desk", print
        )
    assert len(refused.value.problems) == 2


def test_a_desk_that_tells_nobody_never_loads_apprise() -> None:
    code = (
        "import sys, desk.bootstrap.live as live\n"
        "from desk.bootstrap.alerts import operator_line\n"
        "from desk.config.notification_settings import NotificationSettings\n"
        "operator_line(NotificationSettings(), {}, live.WallClock(), 'test-desk', print)\n"
        "print('apprise' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "False"
