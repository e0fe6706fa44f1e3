"""Turn answers of the desk into frames and draw them on what can be seen."""

from collections.abc import Callable
from dataclasses import replace

from desk.contracts.states import TradingMode
from desk.ui.panes.pane import Pane
from desk.ui.poll import Sampler
from desk.ui.screens.work import WorkScreen
from desk.ui.viewmodels.frame import Frame, Writing
from desk.ui.viewmodels.header import Piece, header, waiting_header, workspace_tabs
from desk.ui.workspaces import WORKSPACES


class Board:
    """Draw the header always, and the panes unless the display is frozen.

    `on_failure` is told of a pane that could not draw; the others go on.
    """

    def __init__(
        self,
        sampler: Sampler,
        writing: Writing,
        *,
        observe: bool,
        on_failure: Callable[[Pane, Exception], None],
    ) -> None:
        self._sampler = sampler
        self.writing = writing
        self._observe = observe
        self._on_failure = on_failure
        self._frozen: Frame | None = None

    @property
    def frame(self) -> Frame | None:
        """What the panes show: the frozen picture, or else the newest; None before the first answer."""
        return self._frozen or self.newest

    @property
    def is_frozen(self) -> bool:
        """Whether the panes stand still."""
        return self._frozen is not None

    def freeze(self) -> None:
        """Keep the panes as they are; without a picture there is nothing to keep."""
        frame = self.newest
        self._frozen = None if frame is None else replace(frame, is_paused=True)

    def thaw(self) -> None:
        """Let the panes move again."""
        self._frozen = None

    def draw(self, screen: WorkScreen) -> None:
        """Draw everything that can be seen."""
        self._draw_header(screen)
        if self.frame is not None:
            for pane in screen.shown_panes():
                self.draw_pane(pane, self.frame)

    def draw_pane(self, pane: Pane, frame: Frame) -> None:
        """Draw one pane."""
        try:
            pane.draw(frame)
        except Exception as error:  # noqa: BLE001 - one pane's fault must not take the others with it
            self._on_failure(pane, error)

    def _draw_header(self, screen: WorkScreen) -> None:
        newest = self.newest
        if newest is None:
            lines = waiting_header(self._sampler.unheard_ms, self._sampler.unreachable)
        else:
            lines = header(newest, self._tabs(screen), observe=self._observe)
        screen.header.show(lines)
        screen.notice.show(self._sampler.snapshot, observe=self._observe)
        screen.set_class(newest is not None and newest.snapshot.mode is TradingMode.LIVE, "-live")

    def _tabs(self, screen: WorkScreen) -> tuple[Piece, ...]:
        return workspace_tabs([(one.name, one.title) for one in WORKSPACES], screen.workspace)

    @property
    def newest(self) -> Frame | None:
        """The newest picture, also while the panes stand still; None before the first answer."""
        snapshot = self._sampler.snapshot
        if snapshot is None:
            return None
        return Frame(
            snapshot,
            self.writing,
            unheard_ms=self._sampler.unheard_ms,
            unreachable=self._sampler.unreachable,
            is_paused=self.is_frozen,
        )
