"""The screen asks the desk one question at a time, and says how old its picture is."""

import asyncio
from dataclasses import replace

from desk.contracts.snapshot import Snapshot
from desk.contracts.states import DeskState
from desk.ui.poll import Sampler
from tests.builders.frames import alarm_row, snapshot
from tests.builders.screens import HandClock, PictureDesk, screen_over


async def test_a_desk_that_hangs_is_asked_once_and_the_screen_goes_on() -> None:
    desk, clock = PictureDesk(snapshot()), HandClock()
    async with screen_over(desk, now_ms=clock) as screen:
        desk.gate = asyncio.Event()
        asked = desk.polls
        await screen.until(lambda: desk.open_polls == 1)
        clock.ms += 42_000
        await screen.until(lambda: "STALE 00:42" in screen.header)
        await screen.press("z")
        assert screen.app.views.is_zoomed
        assert desk.polls == asked + 1
        desk.gate.set()
        await screen.until(lambda: " OK " in screen.header)
        assert desk.most_open_polls == 1


async def test_a_desk_out_of_reach_is_down_with_a_clock_and_found_again() -> None:
    desk, clock = PictureDesk(snapshot()), HandClock()
    async with screen_over(desk, now_ms=clock) as screen:
        desk.unreachable = "its socket is gone"
        await screen.until(lambda: "RECONNECTING" in screen.header)
        clock.ms += 42_000
        await screen.until(lambda: "DOWN 00:42" in screen.header)
        assert "ACTIVE" in screen.header, "the last picture stays"
        desk.unreachable = ""
        desk.picture = replace(desk.picture, state=DeskState.HALTED)
        await screen.until(lambda: "HALTED" in screen.header and " OK " in screen.header)


async def test_a_desk_never_heard_says_why_and_the_screen_can_be_left() -> None:
    desk = PictureDesk(snapshot())
    desk.unreachable = "its socket is gone"
    async with screen_over(desk) as screen:
        await screen.until(lambda: "its socket is gone" in screen.header)
        await screen.press("c", "space", "1", "enter", "q")
        await screen.until(lambda: screen.app.return_value == 0)


async def test_an_answer_that_cannot_be_read_is_a_desk_out_of_reach() -> None:
    class Broken(PictureDesk):
        async def snapshot(self) -> Snapshot:
            raise ValueError("not what this version sends")

    answered = asyncio.Event()
    sampler = Sampler(Broken(snapshot()), refresh_hz=10, on_answer=answered.set)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(sampler.run())
        await answered.wait()
        assert "ValueError" in sampler.unreachable
        task.cancel()


async def test_a_new_alarm_is_told_once_and_an_old_one_not_at_all() -> None:
    desk = PictureDesk(replace(snapshot(), alarms=()))
    async with screen_over(desk) as screen:
        alarm = "BTC/USDT has no stop"
        desk.picture = replace(snapshot(), alarms=(alarm_row(text=alarm),))
        await screen.until(lambda: alarm in screen.told)
        polls = desk.polls
        await screen.until(lambda: desk.polls > polls + 2)
        assert screen.told.count(alarm) == 1
