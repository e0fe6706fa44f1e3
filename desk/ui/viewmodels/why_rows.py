"""The lines of a cause tree: folded, filtered, and drawn with its branches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desk.contracts.records import EntryKind
from desk.contracts.why import CauseNode, CauseTree, TracedFact
from desk.ui.viewmodels.canvas import Line, Span
from desk.ui.viewmodels.frame import Writing
from desk.ui.viewmodels.text import cells, clean, plain
from desk.ui.viewmodels.times import moment
from desk.ui.viewmodels.tones import Tone

_TONES: Mapping[str, Tone] = {
    EntryKind.TICK_RECEIVED: Tone.DIM,
    EntryKind.SCHEDULED_TICK: Tone.DIM,
    EntryKind.RUN_STARTED: Tone.DIM,
    EntryKind.ORDER_SENT: Tone.DIM,
    EntryKind.DIRECTIVE_ISSUED: Tone.STRONG,
    EntryKind.FILL_BOOKED: Tone.STRONG,
    EntryKind.TRADE_INTENDED: Tone.STRONG,
    EntryKind.DIRECTIVE_REFUSED: Tone.WARN,
    EntryKind.PLAN_REJECTED: Tone.WARN,
    EntryKind.ALARM_RAISED: Tone.BAD,
    EntryKind.FLOW_ENDED: Tone.ACCENT,
}
_DEEPEST_DRAWN = 12
_CLOCK_CELLS = 13
_NAMED_FROM = 100
_NAME_CELLS = 30


@dataclass(frozen=True, slots=True)
class _Branches:
    """Hold the characters of a tree."""

    on: str
    last: str
    through: str
    fact: str
    folded: str
    asked: str


_DRAWN = _Branches(on="├ ", last="└ ", through="│ ", fact="· ", folded="▸ ", asked="▶ ")
_ASCII = _Branches(on="|-", last="`-", through="| ", fact=". ", folded="+ ", asked="> ")


@dataclass(frozen=True, slots=True)
class WhyRow:
    """Hold one line: a node's first fact, or a later one; `guide` has a letter for each level it hangs below.

    `hidden` counts the lines folded away below it.
    """

    node: CauseNode
    fact: TracedFact | None
    guide: str
    is_head: bool
    hidden: int = 0

    @property
    def key(self) -> str:
        """What stays the same when the tree is folded or asked for again."""
        return self.node.id if self.is_head or self.fact is None else f"{self.node.id}/{self.fact.sequence}"


class WhyRows:
    """Know which lines of a tree show: folded nodes hide what hangs below, a filter what does not hold it."""

    def __init__(self, tree: CauseTree) -> None:
        self.tree = tree
        self._all = _rows_of(tree)
        self._folded: set[str] = set()
        self._wanted = ""
        self.shown: Sequence[WhyRow] = self._all

    @property
    def total(self) -> int:
        """How many lines there are."""
        return len(self._all)

    def keep(self, text: str) -> None:
        """Show only lines that hold `text`, whatever its case; "" shows all that is not folded."""
        self._wanted = text.strip().casefold()
        self._arrange()

    def fold(self, node_id: str, *, is_folded: bool) -> None:
        """Hide or show what hangs below a node."""
        if is_folded:
            self._folded.add(node_id)
        else:
            self._folded.discard(node_id)
        self._arrange()

    def fold_all(self, *, is_folded: bool) -> None:
        """Leave the births and what they caused, or show everything."""
        self._folded = {one.id for one in self.tree.nodes if one.depth >= 1} if is_folded else set()
        self._arrange()

    def is_folded(self, node_id: str) -> bool:
        """Tell whether a node hides what hangs below it."""
        return node_id in self._folded

    def place_of(self, key: str) -> int:
        """Return the line of a key, 0 where it does not show."""
        return next((place for place, one in enumerate(self.shown) if one.key == key), 0)

    def head_above(self, place: int) -> int:
        """Return the line of the node that a line hangs below; its own where nothing is above."""
        row = self.shown[place]
        wanted = row.node.parent_id if row.is_head else row.node.id
        return next((at for at in range(place, -1, -1) if self.shown[at].key == wanted), place)

    def _arrange(self) -> None:
        if self._wanted:
            self.shown = [one for one in self._all if self._wanted in _searched(one)]
        elif self._folded:
            self.shown = self._unfolded()
        else:
            self.shown = self._all

    def _unfolded(self) -> Sequence[WhyRow]:
        shown: list[WhyRow] = []
        folded_depth: int | None = None
        for row in self._all:
            is_below = folded_depth is not None and (row.node.depth > folded_depth or not row.is_head)
            if is_below and shown:
                head = shown[-1]
                shown[-1] = WhyRow(head.node, head.fact, head.guide, head.is_head, head.hidden + 1)
                continue
            folded_depth = row.node.depth if row.is_head and row.node.id in self._folded else None
            shown.append(row)
        return shown


def _searched(row: WhyRow) -> str:
    told = "" if row.fact is None else f"{row.fact.kind} {row.fact.text}"
    return f"{row.node.id} {told}".casefold()


def _rows_of(tree: CauseTree) -> Sequence[WhyRow]:
    rows: list[WhyRow] = []
    for node, guide in zip(tree.nodes, _guides(tree.nodes), strict=True):
        rows.append(WhyRow(node, node.facts[0] if node.facts else None, guide, is_head=True))
        below = f"{guide.replace('+', '|').replace('`', ' ')}"
        rows.extend(WhyRow(node, fact, below, is_head=False) for fact in node.facts[1:])
    return rows


def _guides(nodes: Sequence[CauseNode]) -> Sequence[str]:
    """Return a letter for each level of a node: `+` a branch, a backtick its last, `|` one that goes on."""
    guides: list[str] = []
    going_on = set[int]()
    for node in reversed(nodes):
        depth = min(node.depth, _DEEPEST_DRAWN)
        own = ("+" if depth in going_on else "`") if depth else ""
        through = "".join("|" if level in going_on else " " for level in range(1, depth))
        guides.append(through + own)
        going_on = {level for level in going_on if level < depth} | {depth}
    return guides[::-1]


def why_line(row: WhyRow, width: int, writing: Writing) -> Line:
    """Draw one line in exactly `width` cells: time, branches, what happened, and the id where it fits."""
    ascii_only = writing.ascii_only
    branches = _ASCII if ascii_only else _DRAWN
    name_cells = _NAME_CELLS if width >= _NAMED_FROM else 0
    time = Span(plain(_clock(row, writing), min(_CLOCK_CELLS, width), ascii_only=ascii_only), Tone.DIM)
    guide = "".join(
        {"+": branches.on, "`": branches.last, "|": branches.through}.get(one, "  ") for one in row.guide
    )
    lead = guide + _bullet(row, branches)
    told = "not recorded" if row.fact is None else clean(row.fact.text, ascii_only=ascii_only)
    left_out = f" ({row.node.facts_left_out} more facts)" if row.is_head and row.node.facts_left_out else ""
    hidden = f" [{row.hidden} folded]" if row.hidden else ""
    room = max(width - cells(time.text) - name_cells, 0)
    lead = plain(lead, min(len(lead), room), ascii_only=ascii_only)
    body = plain(f"{told}{left_out}{hidden}", room - cells(lead), ascii_only=ascii_only)
    spans = [time, Span(lead, Tone.DIM), Span(body, _tone(row))]
    if name_cells:
        name = row.node.id if row.is_head else ""
        spans.append(Span(plain(f"  {name}", name_cells, ascii_only=ascii_only), Tone.DIM))
    return tuple(spans)


def _bullet(row: WhyRow, branches: _Branches) -> str:
    if not row.is_head:
        return branches.fact
    if row.node.is_asked:
        return branches.asked
    return branches.folded if row.hidden else ""


def _tone(row: WhyRow) -> Tone:
    if row.fact is None:
        return Tone.WARN
    if row.node.is_asked and row.is_head:
        return Tone.ACCENT
    return _TONES.get(row.fact.kind, Tone.PLAIN)


def _clock(row: WhyRow, writing: Writing) -> str:
    then = None if row.fact is None else moment(row.fact.time_ms, writing.time_zone)
    return "" if then is None else f"{then:%H:%M:%S}.{then.microsecond // 1000:03d}"


class TreeLines:
    """The lines of a tree in one width, each drawn when it is seen."""

    def __init__(self, rows: Sequence[WhyRow], width: int, writing: Writing) -> None:
        self._rows = rows
        self._width = width
        self._writing = writing

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: int, /) -> Line:
        return why_line(self._rows[place], self._width, self._writing)
