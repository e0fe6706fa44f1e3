"""A screen to test with: the product's app, over a picture made by hand or over a whole living desk.

async with screen_over(snapshot()) as screen:            # only the look matters
    await screen.press("z")

async with screen_over_desk(tmp_path) as (screen, desk):  # the real core with the paper exchange
    desk.tick("50000")
    await screen.press("H")
    await screen.until(lambda: desk.desk.core.state is DeskState.HALTED)
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from textual.pilot import Pilot

from desk.contracts.commands import Command, CommandOutcome, OpenTrade
from desk.contracts.history import ChartView, History
from desk.contracts.ports.client import DeskClient, DeskUnreachable
from desk.contracts.screen import LastResort, ScreenSettings
from desk.contracts.snapshot import Snapshot
from desk.contracts.states import DeskState
from desk.contracts.ticket import TradePreview
from desk.contracts.why import CauseTree, Refusal
from desk.ui.app import DeskApp
from desk.ui.launch import writing_of
from desk.ui.panes.pane import Pane
from desk.ui.parts import ScreenParts
from desk.ui.poll import monotonic_ms

SIZE = (120, 40)
WITHIN_S = 20.0
"""Long enough for any machine; what is waited for comes at once."""

PREVIEW = TradePreview(None, None, None, None, None, None, None, None, None, "", "")


class HandClock:
    """A clock that stands still unless the test moves it."""

    def __init__(self) -> None:
        self.ms = 0

    def __call__(self) -> int:
        return self.ms


@dataclass
class PictureDesk:
    """A desk that shows one picture and keeps what it is asked; raises where it is `unreachable`."""

    picture: Snapshot
    commands: list[Command] = field(default_factory=list)
    unreachable: str = ""
    gate: asyncio.Event | None = None
    polls: int = 0
    open_polls: int = 0
    most_open_polls: int = 0
    past: History = field(default_factory=lambda: History((), (), ()))
    candles: ChartView | None = None
    trees: Mapping[str, CauseTree] = field(default_factory=dict)
    previewed: TradePreview = PREVIEW

    async def snapshot(self) -> Snapshot:
        self.polls += 1
        self.open_polls += 1
        self.most_open_polls = max(self.most_open_polls, self.open_polls)
        try:
            if self.gate is not None:
                await self.gate.wait()
            self._reach()
            return self.picture
        finally:
            self.open_polls -= 1

    async def execute(self, command: Command) -> CommandOutcome:
        self._reach()
        self.commands.append(command)
        return CommandOutcome(accepted=True, message="done", state=DeskState.ACTIVE)

    async def preview(self, order: OpenTrade) -> TradePreview:
        self._reach()
        return self.previewed

    async def chart(self, symbol: str, interval_ms: int, count: int) -> ChartView:
        self._reach()
        return self.candles or ChartView(symbol, interval_ms, (), ())

    async def history(self) -> History:
        self._reach()
        return self.past

    async def why(self, subject_id: str) -> CauseTree:
        self._reach()
        return self.trees[subject_id]

    async def why_not(self, subject_id: str | None = None) -> Sequence[Refusal]:
        return ()

    def _reach(self) -> None:
        if self.unreachable:
            raise DeskUnreachable(self.unreachable)


@dataclass
class KeptMemory:
    """A screen's memory in memory; `exports` are the files it was asked for."""

    kept: dict[str, str] = field(default_factory=lambda: {"hints_seen": "yes"})
    exports: dict[str, str] = field(default_factory=dict)

    def load(self) -> Mapping[str, str]:
        return dict(self.kept)

    def save(self, choices: Mapping[str, str]) -> None:
        self.kept = dict(choices)

    def export(self, name: str, text: str) -> str:
        self.exports[name] = text
        return f"/exports/{name}"


@dataclass
class Screening:
    """An open screen, and short words for what tests do with it."""

    app: DeskApp
    pilot: Pilot[int]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, is_so: Callable[[], bool], what: str = "what the test waits for") -> None:
        """Let time pass until `is_so`; fail after 20 s."""
        async with asyncio.timeout(WITHIN_S):
            while not is_so():
                await self.pilot.pause(0.02)
        assert is_so(), what

    @property
    def header(self) -> str:
        """The header's two lines as text."""
        return self.app.work.header.render().plain

    @property
    def footer(self) -> str:
        """The hints as text."""
        return self.app.work.footer.render().plain

    @property
    def text(self) -> str:
        """Everything that can be seen, line by line."""
        strips = self.app.screen._compositor.render_strips()  # noqa: SLF001 - what the terminal would get
        return "\n".join(strip.text.rstrip() for strip in strips)

    @property
    def told(self) -> list[str]:
        """What the screen told, oldest first."""
        return [one.text for one in reversed(self.app.events.newest_first)]


def desk_app(
    client: DeskClient,
    *,
    settings: ScreenSettings | None = None,
    memory: KeptMemory | None = None,
    quit_question: str | None = None,
    with_tour: bool = False,
    catalog: Mapping[str, type[Pane]] | None = None,
    last_resort: LastResort | None = None,
    now_ms: Callable[[], int] = monotonic_ms,
) -> DeskApp:
    """Build the app in UTC; with `now_ms` its clock is the test's."""
    given = settings or ScreenSettings(time_zone="UTC")
    return DeskApp(
        ScreenParts(
            client,
            given,
            memory or KeptMemory(),
            writing_of(given),
            quit_question=quit_question,
            with_tour=with_tour,
            catalog=catalog,
            last_resort=last_resort,
            now_ms=now_ms,
        )
    )


@asynccontextmanager
async def screen_over(
    desk: Snapshot | DeskClient,
    *,
    size: tuple[int, int] = SIZE,
    settings: ScreenSettings | None = None,
    memory: KeptMemory | None = None,
    quit_question: str | None = None,
    with_tour: bool = False,
    last_resort: LastResort | None = None,
    now_ms: Callable[[], int] | None = None,
) -> AsyncIterator[Screening]:
    """Open a screen over a picture or over any client, and wait until it has drawn.

    Over a picture its clock stands still where `now_ms` is not given: a machine that halts for a second
    would age the picture.
    """
    client = PictureDesk(desk) if isinstance(desk, Snapshot) else desk
    standing = HandClock() if isinstance(client, PictureDesk) else monotonic_ms
    app = desk_app(
        client,
        settings=settings,
        memory=memory,
        quit_question=quit_question,
        with_tour=with_tour,
        last_resort=last_resort,
        now_ms=now_ms or standing,
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = Screening(app, pilot)
        if not (isinstance(client, PictureDesk) and (client.unreachable or client.gate)):
            await screen.until(lambda: app.situation is not None)
            await pilot.pause()
        yield screen
        failed = [one for one in screen.told if "could not be drawn" in one or " failed (" in one]
    assert not failed, failed
