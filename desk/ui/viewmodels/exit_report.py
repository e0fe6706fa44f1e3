"""An emergency exit as it goes: each position on its way out, and how it ended."""

from dataclasses import dataclass

from desk.contracts.snapshot import ExitLine, ExitProgress, ExitStep
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import Precision
from desk.ui.viewmodels.staleness import is_unheard
from desk.ui.viewmodels.table import Cell
from desk.ui.viewmodels.text import clean
from desk.ui.viewmodels.tones import Tone

_TONES = {
    ExitStep.WAITING: Tone.DIM,
    ExitStep.CANCELLING: Tone.ACCENT,
    ExitStep.CLOSING: Tone.ACCENT,
    ExitStep.RETRY: Tone.WARN,
    ExitStep.FLAT: Tone.STRONG,
    ExitStep.DUST: Tone.WARN,
    ExitStep.LEFT: Tone.ALARM,
}
_MARKS = {ExitStep.FLAT: "✓", ExitStep.DUST: "✓", ExitStep.LEFT: "✗", ExitStep.RETRY: "↻"}
_PLAIN_MARKS = {ExitStep.FLAT: "+", ExitStep.DUST: "+", ExitStep.LEFT: "!", ExitStep.RETRY: "~"}
_UNDER_WAY, _PLAIN_UNDER_WAY = "·", "."
_MS_PER_S = 1000
_NOT_FLAT = "NOT FLAT"


@dataclass(frozen=True, slots=True)
class ExitReport:
    """Hold the words of the progress panel: `verdict` is empty while the exit runs.

    `is_silent` tells that the desk has not been heard for seconds: how far the exit is, nobody knows.
    """

    verdict: Cell
    summary: str
    lines: tuple[tuple[Cell, ...], ...]
    remains: tuple[str, ...]
    is_silent: bool = False

    @property
    def is_over(self) -> bool:
        """Whether the exit has ended."""
        return bool(self.verdict.text)

    @property
    def is_flat(self) -> bool:
        """Whether it has ended with nothing tradable left."""
        return self.is_over and self.verdict.text != _NOT_FLAT


def exit_report(frame: Frame, progress: ExitProgress) -> ExitReport:
    """Write an exit down, one line for each position."""
    precision = Precision(frame.snapshot)
    marks = _PLAIN_MARKS if frame.writing.ascii_only else _MARKS
    under_way = _PLAIN_UNDER_WAY if frame.writing.ascii_only else _UNDER_WAY
    return ExitReport(
        verdict=Cell(progress.word, _verdict_tone(progress.word)),
        summary=_summary(progress),
        lines=tuple(_line(one, precision, marks.get(one.step, under_way)) for one in progress.lines),
        remains=tuple(clean(one) for one in progress.remains),
        is_silent=is_unheard(frame),
    )


def _line(line: ExitLine, precision: Precision, mark: str) -> tuple[Cell, ...]:
    tone = _TONES[line.step]
    again = f"try {line.attempts}" if line.attempts > 1 else ""
    why = clean(line.reason)
    return (
        Cell(mark, tone),
        Cell(clean(line.symbol), Tone.STRONG),
        Cell(line.side),
        Cell(precision.size(line.symbol, line.size_base)),
        Cell(line.step, tone),
        Cell(" ".join(part for part in (again, why) if part), Tone.DIM),
    )


def _summary(progress: ExitProgress) -> str:
    out = sum(one.step in {ExitStep.FLAT, ExitStep.DUST} for one in progress.lines)
    parts = [
        f"{out} of {len(progress.lines)} out",
        f"{progress.orders_left} orders left",
        f"round {progress.rounds}",
        f"{progress.elapsed_ms / _MS_PER_S:.1f} s",
    ]
    if progress.first_cancel_ms is not None:
        parts.append(f"first request after {progress.first_cancel_ms} ms")
    return "   ".join(parts)


def _verdict_tone(word: str) -> Tone:
    if word == _NOT_FLAT:
        return Tone.ALARM
    return Tone.WARN if word == "FLAT+DUST" else Tone.GOOD
