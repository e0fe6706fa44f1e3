"""Candles of the symbol that is looked at, with its trades drawn in."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from desk.contracts.history import ChartMark, ChartView
from desk.ui.inquiry import Inquiry
from desk.ui.panes.pane import Pane
from desk.ui.reach import client_of
from desk.ui.viewmodels.candle_chart import candle_picture, candles_that_fit
from desk.ui.viewmodels.canvas import Picture
from desk.ui.viewmodels.chart_scene import Answered, candle_scene, fills_seen, first_symbol
from desk.ui.viewmodels.chart_window import ChartWindow
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.subject import Subject, SubjectKind
from desk.ui.widgets.picture import PictureView

_PAGES_PER_PAN = 4
_KEYS = "[ ] bars  arrows time, symbol  , . fills"

_Question = tuple[str, int, int]
"""Symbol, interval and count."""


class ChartPane(Pane, can_focus=True):
    """Draw the chart of the symbol selected beside it; its own keys change interval, symbol and time."""

    name_of_pane = "chart"
    title = "Chart"
    BINDING_GROUP_TITLE = "Chart"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "step_interval(-1)", "Shorter bars", key_display="["),
        Binding("right_square_bracket", "step_interval(1)", "Longer bars", key_display="]"),
        Binding("left,h", "pan(-1)", "Back in time", show=False),
        Binding("right,l", "pan(1)", "Forward in time", show=False),
        Binding("end,G,0", "live", "To the live end", show=False),
        Binding("up,k", "step_symbol(-1)", "Symbol before", show=False),
        Binding("down,j", "step_symbol(1)", "Symbol after", show=False),
        Binding("comma", "pick(-1)", "Fill before", show=False),
        Binding("full_stop", "pick(1)", "Fill after", show=False),
    ]
    DEFAULT_CSS = """
    ChartPane { height: 1fr; width: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._window = ChartWindow("")
        self._frame: Frame | None = None
        self._picked: ChartMark | None = None
        self._inquiry: Inquiry[_Question, ChartView] = Inquiry(self._ask, self._show)

    def compose(self) -> ComposeResult:
        """Stand the picture up."""
        yield PictureView()

    async def _ask(self, question: _Question) -> ChartView:
        return await client_of(self).chart(*question)

    # ------------------------------------------------------------ what it shows

    @property
    def window(self) -> ChartWindow:
        """What is looked at."""
        return self._window

    @property
    def subject(self) -> Subject | None:
        """The fill that was picked, else the symbol that is looked at."""
        fill = self._fill
        if fill is not None:
            return Subject(SubjectKind.LOG, fill.id, symbol=self._window.symbol, trade_id=fill.trade_id)
        symbol = self._window.symbol
        return Subject(SubjectKind.SYMBOL, symbol, symbol=symbol) if symbol else None

    def draw(self, frame: Frame) -> None:
        """Show `frame`, and ask for newer bars where that is due."""
        self._frame = frame
        self._window = self._window.on(
            self._selected() or self._window.symbol or first_symbol(frame.snapshot)
        )
        self._inquire(frame)
        self._show()

    def _selected(self) -> str:
        """Return the symbol of what has the focus beside this pane; "" where that has none."""
        focused = self.screen.focused
        beside = () if focused is None else focused.ancestors_with_self
        pane = next((one for one in beside if isinstance(one, Pane)), None)
        subject = None if pane is None or pane is self else pane.subject
        return "" if subject is None else subject.symbol or ""

    def _inquire(self, frame: Frame) -> None:
        window = self._window
        if not window.symbol or not self._shown or (frame.is_paused and self._answered.view is not None):
            return
        question = (window.symbol, window.interval_ms, window.count(self._shown, frame.snapshot.time_ms))
        if self._inquiry.begins(question):
            self.run_worker(self._inquiry.ask(question), name="chart", exit_on_error=False)

    @property
    def _answered(self) -> Answered:
        """The answer about this window; one about another symbol or interval is none."""
        inquiry = self._inquiry
        is_ours = inquiry.question is not None and inquiry.question[:2] == (
            self._window.symbol,
            self._window.interval_ms,
        )
        return Answered(inquiry.answer if is_ours else None, inquiry.old_ms, inquiry.failure)

    @property
    def _shown(self) -> int:
        return candles_that_fit(self.query_one(PictureView).size.width)

    def _show(self) -> None:
        if self._frame is None or not self.is_mounted:
            return
        scene = candle_scene(self._frame, self._window, self._answered, self._fill)

        def draw(width: int, height: int) -> Picture:
            return candle_picture(scene, width, height)

        self.query_one(PictureView).show(scene, draw)

    # ------------------------------------------------------------ its own keys

    def on_focus(self) -> None:
        """Say which keys are the chart's own."""
        self.border_subtitle = Content(_KEYS)

    def on_blur(self) -> None:
        """Let go of the fill that was picked."""
        self.border_subtitle = ""
        self._picked = None
        self._show()

    @property
    def _seen_fills(self) -> tuple[ChartMark, ...]:
        return fills_seen(self._window, self._answered, self._shown)

    @property
    def _fill(self) -> ChartMark | None:
        """The fill that was picked, as long as it is seen."""
        return self._picked if self._picked in self._seen_fills else None

    def action_pick(self, steps: int) -> None:
        """Tell of the next fill on the chart; the first picked is the newest."""
        fills = self._seen_fills
        if not fills:
            return
        place = len(fills) - 1 if self._fill is None else fills.index(self._fill) + steps
        self._picked = fills[max(0, min(place, len(fills) - 1))]
        self._show()

    def _look_at(self, window: ChartWindow) -> None:
        self._window = window
        if self._frame is not None:
            self._inquire(self._frame)
            self._show()

    def action_step_interval(self, steps: int) -> None:
        """Change how long a bar lasts."""
        self._look_at(self._window.stepped(steps))

    def action_pan(self, way: int) -> None:
        """Go a part of the picture back or forward."""
        view, shown = self._answered.view, self._shown
        if view is not None:
            self._look_at(self._window.panned(view.bars, way * max(shown // _PAGES_PER_PAN, 1), shown))

    def action_live(self) -> None:
        """Go back to the newest bar."""
        self._look_at(self._window.live())

    def action_step_symbol(self, steps: int) -> None:
        """Look at the next symbol of those watched."""
        symbols = () if self._frame is None else tuple(one.symbol for one in self._frame.snapshot.feeds)
        if self._window.symbol in symbols:
            place = symbols.index(self._window.symbol) + steps
            self._look_at(self._window.on(symbols[place % len(symbols)]))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go back in time."""
        event.stop()
        self.action_pan(-1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go forward in time."""
        event.stop()
        self.action_pan(1)
