"""What is said to the service manager, over a real datagram socket."""

import os
from pathlib import Path

import pytest

from desk.runtime.clock import VirtualClock
from desk.runtime.systemd import ServiceManager, beat_for_ever, service_manager_of
from desk.runtime.tasks import TaskSupervisor
from desk.runtime.virtual_loop import VirtualLoop, run_virtual
from tests.builders.service_socket import service_socket


@pytest.mark.parametrize("is_abstract", [False, True])
def test_it_is_told_ready_alive_and_stopping(tmp_path: Path, *, is_abstract: bool) -> None:
    place = f"@desk-test-{os.getpid()}-{tmp_path.name}" if is_abstract else str(tmp_path / "notify")
    with service_socket(place) as heard:
        manager = ServiceManager(heard.address, watchdog_ms=10_000)
        manager.ready("ACTIVE on PAPER")
        manager.beat("ACTIVE on PAPER")
        manager.beat("HALTED\non PAPER")
        manager.stopping("stopped by a signal")
        manager.close()
        manager.beat("unheard")
        heard.drain()
        assert heard.said == [
            "READY=1",
            "STATUS=ACTIVE on PAPER",
            "WATCHDOG=1",
            "WATCHDOG=1",
            "STATUS=HALTED on PAPER",
            "STOPPING=1",
            "STATUS=stopped by a signal",
        ]


def test_without_a_watchdog_only_changes_are_told(tmp_path: Path) -> None:
    with service_socket(tmp_path / "notify") as heard:
        manager = service_manager_of({"NOTIFY_SOCKET": heard.address}, 1)
        manager.ready("ACTIVE")
        manager.beat("ACTIVE")
        manager.beat("HALTED")
        heard.drain()
        assert heard.said == ["READY=1", "STATUS=ACTIVE", "STATUS=HALTED"]
        manager.close()


@pytest.mark.parametrize(
    ("environment", "beat_ms"),
    [
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "7"}, 1000),
        ({"WATCHDOG_USEC": "1000000"}, 500),
        ({"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "8"}, 1000),
        ({"WATCHDOG_USEC": "soon"}, 1000),
        ({}, 1000),
    ],
)
def test_it_beats_twice_in_the_time_the_watchdog_waits(environment: dict[str, str], beat_ms: int) -> None:
    assert service_manager_of(environment, 7).beat_ms == beat_ms


@pytest.mark.parametrize("address", [None, "", "nowhere", "/there/is/no/such/socket"])
def test_where_nobody_listens_nothing_fails(address: str | None) -> None:
    manager = ServiceManager(address)
    manager.ready("ACTIVE")
    manager.beat("HALTED")
    manager.close()


def test_a_manager_that_does_not_read_holds_nobody_up(tmp_path: Path) -> None:
    with service_socket(tmp_path / "notify") as heard:
        manager = ServiceManager(heard.address, watchdog_ms=10_000)
        for number in range(10_000):
            manager.beat(f"status {number}")
        manager.close()


def test_the_loop_beats_as_long_as_it_runs(tmp_path: Path) -> None:
    with service_socket(tmp_path / "notify") as heard:

        async def lives(loop: VirtualLoop) -> None:
            clock = VirtualClock(loop, 0)
            manager = ServiceManager(heard.address, watchdog_ms=1_000)
            tasks = TaskSupervisor(lambda *_: None)
            tasks.spawn("beat", beat_for_ever(manager, clock, lambda: "ACTIVE"))
            await clock.sleep_ms(1_900)
            await tasks.stop(1_000)
            manager.close()

        run_virtual(lives)
        heard.drain()
        assert heard.said.count("WATCHDOG=1") == 4
