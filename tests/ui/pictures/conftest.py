"""Pictures of the screen: the same size, theme and time on every machine, and nothing that moves.

`pytest tests/ui/pictures --snapshot-update` draws them anew; look at what it drew before keeping it.
"""

from collections.abc import Callable, Sequence

import pytest
from textual.pilot import Pilot

from desk.contracts.screen import ScreenSettings
from desk.contracts.snapshot import Snapshot
from tests.builders.pictures import PICTURE_SIZE, LooksAsKept, Scene
from tests.builders.screens import HandClock, KeptMemory, PictureDesk, Screening, desk_app


@pytest.fixture
def looks_as_kept(snap_compare: Callable[..., bool]) -> LooksAsKept:
    def compare(
        desk: Snapshot | PictureDesk,
        *,
        size: tuple[int, int] = PICTURE_SIZE,
        press: Sequence[str] = (),
        settings: ScreenSettings | None = None,
        memory: KeptMemory | None = None,
        quit_question: str | None = None,
        clock: HandClock | None = None,
        scene: Scene | None = None,
    ) -> bool:
        client = PictureDesk(desk) if isinstance(desk, Snapshot) else desk
        app = desk_app(
            client,
            settings=settings,
            memory=memory,
            quit_question=quit_question,
            now_ms=clock or HandClock(),
        )
        app.animation_level = "none"

        async def play(pilot: Pilot[int]) -> None:
            screen = Screening(app, pilot)
            await screen.until(lambda: app.situation is not None)
            await screen.press(*press)
            if scene is not None:
                await scene(screen)
            await pilot.pause()

        return snap_compare(app, terminal_size=size, run_before=play)

    return compare
