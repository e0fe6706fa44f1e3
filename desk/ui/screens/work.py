"""The screen everything else is laid over: header, workspaces, filter line and footer."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Container
from textual.events import Resize
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from desk.ui.panes.pane import Pane
from desk.ui.widgets.filter_line import FilterLine
from desk.ui.widgets.footer import HintBar
from desk.ui.widgets.guide_line import GuideLine
from desk.ui.widgets.header import DeskHeader
from desk.ui.widgets.too_small import TooSmall
from desk.ui.workspaces import WORKSPACES, Workspace

SMALLEST_WIDTH = 60
SMALLEST_HEIGHT = 18


class WorkspaceView(Container):
    """Hold the panes of one workspace; they are made when it is first shown."""

    def __init__(self, workspace: Workspace, catalog: Mapping[str, type[Pane]]) -> None:
        super().__init__(id=f"workspace-{workspace.name}", classes="workspace")
        self.display = False
        self.panes: tuple[Pane, ...] = ()
        self._names = tuple(one for one in workspace.panes if one in catalog)
        self._catalog = catalog

    async def make(self) -> None:
        """Mount the panes, once."""
        if self.panes:
            return
        self.panes = tuple(self._catalog[one](id=f"pane-{one}") for one in self._names)
        for pane in self.panes:
            pane.border_title = pane.title
        await self.mount_all(self.panes)


class WorkScreen(Screen[None]):
    """Lay the desk out."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as Textual declares it
        (0, "-narrow"),
        (80, "-normal"),
        (120, "-wide"),
        (160, "-broad"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (32, "-high")]  # noqa: RUF012 - as Textual declares it

    class Laid(Message):
        """Tell that the frame stands."""

    def __init__(self, catalog: Mapping[str, type[Pane]]) -> None:
        super().__init__(id="work")
        self.views = {one.name: WorkspaceView(one, catalog) for one in WORKSPACES}
        self.header, self.footer = DeskHeader(), HintBar()
        self.filter_line, self.guide_line = FilterLine(), GuideLine()
        self.notice = TooSmall(f"{SMALLEST_WIDTH}x{SMALLEST_HEIGHT}")
        self.is_laid = False
        self.workspace = ""

    def compose(self) -> ComposeResult:
        """Make the frame; panes come when their workspace is shown."""
        yield self.header
        yield Container(*self.views.values(), id="workspaces")
        yield self.filter_line
        yield self.guide_line
        yield self.footer
        yield self.notice

    def on_mount(self) -> None:
        """Tell that workspaces can be shown."""
        self.is_laid = True
        self.post_message(self.Laid())

    async def show_workspace(self, name: str) -> None:
        """Show one workspace and give its first pane the focus."""
        wanted = self.views[name]
        if wanted.display:
            return
        await wanted.make()
        self.workspace = name
        for view in self.views.values():
            view.display = view is wanted
        self.focus_first(wanted)

    def focus_first(self, view: Widget) -> None:
        """Focus `view`, or the first thing in it that can have the focus."""
        for one in (view, *view.query("*")):
            if one.focusable:
                one.focus()
                return

    def shown_panes(self) -> tuple[Pane, ...]:
        """Return the panes that can be seen."""
        if not self.workspace:
            return ()
        return tuple(one for one in self.views[self.workspace].panes if one.display)

    @property
    def focused_pane(self) -> Pane | None:
        """The pane that has the focus, or holds what has it."""
        if self.focused is None:
            return None
        return next((one for one in self.focused.ancestors_with_self if isinstance(one, Pane)), None)

    @property
    def is_too_small(self) -> bool:
        """Whether nothing but the notice can be shown."""
        return self.size.width < SMALLEST_WIDTH or self.size.height < SMALLEST_HEIGHT

    def on_resize(self, event: Resize) -> None:
        """Show the notice instead of a screen nobody could read."""
        self.set_class(event.size.width < SMALLEST_WIDTH or event.size.height < SMALLEST_HEIGHT, "-too-small")
