"""One line of health: what, its value, a verdict, and what it means."""

from desk.ui.viewmodels.numbers import NOTHING
from desk.ui.viewmodels.table import Cell, Row
from desk.ui.viewmodels.tones import Tone

Verdict = tuple[str, Tone]

OK: Verdict = ("OK", Tone.DIM)


def health_line(what: str, value: str, verdict: Verdict, meaning: str) -> Row:
    """Return the line."""
    word, tone = verdict
    shown = Tone.DIM if value == NOTHING else Tone.PLAIN
    return Row(what, (Cell(what), Cell(value, shown), Cell(word, tone), Cell(meaning, Tone.DIM)))


def below(value: int | None, limit: int, word: str) -> Verdict:
    """Return OK for a value below its limit, `word` for any other, nothing for what is not known."""
    if value is None:
        return (NOTHING, Tone.DIM)
    return OK if value < limit else (word, Tone.WARN)


def count_line(what: str, count: int, verdict: Verdict, meaning: str) -> Row:
    """Return the line of what should be none."""
    return health_line(what, str(count), verdict if count else OK, meaning)
