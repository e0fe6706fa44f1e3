"""What the equity chart shows of a frame and of the desk's past."""

from desk.contracts.history import History
from desk.ui.viewmodels.canvas import Span
from desk.ui.viewmodels.cells import tone_of
from desk.ui.viewmodels.equity_chart import EquityScene, drawdowns
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import money, percent, signed, signed_percent
from desk.ui.viewmodels.staleness import is_unheard
from desk.ui.viewmodels.tones import Tone

EMPTY = "No equity yet: it is drawn as soon as the account has been valued."
WAITING = "Asking the desk for its past."


def equity_scene(frame: Frame, history: History | None, problem: str = "") -> EquityScene:
    """Return what to draw; `problem` says why there is no newer history."""
    points = () if history is None else history.equity
    is_stale = bool(problem) or is_unheard(frame)
    waiting = problem or WAITING
    return EquityScene(
        points=points,
        heading=_heading(frame, history),
        state=Span("STALE", Tone.STALE) if is_stale else Span(""),
        writing=frame.writing,
        empty=waiting if history is None else EMPTY,
    )


def _heading(frame: Frame, history: History | None) -> tuple[Span, ...]:
    account = frame.snapshot.account
    known = () if history is None else tuple(one for one in history.equity if one.equity.is_finite())
    if not known:
        return (Span(account.currency, Tone.STRONG),)
    values = [one.equity for one in known]
    last = values[-1]
    moved = last - values[0]
    now = account.drawdown.value
    limit = account.drawdown_limit
    spans = [
        Span(f"{money(last)} {account.currency}", Tone.STRONG),
        Span(signed(moved), tone_of(moved)),
    ]
    if values[0] > 0:
        spans.append(Span(signed_percent(moved / values[0]), tone_of(moved)))
    spans.append(Span(f"peak {money(max(values))}", Tone.DIM))
    below = drawdowns(known)
    shown = below[-1] if now is None or not now.is_finite() else now
    allowed = "" if limit is None else f" of {percent(limit)}"
    is_over = limit is not None and not shown < limit
    spans.append(Span(f"drawdown {percent(shown, 2)}{allowed}", Tone.ALARM if is_over else Tone.PLAIN))
    spans.append(Span(f"worst {percent(max(below), 2)}", Tone.DIM))
    return tuple(spans)
