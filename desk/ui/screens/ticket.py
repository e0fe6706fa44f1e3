"""The ticket: a trade by hand, with the desk's own answer to it before it is sent."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Static

from desk.contracts.commands import OpenTrade
from desk.contracts.sides import PositionSide
from desk.contracts.ticket import TradePreview
from desk.ui.actions.action import Stage
from desk.ui.previewing import Answer, Previewer
from desk.ui.screens.proposal import ProposalScreen
from desk.ui.viewmodels.frame import Frame, Writing
from desk.ui.viewmodels.proposal import Proposal
from desk.ui.viewmodels.sides import side_text
from desk.ui.viewmodels.ticket import (
    LIMIT,
    SIZE,
    STOP,
    SYMBOL,
    TARGET,
    Entry,
    Reading,
    SizeBy,
    TicketForm,
    read_ticket,
    symbol_meant,
    symbol_note,
    symbols_of,
    ticket_proposal,
)
from desk.ui.widgets.choice import Choice
from desk.ui.widgets.question_lines import Field, typed_line
from desk.ui.widgets.value_input import ValueInput

_RENEW_S = 1.0
_SIDES = (PositionSide.LONG, PositionSide.SHORT)


class TicketScreen(ProposalScreen):
    """Fill in a trade; what is sent is the order whose answer is shown."""

    DEFAULT_CSS: ClassVar[str] = """
    TicketScreen.-high #facts { margin-top: 1; }
    TicketScreen #go { min-height: 2; }
    """

    def __init__(self, stage: Stage, writing: Writing, symbol: str = "") -> None:
        """Begin with `symbol`."""
        super().__init__(stage, "NEW TRADE", "opening", lambda _, __: Proposal((), ""))
        self._writing = writing
        self._symbol = symbol
        self._previewer = Previewer(stage.client, self._answered)
        self._form: TicketForm | None = None
        self._reading = Reading()
        self._answer: tuple[OpenTrade, TradePreview] | None = None
        self._trouble = ""

    def compose_question(self) -> ComposeResult:
        """Lay out what is chosen and typed, and below it what the desk answers."""
        yield from typed_line(Field(SYMBOL, "symbol", "begin to type, right arrow completes", self._symbol))
        with Horizontal(classes="field"):
            yield Static(Text("side"), classes="label")
            yield self._choice("side", [side_text(one, self._writing) for one in _SIDES])
        size = Field(SIZE, "size by", "an amount, or 0.5% of equity")
        yield from typed_line(size, self._choice("size", list(SizeBy)))
        yield from typed_line(Field(LIMIT, "entry", "the price"), self._choice("entry", list(Entry)))
        yield from typed_line(Field(STOP, "stop", "a price, or a distance such as 1%"))
        yield from typed_line(Field(TARGET, "target", "a price, 3% or 2R; may be left out"))
        yield Static(id="facts")

    def _choice(self, name: str, words: list[str]) -> Choice:
        return Choice(words, ascii_only=self._writing.ascii_only, name=name)

    def opened(self) -> None:
        """Begin where something is still to be said, and ask the desk from now on."""
        frame = self.frame
        if frame is not None:
            suggester = SuggestFromList(symbols_of(frame), case_sensitive=False)
            self.query_one("#type-symbol", ValueInput).suggester = suggester
        self.set_focus(self.query_one("#type-size" if self._symbol else "#type-symbol", ValueInput))
        self.run_worker(self._previewer.run(), exit_on_error=False)
        self.set_interval(_RENEW_S, self._renew)
        self.changed()

    # ------------------------------------------------------------ reading

    def on_choice_changed(self, event: Choice.Changed) -> None:
        """Read what is chosen."""
        event.stop()
        self.changed()

    def changed(self) -> None:
        """Forget the answer to what is not meant any more, and ask for another."""
        frame, form = self.frame, self._filled_in()
        if frame is None or form == self._form:
            return
        self._form = form
        self._answer, self._trouble = None, ""
        self._reading = read_ticket(self._form, frame)
        self._previewer.type(self._reading.order)
        self.query_one("#type-limit", ValueInput).display = self._form.entry is Entry.LIMIT
        self.show()

    def _renew(self) -> None:
        """Read the same against the prices of now; the old answer stays until there is another."""
        frame = self.frame
        if frame is not None and self._form is not None and not self.is_working:
            self._reading = read_ticket(self._form, frame)
            self._previewer.renew(self._reading.order)

    def _filled_in(self) -> TicketForm:
        typed = self.typed
        return TicketForm(
            symbol=typed[SYMBOL],
            side=_SIDES[self._chosen("side")],
            size_by=list(SizeBy)[self._chosen("size")],
            size=typed[SIZE],
            entry=list(Entry)[self._chosen("entry")],
            limit=typed[LIMIT],
            stop=typed[STOP],
            target=typed[TARGET],
        )

    def _chosen(self, name: str) -> int:
        return self.query_one(f"#choose-{name}", Choice).value

    def _answered(self, order: OpenTrade, answer: Answer) -> None:
        if isinstance(answer, TradePreview):
            self._answer, self._trouble = (order, answer), ""
        else:
            self._answer, self._trouble = None, answer
        self.show()

    # ------------------------------------------------------------ showing

    def proposal(self, frame: Frame) -> Proposal:
        """Return what the shown answer is about; without one, what is to be written first."""
        if self._answer is None:
            return ticket_proposal(frame, self._reading, None, self._trouble)
        order, preview = self._answer
        return ticket_proposal(frame, Reading(order), preview)

    def show(self) -> None:
        """Write the answer, what distances come to, and the prices of now."""
        super().show()
        frame = self.frame
        if frame is not None and self._form is not None:
            notes = {SYMBOL: symbol_note(self._form, frame), **self._reading.notes}
            for one in self.query(ValueInput):
                self.write(f"#note-{one.field}", notes.get(one.field, ""))

    def entered(self, focused: Widget | None, pressed_at_s: float) -> None:
        """Write the symbol out where it was understood, and go on."""
        symbol = None
        if isinstance(focused, ValueInput) and focused.field == SYMBOL and self.frame is not None:
            symbol = symbol_meant(focused.value, self.frame)
        if isinstance(focused, ValueInput) and symbol is not None:
            focused.value = symbol
            self.changed()
        super().entered(focused, pressed_at_s)
