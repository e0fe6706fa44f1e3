"""Why: the cause tree of one thing, what is known about each of its nodes, and the way on to any other."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import ModalScreen
from textual.widgets import Static

from desk.contracts.ports.client import DeskClient, DeskUnreachable
from desk.contracts.problems import InputRefused
from desk.contracts.why import CauseTree
from desk.ui.viewmodels.canvas import Line, Span
from desk.ui.viewmodels.frame import Writing
from desk.ui.viewmodels.text import clean
from desk.ui.viewmodels.tones import Tone
from desk.ui.viewmodels.why_field_lines import lay_out
from desk.ui.viewmodels.why_fields import Field, fields_of
from desk.ui.viewmodels.why_rows import TreeLines, WhyRow, WhyRows
from desk.ui.viewmodels.why_summary import summary
from desk.ui.viewmodels.why_trail import Trail
from desk.ui.widgets.filter_line import FilterLine
from desk.ui.widgets.line_list import LineList, Lines
from desk.ui.widgets.words import Words

_HINTS = "esc close  enter go to  bksp back  h l fold  tab facts  / filter  J JSON  y copy"


class WhyScreen(ModalScreen[None]):
    """Show why, below the desk's header; every id in it can be asked in its turn."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", show=False),
        Binding("q", "dismiss", "Close", show=False),
        Binding("backspace", "back", "Back", show=False),
        Binding("left,h", "fold(True)", "Fold", show=False),
        Binding("right,l", "fold(False)", "Unfold", show=False),
        Binding("minus", "fold_all(True)", "Fold all", show=False),
        Binding("plus,equals_sign", "fold_all(False)", "Unfold all", show=False),
        Binding("slash", "filter", "Filter", show=False),
        Binding("J", "json", "As JSON", show=False),
        Binding("r", "ask_again", "Ask again", show=False),
        Binding("y", "copy", "Copy the id", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-low"), (24, "-high")]  # noqa: RUF012 - as Textual declares it
    DEFAULT_CSS = """
    WhyScreen #why { width: 100%; height: 1fr; margin-top: 2; background: $background; }
    WhyScreen #why-crumbs, WhyScreen #why-summary { width: 100%; height: auto; padding: 0 1; }
    WhyScreen #why-crumbs { background: $panel; height: 1; }
    WhyScreen #why-summary { max-height: 7; }
    WhyScreen.-low #why-summary { max-height: 3; }
    WhyScreen #why-parts { height: 1fr; layout: vertical; }
    WhyScreen.-wide #why-parts { layout: horizontal; }
    WhyScreen LineList { border: round $line; border-title-color: $tone-dim; }
    WhyScreen LineList:focus { border: round $border; border-title-color: $tone-strong; }
    WhyScreen #why-tree { height: 3fr; width: 100%; }
    WhyScreen #why-facts { height: 2fr; width: 100%; }
    WhyScreen.-wide #why-tree { width: 5fr; height: 100%; }
    WhyScreen.-wide #why-facts { width: 3fr; height: 100%; }
    WhyScreen #why-hints { dock: bottom; height: 1; padding: 0 1; color: $tone-dim; }
    """

    def __init__(self, client: DeskClient, asked_id: str, writing: Writing) -> None:
        super().__init__()
        self._client = client
        self._writing = writing
        self._trail = Trail()
        self._trail.go(asked_id)
        self._rows: WhyRows | None = None
        self._fields: Sequence[Field] = ()
        self._as_json = False
        self._filter = ""

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Container(id="why"):
            yield Words(id="why-crumbs")
            yield Words(id="why-summary")
            with Container(id="why-parts"):
                tree = LineList(id="why-tree")
                tree.border_title = "From cause to effect"
                yield tree
                facts = LineList(id="why-facts")
                facts.border_title = "What is known"
                yield facts
            yield FilterLine()
            yield Static(_HINTS, id="why-hints", markup=False)

    def on_mount(self) -> None:
        """Ask at once."""
        self.query_one("#why-tree").focus()
        self._ask()

    # ------------------------------------------------------------ asking

    @property
    def trail(self) -> Trail:
        """The ids that were asked for, this one last."""
        return self._trail

    def _ask(self) -> None:
        self._write("#why-crumbs", [tuple(self._trail.crumbs(ascii_only=self._writing.ascii_only))])
        self._fail(f"Asking why {self._trail.here.asked_id}")
        self.run_worker(self._answer(self._trail.here.asked_id), exclusive=True, exit_on_error=False)

    async def _answer(self, asked_id: str) -> None:
        try:
            tree = await self._client.why(asked_id)
        except InputRefused as refusal:
            told = "; ".join(f"{one.what}; {one.remedy}" for one in refusal.problems)
            self._fail(f"No answer: {told}.")
        except DeskUnreachable as refusal:
            self._fail(f"The desk does not answer: {refusal}. r asks again.")
        except Exception as error:  # noqa: BLE001 - an answer nobody can read is told, and costs the screen nothing
            self._fail(f"The answer cannot be read ({type(error).__name__}). r asks again.")
        else:
            self._take(tree)

    def _fail(self, message: str) -> None:
        self._rows = None
        self._write("#why-summary", [(Span(message, Tone.DIM),)])
        self._tree.show(lambda _: ())
        self._facts.show(lambda _: ())

    def _take(self, tree: CauseTree) -> None:
        self._rows = WhyRows(tree)
        self._rows.keep(self._filter)
        self._write("#why-summary", summary(tree, self._writing))
        self._show_tree(self._trail.here.cursor_key or tree.asked_id)
        self._count()

    # ------------------------------------------------------------ showing

    @property
    def _tree(self) -> LineList:
        return self.query_one("#why-tree", LineList)

    @property
    def _facts(self) -> LineList:
        return self.query_one("#why-facts", LineList)

    @property
    def row(self) -> WhyRow | None:
        """The line of the tree under the cursor."""
        shown = () if self._rows is None else self._rows.shown
        return shown[self._tree.cursor] if self._tree.cursor < len(shown) else None

    def _write(self, place: str, lines: Iterable[Line]) -> None:
        self.query_one(place, Words).show(lines, ascii_only=self._writing.ascii_only)

    def _show_tree(self, cursor_key: str) -> None:
        rows = self._rows
        if rows is None:
            return
        shown = rows.shown

        def drawn(width: int) -> Lines:
            return TreeLines(shown, width, self._writing)

        self._tree.show(drawn, cursor=rows.place_of(cursor_key), message="No line holds that text.")
        self._show_facts()

    def _show_facts(self) -> None:
        row = self.row
        fields = () if row is None else fields_of(row.node, self._writing, as_json=self._as_json)

        def drawn(width: int) -> Lines:
            self._fields, lines = lay_out(fields, width, ascii_only=self._writing.ascii_only)
            return lines

        self._facts.show(drawn)

    def on_line_list_moved(self, message: LineList.Moved) -> None:
        """Show what is known about the node the cursor came to."""
        message.stop()
        if message.lines is self._tree:
            self._show_facts()

    # ------------------------------------------------------------ going from one to the next

    def on_line_list_opened(self, message: LineList.Opened) -> None:
        """Ask why of the id under the cursor."""
        message.stop()
        if message.lines is self._tree:
            wanted = "" if self.row is None else self.row.node.id
        else:
            at = self._facts.cursor
            wanted = self._fields[at].jump_id if at < len(self._fields) else ""
        if wanted:
            self._go(wanted)

    def _go(self, wanted: str) -> None:
        row = self.row
        here = self._trail.here
        if self._trail.go(wanted):
            here.cursor_key = "" if row is None else row.key
            self._forget_filter()
            self._tree.focus()
            self._ask()

    def action_back(self) -> None:
        """Go back to the id one came from."""
        if self._trail.back():
            self._forget_filter()
            self._ask()

    def action_ask_again(self) -> None:
        """Ask again: more may have come of it meanwhile."""
        self._trail.here.cursor_key = "" if self.row is None else self.row.key
        self._ask()

    # ------------------------------------------------------------ folding, filtering, copying

    def action_fold(self, is_folded: bool) -> None:  # noqa: FBT001 - Textual calls it so
        """Fold the node under the cursor, then the one it hangs below; or show what it hides."""
        rows, row = self._rows, self.row
        if rows is None or row is None or not self._tree.has_focus:
            return
        node_id = row.node.id
        if is_folded and (rows.is_folded(node_id) or not row.is_head):
            self._tree.action_go(rows.head_above(self._tree.cursor))
            return
        rows.fold(node_id, is_folded=is_folded)
        self._show_tree(row.key)

    def action_fold_all(self, is_folded: bool) -> None:  # noqa: FBT001 - Textual calls it so
        """Show births and directives alone, or everything."""
        row = self.row
        if self._rows is not None:
            self._rows.fold_all(is_folded=is_folded)
            self._show_tree("" if row is None else row.key)

    def action_json(self) -> None:
        """Show records as they are kept, or as fields again."""
        self._as_json = not self._as_json
        self._show_facts()

    def action_copy(self) -> None:
        """Put the id under the cursor on the clipboard."""
        at = self._facts.cursor
        jump_id = self._fields[at].jump_id if self._facts.has_focus and at < len(self._fields) else ""
        wanted = jump_id or (self._trail.here.asked_id if self.row is None else self.row.node.id)
        self.app.copy_to_clipboard(clean(wanted))
        self.notify(f"{clean(wanted)} copied", markup=False)

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(FilterLine).open(self._filter)

    def on_filter_line_typed(self, message: FilterLine.Typed) -> None:
        """Filter while it is typed."""
        message.stop()
        self._keep(message.text)

    def on_filter_line_kept(self, message: FilterLine.Kept) -> None:
        """Go back to the lines that are left."""
        message.stop()
        self._close_filter()

    def on_filter_line_given_up(self, message: FilterLine.GivenUp) -> None:
        """Show every line again."""
        message.stop()
        self._close_filter()
        self._keep("")

    def _keep(self, text: str) -> None:
        row = self.row
        self._filter = text
        if self._rows is not None:
            self._rows.keep(text)
            self._show_tree("" if row is None else row.key)
        self._count()

    def _count(self) -> None:
        if self._rows is not None:
            self.query_one(FilterLine).show_count(len(self._rows.shown), self._rows.total)

    def _close_filter(self) -> None:
        self.query_one(FilterLine).close()
        self._tree.focus()

    def _forget_filter(self) -> None:
        self.query_one(FilterLine).close()
        self._filter = ""

    def action_leave(self) -> None:
        """Show every line again where a filter hides some, else close."""
        if self._filter:
            self._keep("")
        else:
            self.dismiss()
