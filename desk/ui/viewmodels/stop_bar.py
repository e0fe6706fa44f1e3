"""How near the stop is, as a bar: the stop at its left end, the target at its right, the mark between."""

from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.market import ZERO
from desk.contracts.positions import Position
from desk.ui.viewmodels.tones import Tone

BAR_CELLS = 10
_NEAR = Decimal("0.2")


@dataclass(frozen=True, slots=True)
class BarGlyphs:
    """Hold the characters a bar is drawn with."""

    passed: str
    ahead: str
    entry: str
    mark: str


LINES = BarGlyphs(passed="━", ahead="─", entry="┼", mark="◆")
ASCII = BarGlyphs(passed="=", ahead="-", entry="|", mark="*")


def stop_bar(position: Position, mark: Decimal | None, *, ascii_only: bool) -> tuple[str, Tone]:
    """Return the bar of one position in 10 cells, and its meaning.

    Without a target the right end is as far beyond the entry as the stop first was before it, or the mark
    where that is farther. Without a stop or a mark there is no bar.
    """
    stop = position.stop_price
    if stop is None or mark is None or not mark.is_finite():
        return "", Tone.DIM
    sign = position.side.sign
    reached = (mark - stop) * sign
    if reached < 0:
        return "THROUGH".ljust(BAR_CELLS), Tone.ALARM
    entered = (position.entry_price - stop) * sign
    length = max(_length(position, entered), reached)
    glyphs = ASCII if ascii_only else LINES
    at = _cell(reached, length)
    bar = [glyphs.passed] * at + [glyphs.ahead] * (BAR_CELLS - at)
    if 0 < entered < length:
        bar[_cell(entered, length)] = glyphs.entry
    bar[at] = glyphs.mark
    is_near = reached < length * _NEAR
    return "".join(bar), Tone.WARN if is_near else Tone.PLAIN


def _length(position: Position, entered: Decimal) -> Decimal:
    """Return how far the right end is from the stop, in quote."""
    target = position.take_profit_price
    if target is not None and position.stop_price is not None:
        return (target - position.stop_price) * position.side.sign
    first = position.initial_stop_price
    risk = abs(position.entry_price - first) if first is not None else abs(entered)
    return entered + risk


def _cell(reached: Decimal, length: Decimal) -> int:
    if length <= ZERO:
        return 0
    return min(int(reached / length * (BAR_CELLS - 1) + Decimal("0.5")), BAR_CELLS - 1)
