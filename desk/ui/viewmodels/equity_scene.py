"""What the equity chart shows of a frame and of the desk's past."""

from desk.contracts.snapshot import AccountView
from desk.ui.viewmodels.canvas import Span
from desk.ui.viewmodels.cells import tone_of
from desk.ui.viewmodels.equity_chart import EquityScene
from desk.ui.viewmodels.equity_past import EquityPast
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import money, percent, signed, signed_percent
from desk.ui.viewmodels.staleness import is_unheard
from desk.ui.viewmodels.tones import Tone

EMPTY = "No equity yet: it is drawn as soon as the account has been valued."
WAITING = "Asking the desk for its past."


def equity_scene(
    frame: Frame, past: EquityPast | None, problem: str = "", *, is_answered: bool = True
) -> EquityScene:
    """Return what to draw; `problem` says why there is no newer past, `is_answered` whether any ever came."""
    is_stale = bool(problem) or is_unheard(frame)
    account = frame.snapshot.account
    unknown = (Span(account.currency, Tone.STRONG),)
    return EquityScene(
        past=past,
        heading=unknown if past is None else _heading(account, past),
        state=Span("STALE", Tone.STALE) if is_stale else Span(""),
        writing=frame.writing,
        empty=EMPTY if is_answered else problem or WAITING,
    )


def _heading(account: AccountView, past: EquityPast) -> tuple[Span, ...]:
    moved = past.last - past.first
    spans = [
        Span(f"{money(past.last)} {account.currency}", Tone.STRONG),
        Span(signed(moved), tone_of(moved)),
    ]
    if past.first > 0:
        spans.append(Span(signed_percent(moved / past.first), tone_of(moved)))
    return (
        *spans,
        Span(f"peak {money(past.peak)}", Tone.DIM),
        _drawdown(account, past),
        Span(f"worst {percent(max(past.depths), 2)}", Tone.DIM),
    )


def _drawdown(account: AccountView, past: EquityPast) -> Span:
    """Tell the account's drawdown, or that of what is known where the account tells none."""
    now, limit = account.drawdown.value, account.drawdown_limit
    shown = past.depths[-1] if now is None or not now.is_finite() else now
    allowed = "" if limit is None else f" of {percent(limit)}"
    is_over = limit is not None and not shown < limit
    return Span(f"drawdown {percent(shown, 2)}{allowed}", Tone.ALARM if is_over else Tone.PLAIN)
