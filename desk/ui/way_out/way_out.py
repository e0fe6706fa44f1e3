"""The emergency exit on the screen: its keys, its panel, its run and its progress, joined."""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from textual.screen import Screen

from desk.contracts.ports.client import DeskClient
from desk.contracts.screen import LastResort
from desk.contracts.states import DeskState
from desk.ui.poll import monotonic_ms
from desk.ui.screens.exit import ExitPanel
from desk.ui.screens.exit_progress import ExitProgressPanel
from desk.ui.viewmodels.exit_guard import ARMED_FOR_MS
from desk.ui.viewmodels.exit_offer import ExitOffer, exit_offer
from desk.ui.viewmodels.exit_report import ExitReport, exit_report
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.staleness import is_unheard
from desk.ui.way_out.keys import ExitKeys
from desk.ui.way_out.run import ExitRun

_MS_PER_S = 1000


class Host(Protocol):
    """What the way out needs of the app."""

    @property
    def newest_frame(self) -> Frame | None:
        """The newest picture, even while the display stands still."""
        ...

    def is_typing(self) -> bool:
        """Tell whether letters go into an input now."""
        ...

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        """Call back later, behind everything that is queued by then."""
        ...

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work beside the screen; leaving a screen does not end it."""
        ...

    def lay_over(self, screen: Screen[None]) -> None:
        """Show a screen above everything."""
        ...

    def hurry(self) -> None:
        """Ask the desk for a new picture at once."""
        ...


class WayOut:
    """Own the exit of one screen."""

    def __init__(self, host: Host, client: DeskClient, last_resort: LastResort | None) -> None:
        self._host = host
        self._client = client
        self._last_resort = last_resort
        self._panel: ExitPanel | None = None
        self._progress: ExitProgressPanel | None = None
        self._earlier_flow_id: str | None = None
        self.run: ExitRun | None = None
        self.keys = ExitKeys(
            is_typing=host.is_typing,
            after=host.after,
            on_opened=self._open,
            on_too_soon=self._too_soon,
            on_left=self._close,
            on_fired=self._fire,
        )

    def open(self) -> None:
        """Open the panel, as the first key does."""
        self.keys.open(monotonic_ms())

    def show_progress(self) -> None:
        """Show the exit that runs, or the last one; a panel that can be seen already follows it."""
        if self._progress is None or not self._progress.is_current:
            self._progress = ExitProgressPanel(self._report, lambda: self.run)
            self._host.lay_over(self._progress)

    def _open(self) -> None:
        frame = self._host.newest_frame
        if frame is not None and frame.snapshot.state is DeskState.EXITING and not is_unheard(frame):
            self.keys.guard.close()
            self.show_progress()
            return
        self._panel = ExitPanel(self._offer, self._left_ms)
        self._host.lay_over(self._panel)
        self._host.after(ARMED_FOR_MS / _MS_PER_S, self._expire)

    def _expire(self) -> None:
        if not self.keys.guard.is_open:
            return
        left_ms = self._left_ms()
        if left_ms:
            self._host.after(left_ms / _MS_PER_S, self._expire)
        else:
            self.keys.guard.close()
            self._close()

    def _too_soon(self) -> None:
        if self._panel is not None:
            self._panel.warn_too_soon()

    def _close(self) -> None:
        panel, self._panel = self._panel, None
        if panel is not None and panel.is_attached:
            panel.dismiss()

    def _fire(self) -> None:
        frame = self._host.newest_frame
        shown = None if frame is None else frame.snapshot.exit
        self._earlier_flow_id = None if shown is None else shown.flow_id
        self.run = ExitRun(self._client, self._last_resort, self._host.hurry)
        self._host.begin(self.run.run())
        self._close()
        self.show_progress()

    def _offer(self) -> ExitOffer | None:
        frame = self._host.newest_frame
        return None if frame is None else exit_offer(frame)

    def _report(self) -> ExitReport | None:
        """Return the progress of the exit that is meant: never an earlier one's."""
        frame = self._host.newest_frame
        if frame is None or frame.snapshot.exit is None:
            return None
        progress = frame.snapshot.exit
        is_earlier = progress.flow_id == self._earlier_flow_id
        if self.run is not None and is_earlier and progress.flow_id != self.run.flow_id:
            return None
        return exit_report(frame, progress)

    def _left_ms(self) -> int:
        return self.keys.guard.left_ms(monotonic_ms())
