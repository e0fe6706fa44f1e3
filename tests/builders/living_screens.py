"""A screen over a whole living desk: the real core with the paper exchange, in the machine's time.

async with screen_over_desk(tmp_path) as (screen, desk):
    desk.tick("50000")
    await screen.press("H")
    await screen.until(lambda: "HALTED" in screen.header)
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from desk.bootstrap.doors import local_client
from desk.contracts.screen import ScreenSettings
from tests.builders.desk import DeskHouse
from tests.builders.living_desk import LivingDesk
from tests.builders.screens import SIZE, KeptMemory, Screening, screen_over


@asynccontextmanager
async def screen_over_desk(
    folder: Path,
    *,
    house: DeskHouse | None = None,
    size: tuple[int, int] = SIZE,
    settings: ScreenSettings | None = None,
    memory: KeptMemory | None = None,
    quit_question: str | None = None,
) -> AsyncIterator[tuple[Screening, LivingDesk]]:
    """Start a whole desk on this loop, in the machine's time, and open a screen over it."""
    async with (house or DeskHouse(folder)).lived() as living:
        one = living.desk
        client = local_client(one)
        async with screen_over(
            client, size=size, settings=settings, memory=memory, quit_question=quit_question
        ) as screen:
            yield screen, living
