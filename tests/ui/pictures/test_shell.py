"""The shell as it looks: at each width, in each theme, and when something is wrong."""

from dataclasses import replace

import pytest

from desk.contracts.screen import ScreenSettings
from desk.contracts.states import DeskState, TradingMode
from tests.builders.frames import busy_snapshot
from tests.builders.pictures import LooksAsKept
from tests.builders.screens import HandClock, KeptMemory, PictureDesk, Screening


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (160, 45)], ids=["60", "80", "160"])
def test_the_desk_at_each_width(looks_as_kept: LooksAsKept, size: tuple[int, int]) -> None:
    assert looks_as_kept(busy_snapshot(), size=size)


@pytest.mark.parametrize("theme", ["desk-light", "high-contrast", "ansi"])
def test_the_desk_in_each_theme(looks_as_kept: LooksAsKept, theme: str) -> None:
    assert looks_as_kept(busy_snapshot(), settings=ScreenSettings(theme=theme, time_zone="UTC"))


def test_real_money_halted(looks_as_kept: LooksAsKept) -> None:
    halted = replace(
        busy_snapshot(),
        mode=TradingMode.LIVE,
        state=DeskState.HALTED,
        state_reason="halted by the operator",
    )
    assert looks_as_kept(halted, press=("space",))


def test_a_desk_out_of_reach(looks_as_kept: LooksAsKept) -> None:
    desk, clock = PictureDesk(busy_snapshot()), HandClock()

    async def lose_the_desk(screen: Screening) -> None:
        desk.unreachable = "its socket is gone"
        clock.ms = 42_000
        await screen.until(lambda: "DOWN 00:42" in screen.header)

    assert looks_as_kept(desk, clock=clock, scene=lose_the_desk)


def test_plain_letters_and_the_first_hints(looks_as_kept: LooksAsKept) -> None:
    settings = ScreenSettings(time_zone="UTC", ascii_only=True)
    assert looks_as_kept(busy_snapshot(), settings=settings, memory=KeptMemory(kept={}))


def test_the_question_before_leaving(looks_as_kept: LooksAsKept) -> None:
    question = "Stop the desk? Positions and their stops stay at the venue."
    assert looks_as_kept(busy_snapshot(), press=("q",), quit_question=question)
