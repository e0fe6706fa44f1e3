"""The way out as it is gone: each position until FLAT, FLAT+DUST or NOT FLAT."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from rich.console import Group
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from desk.ui.exit_run import ExitRun
from desk.ui.viewmodels.exit_report import ExitReport
from desk.ui.viewmodels.tones import Tone
from desk.ui.widgets.tone_styles import ToneStyles

_TICK_S = 0.1
_WORDS_SHOWN = 6
_UNDER_WAY = "Esc to go back; the exit goes on"
_OVER = "Esc to go back; the desk is HALTED, A re-arms it"


class ExitProgressPanel(ModalScreen[None]):
    """Follow one exit; going back leaves the exit to run on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "leave", "Back", tooltip="Go back; an exit under way goes on"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    ExitProgressPanel { align: center middle; }
    ExitProgressPanel > Vertical {
        width: 90%; max-width: 110; height: auto; max-height: 90%;
        border: heavy $tone-alarm; border-title-style: bold; background: $panel; padding: 0 1;
    }
    ExitProgressPanel.-flat > Vertical { border: heavy $tone-good; border-title-color: $tone-good; }
    ExitProgressPanel VerticalScroll { height: auto; max-height: 24; }
    ExitProgressPanel #verdict { height: auto; margin: 1 0; }
    """

    def __init__(self, report: Callable[[], ExitReport | None], run: ExitRun | None) -> None:
        """`report` reads the newest progress; `run` is None for an exit that this screen did not begin."""
        super().__init__()
        self._report = report
        self._run = run

    def compose(self) -> ComposeResult:
        """Lay the panel out."""
        with Vertical() as panel:
            panel.border_title = "EMERGENCY EXIT"
            yield Static(id="summary")
            with VerticalScroll():
                yield Static(id="lines")
            yield Static(id="verdict")
            yield Static(Text(_UNDER_WAY), id="hint")

    def on_mount(self) -> None:
        """Show at once, and keep showing."""
        self.show()
        self.set_interval(_TICK_S, self.show)

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss()

    def show(self) -> None:
        """Write how far the exit is."""
        report = self._report()
        styles = ToneStyles.of(self.app)
        words = [] if self._run is None else self._run.words[-_WORDS_SHOWN:]
        said = Text("\n".join(words))
        if report is None:
            self.query_one("#summary", Static).update(said)
            return
        self.query_one("#summary", Static).update(Text(report.summary, style="bold"))
        self.query_one("#lines", Static).update(_lines(report, styles) if report.lines else said)
        self.query_one("#verdict", Static).update(_verdict(report, said, styles))
        self.query_one("#hint", Static).update(Text(_OVER if report.is_over else _UNDER_WAY))
        self.set_class(report.is_flat, "-flat")


def _lines(report: ExitReport, styles: Mapping[Tone, Style]) -> Table:
    table = Table.grid(padding=(0, 1))
    for line in report.lines:
        table.add_row(*(Text(cell.text, style=styles[cell.tone]) for cell in line))
    return table


def _verdict(report: ExitReport, said: Text, styles: Mapping[Tone, Style]) -> Group:
    if not report.is_over:
        return Group(said)
    style = styles[report.verdict.tone] + Style(bold=True, reverse=True)
    verdict = Text(f"  {report.verdict.text}  ", style=style)
    return Group(verdict, *(Text(f"  {one}") for one in report.remains))
