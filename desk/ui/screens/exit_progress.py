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

from desk.ui.viewmodels.exit_report import ExitReport
from desk.ui.viewmodels.tones import Tone
from desk.ui.way_out.run import FLAT, NOT_FLAT, ExitRun
from desk.ui.widgets.tone_styles import ToneStyles

_TICK_S = 0.1
_WORDS_SHOWN = 6
_UNDER_WAY = "Esc to go back; the exit goes on"
_OVER = "Esc to go back; the desk is HALTED, A re-arms it"
_SILENT = "the desk has gone silent: X X leaves once more, past it if need be   Esc to go back"
_HINTS = {FLAT: "Esc to go back", NOT_FLAT: "nothing is confirmed: X X tries again   Esc to go back"}


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

    def __init__(self, report: Callable[[], ExitReport | None], run: Callable[[], ExitRun | None]) -> None:
        """`report` reads the newest progress; `run` gives None for an exit that this screen did not begin."""
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
        if report is None:
            self._show_run()
            return
        styles = ToneStyles.of(self.app)
        said, has_lines = self._said(), bool(report.lines)
        self.query_one("#summary", Static).update(Text(report.summary, style="bold"))
        self.query_one("#lines", Static).update(_lines(report, styles) if has_lines else said)
        self.query_one("#verdict", Static).update(_verdict(report, said if has_lines else Text(), styles))
        self.query_one("#hint", Static).update(Text(_hint(report)))
        self.set_class(report.is_flat, "-flat")

    def _show_run(self) -> None:
        """Write what this screen did about an exit of which the desk has not told, and how that ended."""
        run = self._run()
        verdict = "" if run is None else run.verdict
        tone = Tone.GOOD if verdict == FLAT else Tone.ALARM
        style = ToneStyles.of(self.app)[tone]
        self.query_one("#summary", Static).update(self._said())
        self.query_one("#lines", Static).update("")
        self.query_one("#verdict", Static).update(_badge(verdict, style) if verdict else "")
        self.query_one("#hint", Static).update(Text(_HINTS.get(verdict, _UNDER_WAY)))
        self.set_class(verdict == FLAT, "-flat")

    def _said(self) -> Text:
        run = self._run()
        return Text("\n".join([] if run is None else run.words[-_WORDS_SHOWN:]))


def _lines(report: ExitReport, styles: Mapping[Tone, Style]) -> Table:
    table = Table.grid(padding=(0, 1))
    for line in report.lines:
        table.add_row(*(Text(cell.text, style=styles[cell.tone]) for cell in line))
    return table


def _verdict(report: ExitReport, said: Text, styles: Mapping[Tone, Style]) -> Group:
    if not report.is_over:
        return Group(said)
    verdict = _badge(report.verdict.text, styles[report.verdict.tone])
    return Group(verdict, *(Text(f"  {one}") for one in report.remains))


def _badge(text: str, style: Style) -> Text:
    return Text(f"  {text}  ", style=style + Style(bold=True, reverse=True))


def _hint(report: ExitReport) -> str:
    if report.is_over:
        return _OVER
    return _SILENT if report.is_silent else _UNDER_WAY
