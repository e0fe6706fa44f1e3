"""The two lines that never scroll away: state, mode and connection; alarms and money."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from desk.contracts.snapshot import Figure, Snapshot
from desk.contracts.states import DeskState, TradingMode
from desk.ui.viewmodels.connection import connection_word, running_clock
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.tones import Tone

_MS_PER_S = 1_000
_GAP = 1
_ALWAYS = 0
_CENT = Decimal("0.01")

_LOUD_STATES = {
    DeskState.REDUCING: Tone.WARN,
    DeskState.HALTED: Tone.ALARM,
    DeskState.EXITING: Tone.ALARM,
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Hold one part of a line: rank 0 always stays, the highest rank goes first where room is short."""

    text: str
    tone: Tone = Tone.PLAIN
    rank: int = _ALWAYS
    is_badge: bool = False

    @property
    def width(self) -> int:
        """Its width in cells: a badge has a space on either side."""
        return len(self.text) + (2 if self.is_badge else 0)


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """Hold what stands left and what stands right of one line."""

    left: tuple[Piece, ...]
    right: tuple[Piece, ...]

    def fitted(self, width: int) -> "HeaderLine":
        """Drop the highest ranks until the rest fits into `width` cells."""
        line = self
        while line.needed > width:
            ranks = {one.rank for one in (*line.left, *line.right)} - {_ALWAYS}
            if not ranks:
                return line
            line = line._without(max(ranks))
        return line

    @property
    def needed(self) -> int:
        """The cells all pieces need with gaps between them."""
        pieces = (*self.left, *self.right)
        return sum(one.width for one in pieces) + _GAP * max(0, len(pieces) - 1)

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


def header(frame: Frame, *, observe: bool) -> tuple[HeaderLine, HeaderLine]:
    """Return both lines; `observe` tells that nothing here can act."""
    return _first_line(frame), HeaderLine(_badges(frame, observe=observe), _money(frame.snapshot))


def _first_line(frame: Frame) -> HeaderLine:
    snapshot = frame.snapshot
    left = [
        Piece(snapshot.desk_id, Tone.STRONG, 3),
        state_piece(snapshot.state),
        mode_piece(snapshot.mode),
        Piece(snapshot.health.connector_name, Tone.DIM, 2),
    ]
    if snapshot.state is not DeskState.ACTIVE and snapshot.state_reason:
        left.append(Piece(snapshot.state_reason, Tone.PLAIN, 4))
    word, tone = connection_word(frame.unheard_ms, frame.unreachable)
    return HeaderLine(tuple(left), (Piece(word, tone), Piece(_time(frame), Tone.DIM, 1)))


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
    waiting = [one.time_ms for one in snapshot.alarms if not one.is_acknowledged]
    if waiting:
        words = "ALARM" if len(waiting) == 1 else f"{len(waiting)} ALARMS"
        clock = running_clock(snapshot.time_ms - min(waiting) + frame.unheard_ms)
        badges.append(Piece(f"{words} {clock}", Tone.ALARM, is_badge=True))
    if frame.is_paused:
        badges.append(Piece("PAUSED", Tone.WARN, is_badge=True))
    if observe:
        badges.append(Piece("OBSERVE", Tone.ACCENT, is_badge=True))
    return tuple(badges)


def _money(snapshot: Snapshot) -> tuple[Piece, ...]:
    account = snapshot.account
    pieces = [
        Piece("equity", Tone.DIM, 3),
        Piece(_amount(account.equity), Tone.STRONG, 2),
        Piece(account.currency, Tone.DIM, 4),
        Piece("day", Tone.DIM, 3),
        Piece(_signed(account.day_pnl), _result_tone(account.day_pnl), 1),
    ]
    return tuple(one for one in pieces if one.text)


def _amount(figure: Figure) -> str:
    return "?" if figure.value is None else f"{figure.value.quantize(_CENT):,}"


def _signed(figure: Figure) -> str:
    if figure.value is None:
        return "?"
    amount = figure.value.quantize(_CENT)
    return f"{amount:+,}" if amount else "0.00"


def _result_tone(figure: Figure) -> Tone:
    if not figure.value:
        return Tone.DIM
    return Tone.GOOD if figure.value > 0 else Tone.BAD


def _time(frame: Frame) -> str:
    seconds = (frame.snapshot.time_ms + frame.unheard_ms) // _MS_PER_S
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone(frame.writing.time_zone):%H:%M:%S}"
