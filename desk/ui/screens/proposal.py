"""A question that names the exact effect of its answer, stays while that is done, and says how it went."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from desk.contracts.commands import Command, CommandOutcome
from desk.contracts.states import TradingMode
from desk.ui.actions.action import Stage
from desk.ui.screens.keys_in_turn import KeysInTurn
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.proposal import Proposal
from desk.ui.viewmodels.text import clean
from desk.ui.widgets.answer import AnswerButton
from desk.ui.widgets.question_lines import Field, fact_table, typed_line
from desk.ui.widgets.tone_styles import ToneStyles
from desk.ui.widgets.value_input import ValueInput

_FRESH_S = 0.5
_SETTLE_MS = 250
_AFTER_REFUSAL_MS = 1_000

_NO_DESK = Proposal((), "the desk has not been heard yet")


Propose = Callable[[Frame, Mapping[str, str]], Proposal]


class ProposalScreen(KeysInTurn):
    """Ask one thing; True once the desk did it.

    The command that is sent is the one that the button named when it was pressed; while it is under way,
    and where nobody knows what became of it, it is not sent again.
    """

    DEFAULT_CSS: ClassVar[str] = """
    ProposalScreen { align: center middle; }
    ProposalScreen .question-box {
        width: 80; max-width: 96%; height: auto; max-height: 100%; padding: 0 1;
        border: round $border; border-title-color: $tone-strong; border-title-style: bold;
        border-subtitle-color: $tone-dim; background: $panel;
    }
    ProposalScreen.-live .question-box { border: heavy $tone-live; border-title-color: $tone-live; }
    ProposalScreen.-plain .question-box { border: ascii $border; }
    ProposalScreen.-plain.-live .question-box { border: ascii $tone-live; }
    ProposalScreen VerticalScroll { height: auto; max-height: 72vh; }
    ProposalScreen Static { height: auto; }
    ProposalScreen #typed { height: auto; }
    ProposalScreen.-high #typed { margin-top: 1; }
    ProposalScreen .field { height: 1; }
    ProposalScreen .label { width: 11; color: $tone-dim; }
    ProposalScreen .field Choice { margin-right: 2; }
    ProposalScreen .note { width: auto; margin-left: 1; color: $tone-dim; }
    ProposalScreen .fault { margin-left: 11; color: $tone-warn; display: none; }
    ProposalScreen #doubts, ProposalScreen #outcome { color: $tone-warn; display: none; }
    ProposalScreen .choices { height: auto; }
    ProposalScreen.-high .choices { margin-top: 1; }
    ProposalScreen .choices Button { height: auto; min-width: 10; }
    ProposalScreen #go { width: 1fr; margin-left: 2; }
    ProposalScreen #go.-off { color: $tone-dim; text-style: italic; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-low"), (22, "-high")]  # noqa: RUF012 - the toolkit declares it so

    def __init__(
        self, stage: Stage, title: str, doing: str, propose: Propose, fields: tuple[Field, ...] = ()
    ) -> None:
        """`doing` begins the sentence that tells the outcome."""
        super().__init__(classes="proposal")
        self._stage = stage
        self._title = title
        self._doing = clean(doing)
        self._propose = propose
        self._fields = fields
        self._shown: Proposal | None = None
        self._written = dict[str, str]()
        self.is_working = False
        self._is_spent = False
        self._is_done = False

    def compose(self) -> ComposeResult:
        """Lay the question out: what is so, what is typed, what became of it, the two answers."""
        with Vertical(classes="question-box") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = Content("esc goes back")
            with VerticalScroll(can_focus=False):
                yield from self.compose_question()
                yield Static(id="doubts")
            yield Static(id="outcome")
            with Horizontal(classes="choices"):
                yield AnswerButton("Cancel", id="cancel", compact=True)
                yield AnswerButton("", id="go", compact=True)

    def compose_question(self) -> ComposeResult:
        """Lay out what is so, and what is typed."""
        yield Static(id="facts")
        if self._fields:
            with Vertical(id="typed"):
                for one in self._fields:
                    yield from typed_line(one)

    def on_mount(self) -> None:
        """Show at once, and keep showing."""
        frame = self.frame
        if frame is not None and frame.snapshot.mode is TradingMode.LIVE:
            self.add_class("-live")
        if frame is not None:
            self.set_class(frame.writing.ascii_only, "-plain")
            self.query_one(".question-box").border_title = Content(f"{self._title}  {frame.snapshot.mode}")
        self.opened()
        self.set_interval(_FRESH_S, self.show)
        self._be_deaf(_SETTLE_MS)

    @property
    def frame(self) -> Frame | None:
        """The newest picture; None before the first."""
        situation = self._stage.situation
        return None if situation is None else situation.frame

    # ------------------------------------------------------------ showing

    @property
    def typed(self) -> Mapping[str, str]:
        """Return what every field holds."""
        return {one.field: one.value for one in self.query(ValueInput)}

    def proposal(self, frame: Frame) -> Proposal:
        """Return what is proposed now."""
        return self._propose(frame, self.typed)

    def show(self) -> None:
        """Write what is proposed now, where it differs from what is shown."""
        frame = self.frame
        proposal = _NO_DESK if frame is None else self.proposal(frame)
        if self._shown is None or proposal.facts != self._shown.facts:
            facts = self.query_one("#facts", Static)
            facts.update(fact_table(proposal.facts, ToneStyles.of(self.app)))
            facts.display = bool(proposal.facts)
        if proposal != self._shown:
            self._shown = proposal
            self.write("#doubts", "\n".join(f"! {one}" for one in proposal.doubts))
            for one in self.query(ValueInput):
                self.write(f"#fault-{one.field}", proposal.faults.get(one.field, ""))
        self._show_button()

    def write(self, where: str, text: str) -> None:
        """Write one line of text, or leave it out where there is none."""
        if self._written.get(where, "") != text:
            self._written[where] = text
            line = self.query_one(where, Static)
            line.update(Text(text))
            line.display = bool(text)

    def _show_button(self) -> None:
        proposal, button = self._shown or _NO_DESK, self.query_one("#go", Button)
        label = f"{self._doing} ..." if self.is_working else proposal.button
        if button.label != Content(label):
            button.label = Content(label)
            button.refresh(layout=True)
        button.set_class(self.is_working, "-working")
        button.set_class(not self._can_send, "-off")

    @property
    def _can_send(self) -> bool:
        has_command = self._shown is not None and self._shown.command is not None
        return has_command and not self.is_working and not self._is_spent

    # ------------------------------------------------------------ moving

    def opened(self) -> None:
        """Show at once, and begin at the first line, or at the answers."""
        self.show()
        first = next(iter(self.query(ValueInput)), None)
        if first is None:
            self.focus_answer()
        else:
            self.set_focus(first)

    def focus_answer(self) -> None:
        """Go to the answer that lowers risk."""
        proposal = self._shown or _NO_DESK
        is_meant = proposal.command is not None and not proposal.raises_risk
        self.set_focus(self.query_one("#go" if is_meant else "#cancel", AnswerButton))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take in what came into a line by any other way than a key."""
        event.stop()
        self.changed()

    def changed(self) -> None:
        """Show what it would be while it is typed."""
        self.show()

    def entered(self, focused: Widget | None, pressed_at_s: float) -> None:
        """Answer, or go on to the next line: from the last to the answers, once there is one."""
        if isinstance(focused, AnswerButton):
            if focused.heard(pressed_at_s):
                self._press(focused.id)
            return
        stops = [one for one in self.stops() if not isinstance(one, AnswerButton)]
        later = stops[stops.index(focused) + 1 :] if focused in stops else []
        if later:
            self.set_focus(later[0])
        elif self._shown is not None and self._shown.command is not None:
            self.focus_answer()
        else:
            self.set_focus(self._unfinished() or focused)

    def _unfinished(self) -> ValueInput | None:
        """Return the first line at fault, or else the first that is empty."""
        lines = [one for one in self.stops() if isinstance(one, ValueInput)]
        faults = {} if self._shown is None else self._shown.faults
        faulty = next((one for one in lines if one.field in faults), None)
        return faulty or next((one for one in lines if not one.value.strip()), None)

    def left(self) -> None:
        """Go back; what is under way goes on, and is told when it is over."""
        self._leave(is_done=False)

    def on_screen_resume(self) -> None:
        """Leave where it was done while something lay above."""
        if self._is_done:
            self._leave(is_done=True)

    def _leave(self, *, is_done: bool) -> None:
        if self.app.screen is self:
            self.dismiss(is_done)

    # ------------------------------------------------------------ sending

    def _be_deaf(self, for_ms: int) -> None:
        for one in self.query(AnswerButton):
            one.be_deaf(for_ms)

    @property
    def hears(self) -> bool:
        """Whether it takes an answer now."""
        answers = self.query(AnswerButton)
        return bool(answers) and all(one.hears for one in answers)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Take a click as the answer."""
        event.stop()
        self._press(event.button.id)

    def _press(self, button_id: str | None) -> None:
        if button_id == "cancel":
            self.left()
        elif self._can_send and self._shown is not None and self._shown.command is not None:
            self.is_working = True
            self.write("#outcome", "")
            self._show_button()
            self.app.run_worker(self._carry_out(self._shown.command), exit_on_error=False)

    async def _carry_out(self, command: Command) -> None:
        """See a command to its end, whether anybody still looks or not."""
        try:
            outcome = await self._stage.carry_out(command, self._doing)
        except Exception as error:  # noqa: BLE001 - told, and never taken for done
            self._stage.tell(f"{self._doing}: failed ({type(error).__name__})", is_problem=True)
            outcome = None
        self.is_working = False
        if self.is_attached:
            self._ended(outcome)

    def _ended(self, outcome: CommandOutcome | None) -> None:
        if outcome is not None and outcome.accepted:
            self._is_done = True
            self._leave(is_done=True)
            return
        if outcome is None:
            self._is_spent = True
            self.write("#outcome", "no answer: whether it was done is not known; look before you go on")
        else:
            self.write("#outcome", f"not done: {clean(outcome.message)}")
        self._be_deaf(_AFTER_REFUSAL_MS)
        self.set_focus(self.query_one("#cancel", AnswerButton))
        self.show()
