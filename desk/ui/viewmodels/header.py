"""The two lines that never scroll away: state, mode and connection; alarms and money."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from desk.contracts.snapshot import Figure, Snapshot
from desk.contracts.states import DeskState, TradingMode
from desk.ui.viewmodels.connection import connection_word, running_clock
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import NOTHING, money, percent, signed
from desk.ui.viewmodels.protection import stopless
from desk.ui.viewmodels.staleness import Staleness
from desk.ui.viewmodels.text import cells, clean, shorten
from desk.ui.viewmodels.times import moment, rough_age
from desk.ui.viewmodels.tones import Tone

_GAP = 1
_ALWAYS = 0
_FIRST_TO_GO = 11
_SHORTEST_REASON = 20
"""Fewer cells of why the desk is halted tell nothing."""

_LOUD_STATES = {
    DeskState.REDUCING: Tone.WARN,
    DeskState.HALTED: Tone.ALARM,
    DeskState.EXITING: Tone.ALARM,
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Hold one part of a line: rank 0 always stays, the highest rank goes first where room is short.

    A click on it does `action_id`, where there is one. `shortest` is how few cells it may be cut to before
    anything goes, 0 where it stays whole or goes.
    """

    text: str
    tone: Tone = Tone.PLAIN
    rank: int = _ALWAYS
    is_badge: bool = False
    action_id: str = ""
    shortest: int = 0

    @property
    def width(self) -> int:
        """Its width in cells: a badge has a space on either side."""
        return cells(self.text) + (2 if self.is_badge else 0)

    def cut_by(self, excess: int) -> "Piece":
        """Give up `excess` cells of its end, as far as it may."""
        room = max(self.shortest, cells(self.text) - excess) if self.shortest else cells(self.text)
        return replace(self, text=shorten(self.text, room))


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """Hold what stands left and what stands right of one line."""

    left: tuple[Piece, ...]
    right: tuple[Piece, ...]

    def fitted(self, width: int) -> "HeaderLine":
        """Cut what may be cut, and drop the highest ranks, until the rest fits into `width` cells."""
        line = self
        while (cut := line._cut_to(width)).needed > width:
            ranks = {one.rank for one in (*line.left, *line.right)} - {_ALWAYS}
            if not ranks:
                return cut
            line = line._without(max(ranks))
        return cut

    @property
    def needed(self) -> int:
        """The cells all pieces need with gaps between them."""
        pieces = (*self.left, *self.right)
        return sum(one.width for one in pieces) + _GAP * max(0, len(pieces) - 1)

    def _cut_to(self, width: int) -> "HeaderLine":
        excess = max(0, self.needed - width)
        return HeaderLine(tuple(one.cut_by(excess) for one in self.left), self.right)

    def _without(self, rank: int) -> "HeaderLine":
        return HeaderLine(
            tuple(one for one in self.left if one.rank != rank),
            tuple(one for one in self.right if one.rank != rank),
        )


def waiting_header(unheard_ms: int, unreachable: str) -> tuple[HeaderLine, HeaderLine]:
    """Say that no picture of the desk has come yet, and why where that is known."""
    word, tone = connection_word(unheard_ms, unreachable)
    first = HeaderLine(
        (Piece("desk", Tone.STRONG), Piece("waiting for the desk", Tone.DIM, 1)), (Piece(word, tone),)
    )
    return first, HeaderLine((Piece(unreachable, Tone.WARN),) if unreachable else (), ())


def header(frame: Frame, tabs: tuple[Piece, ...], *, observe: bool) -> tuple[HeaderLine, HeaderLine]:
    """Return both lines; `observe` tells that nothing here can act."""
    left = (*_badges(frame, observe=observe), *_reason(frame.snapshot), *_drill(frame))
    return _first_line(frame, tabs), HeaderLine(left, _money(frame))


def workspace_tabs(workspaces: Sequence[tuple[str, str]], current: str) -> tuple[Piece, ...]:
    """Return number and title of each (name, title); where room is short, the title of the current only."""
    pieces = list[Piece]()
    for number, (name, title) in enumerate(workspaces, start=1):
        is_current, action_id = name == current, f"view.{name}"
        tone = Tone.STRONG if is_current else Tone.DIM
        pieces.append(Piece(str(number), Tone.ACCENT, 2, action_id=action_id))
        pieces.append(Piece(title, tone, 2 if is_current else 5, action_id=action_id))
    return tuple(pieces)


def _first_line(frame: Frame, tabs: tuple[Piece, ...]) -> HeaderLine:
    snapshot = frame.snapshot
    left = (
        Piece(clean(snapshot.desk_id), Tone.STRONG, 4),
        state_piece(snapshot.state),
        mode_piece(snapshot.mode),
        Piece(f"{snapshot.health.connector_name} ", Tone.DIM, 3),
        *tabs,
    )
    word, tone = connection_word(frame.unheard_ms, frame.unreachable)
    return HeaderLine(left, (Piece(word, tone), Piece(_time(frame), Tone.DIM, 1)))


def _reason(snapshot: Snapshot) -> tuple[Piece, ...]:
    """Say why the desk takes no new risk: its state first, else who blocks it."""
    if snapshot.state is not DeskState.ACTIVE:
        reason = snapshot.state_reason
    else:
        reason = "; ".join(f"{one.worker}: {one.reason}" for one in snapshot.blocks)
    return (Piece(clean(reason), Tone.PLAIN, 6, shortest=_SHORTEST_REASON),) if reason else ()


def _drill(frame: Frame) -> tuple[Piece, ...]:
    """Tell of the last drill of the emergency exit: how long ago, how many ended flat, and how soon."""
    note = frame.snapshot.drill
    if note is None:
        return ()
    ago = rough_age(frame.snapshot.time_ms - note.time_ms)
    text = f"drill {ago} ago: {note.flat}/{note.exits} flat, p95 {note.p95_ms / 1000:.1f}s"
    return (Piece(text, Tone.DIM if note.is_good else Tone.WARN, _FIRST_TO_GO),)


def state_piece(state: DeskState) -> Piece:
    """Write what the desk may do: quiet while that is everything."""
    loud = _LOUD_STATES.get(state)
    return Piece(state.value, Tone.STRONG) if loud is None else Piece(state.value, loud, is_badge=True)


def mode_piece(mode: TradingMode) -> Piece:
    """Write whose money is at stake: a word on every screen, loud where it is real money."""
    is_live = mode is TradingMode.LIVE
    return Piece(mode.value, Tone.LIVE if is_live else Tone.ACCENT, is_badge=is_live)


def _badges(frame: Frame, *, observe: bool) -> tuple[Piece, ...]:
    snapshot, badges = frame.snapshot, list[Piece]()
    naked = [one.naked_ms for one in snapshot.positions if one.naked_ms > 0]
    if naked:
        count = f"{len(naked)} " if len(naked) > 1 else ""
        clock = running_clock(max(naked) + frame.unheard_ms)
        badges.append(Piece(f"{count}NO STOP {clock}", Tone.ALARM, is_badge=True))
    waiting = [one.time_ms for one in snapshot.alarms if not one.is_acknowledged and one.ended_ms is None]
    if waiting:
        words = "ALARM" if len(waiting) == 1 else f"{len(waiting)} ALARMS"
        clock = running_clock(snapshot.time_ms - min(waiting) + frame.unheard_ms)
        badges.append(Piece(f"{words} {clock}", Tone.ALARM, is_badge=True))
    if snapshot.blocks and snapshot.state is DeskState.ACTIVE:
        badges.append(Piece(_blocked_words(snapshot), Tone.WARN, is_badge=True))
    if frame.is_paused:
        badges.append(Piece("PAUSED", Tone.WARN, is_badge=True))
    if observe:
        badges.append(Piece("OBSERVE", Tone.ACCENT, is_badge=True))
    return tuple(badges)


def _blocked_words(snapshot: Snapshot) -> str:
    """Name what takes no new risk; one block on all symbols for all strategies says it for all."""
    symbols = {one.symbol for one in snapshot.blocks if not one.own_strategy_only}
    if not symbols:
        return _own_blocks_words(snapshot)
    if None in symbols:
        return "NO NEW RISK"
    return f"NO NEW {symbols.pop()}" if len(symbols) == 1 else f"NO NEW RISK ON {len(symbols)} SYMBOLS"


def _own_blocks_words(snapshot: Snapshot) -> str:
    """Name the strategies that block nobody but themselves, and the symbol where it is only one."""
    symbols = {one.symbol for one in snapshot.blocks}
    strategies = {one.strategy_id for one in snapshot.blocks}
    what = symbols.pop() if len(symbols) == 1 else None
    whom = strategies.pop() if len(strategies) == 1 else f"{len(strategies)} STRATEGIES"
    return f"NO NEW {what or 'RISK'} FOR {whom}"


def _money(frame: Frame) -> tuple[Piece, ...]:
    account, stale = frame.snapshot.account, Staleness(frame)
    is_stale = stale.is_all or any(stale.of(one.position.symbol) for one in frame.snapshot.positions)
    unbounded = " + no stop" if stopless(frame.snapshot) else ""
    pieces = [
        *_risk("risk open", f"{money(account.risk_open.value)}{unbounded}", 8),
        *_risk("exposure", money(account.exposure_gross.value), 9),
        *_risk("drawdown", percent(account.drawdown.value), 10),
        Piece("equity", Tone.DIM, 3),
        Piece(money(account.equity.value), Tone.STRONG, 2),
        Piece(account.currency, Tone.DIM, 4),
        Piece("day", Tone.DIM, 3),
        Piece(signed(account.day_pnl.value), _result_tone(account.day_pnl), 1),
    ]
    shown = (one for one in pieces if one.text)
    return tuple(_aged(one) for one in shown) if is_stale else tuple(shown)


def _aged(piece: Piece) -> Piece:
    """Mark a number that is made of old prices; a word is as good as ever."""
    is_number = any(one.isdigit() for one in piece.text)
    return Piece(f"~{piece.text}", Tone.STALE, piece.rank) if is_number else piece


def _risk(name: str, value: str, rank: int) -> tuple[Piece, ...]:
    return (Piece(name, Tone.DIM, rank), Piece(f"{value} ", Tone.PLAIN, rank))


def _result_tone(figure: Figure) -> Tone:
    if not figure.value:
        return Tone.DIM
    return Tone.GOOD if figure.value > 0 else Tone.BAD


def _time(frame: Frame) -> str:
    now = moment(frame.snapshot.time_ms + frame.unheard_ms, frame.writing.time_zone)
    return NOTHING if now is None else f"{now:%H:%M:%S}"
