"""The panel of the first key: exactly what the second will do."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from desk.ui.viewmodels.exit_offer import ExitOffer, Line

_TICK_S = 0.1
_MS_PER_S = 1000


class ExitPanel(ModalScreen[None]):
    """Show what an exit would do and how long the second key is waited for; its keys are heard elsewhere."""

    DEFAULT_CSS: ClassVar[str] = """
    ExitPanel { align: center middle; }
    ExitPanel > Vertical {
        width: 90%; max-width: 100; height: auto; max-height: 90%;
        border: heavy $tone-alarm; border-title-color: $tone-alarm; border-title-style: bold;
        background: $panel; padding: 0 1;
    }
    ExitPanel VerticalScroll { height: auto; max-height: 24; }
    ExitPanel #hint { height: auto; margin-top: 1; }
    """

    def __init__(self, offer: Callable[[], ExitOffer | None], left_ms: Callable[[], int]) -> None:
        """`offer` reads the newest picture; `left_ms` is how long the panel still waits."""
        super().__init__()
        self._offer = offer
        self._left_ms = left_ms
        self._hint = "X again to leave everything   Esc to go back"

    def compose(self) -> ComposeResult:
        """Lay the panel out."""
        with Vertical() as panel:
            panel.border_title = "EMERGENCY EXIT"
            yield Static(id="where")
            with VerticalScroll(can_focus=False):
                yield Static(id="what")
            yield Static(id="hint")

    def on_mount(self) -> None:
        """Show at once, and keep showing."""
        self.show()
        self.set_interval(_TICK_S, self.show)

    def warn_too_soon(self) -> None:
        """Say why a second press did not count."""
        self._hint = "let go, wait a moment, press X again   Esc to go back"
        self.show()

    def show(self) -> None:
        """Write the newest offer."""
        offer = self._offer()
        if offer is None:
            self.query_one("#where", Static).update(Text("the desk has not been heard yet"))
        else:
            self.query_one("#where", Static).update(Text(f"{offer.where}: {offer.headline}", style="bold"))
            self.query_one("#what", Static).update(_what(offer))
        seconds = self._left_ms() / _MS_PER_S
        self.query_one("#hint", Static).update(Text(f"{self._hint}   {seconds:.0f} s", style="bold"))


def _what(offer: ExitOffer) -> Text:
    parts = [
        *_block("closes at the market", offer.closes),
        *_block("cancels", offer.cancels),
        *_block("leaves alone (spot the desk did not buy)", offer.leaves),
        *(f"! {doubt}" for doubt in offer.doubts),
    ]
    if not parts:
        parts = ["nothing is held and nothing is ordered; the desk will be HALTED"]
    return Text("\n".join(parts))


def _block(title: str, lines: tuple[Line, ...]) -> Iterable[str]:
    if lines:
        widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
        yield title
        for line in lines:
            yield (
                "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            )
