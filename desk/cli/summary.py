"""The last line, or lines, of a run: what happened, what it cost, and who was refused and why."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from desk.cli.output import say, say_json, table
from desk.cli.stream import time_text
from desk.runtime.tally import RunSummary

_REASONS_SHOWN = 3
_LARGE = 1000


def say_summary(summary: RunSummary, *, as_json: bool, time_ms: int) -> None:
    """Write a summary: one JSON object, or a short report."""
    if as_json:
        say_json(_fields(summary, time_ms))
        return
    say()
    for line in _report(summary):
        say(line)


def _report(summary: RunSummary) -> Iterator[str]:
    counts, money, exposure = summary.counts, summary.account_currency, summary.exposure
    shown = _Money(summary.equity)
    yield (
        f"{summary.ticks} ticks, {counts['directive']} directives, {counts['refused']} refused, "
        f"{counts['fill']} fills, {counts['termination']} flows terminated, {summary.open_flows} open"
    )
    yield (
        f"equity {shown(summary.equity)} {money}: realized {shown(summary.realized, '+')}, "
        f"unrealized {shown(summary.unrealized, '+')}, fees {shown(summary.fees)}, "
        f"worst drawdown {summary.max_drawdown * 100:.2f} %"
    )
    yield (
        f"exposure {shown(exposure.mean)} {money} on average, {shown(exposure.largest)} at most, "
        f"{exposure.largest_of_equity * 100:.1f} % of the equity"
    )
    yield (
        f"naked {summary.naked_seconds} s, state {summary.state}, {summary.wall_ms / 1000:.1f} s of wall time"
    )
    yield from _workers(summary)
    for position in summary.open_positions:
        yield (
            f"  open: {position['side']} {Decimal(position['size_base'] or 0):f} {position['symbol']} "
            f"from {Decimal(position['entry_price'] or 0):.8g}, stop {position['stop_price'] or 'none'}"
        )
    yield f"journal hash {summary.journal_hash}"


def _workers(summary: RunSummary) -> Iterator[str]:
    """Write who issued how much, and the most frequent reasons against it."""
    if not summary.directives_by_worker:
        return
    refused: dict[str, int] = {}
    for one in summary.refusals:
        refused[one.worker] = refused.get(one.worker, 0) + one.count
    rows = [("worker", "directives", "executed", "refusals")]
    for worker, count in summary.directives_by_worker.items():
        executed = summary.executed_by_worker.get(worker, 0)
        rows.append((worker, str(count), str(executed), str(refused.get(worker, 0))))
    yield ""
    yield table(rows)
    shown: dict[str, int] = {}
    for one in summary.refusals:
        shown[one.worker] = shown.get(one.worker, 0) + 1
        if shown[one.worker] <= _REASONS_SHOWN:
            yield f"  {one.worker} refused {one.count} times by {one.refused_by}, first: {one.reason}"
    yield ""


def _fields(summary: RunSummary, time_ms: int) -> dict[str, Any]:
    exposure = summary.exposure
    texts = {
        name: None if value is None else str(value)
        for name, value in (
            ("equity", summary.equity),
            ("realized", summary.realized),
            ("unrealized", summary.unrealized),
            ("fees", summary.fees),
            ("max_drawdown", round(summary.max_drawdown, 8)),
            ("exposure_mean", round(exposure.mean, 8)),
            ("exposure_max", round(exposure.largest, 8)),
            ("exposure_max_of_equity", round(exposure.largest_of_equity, 8)),
            ("naked_seconds", summary.naked_seconds),
        )
    }
    return {
        "type": "summary",
        "time": time_text(time_ms),
        "id": summary.journal_hash,
        "flow_id": None,
        "journal_hash": summary.journal_hash,
        "ticks": summary.ticks,
        "counts": summary.counts,
        "directives_by_worker": summary.directives_by_worker,
        "executed_by_worker": summary.executed_by_worker,
        "refusals": [
            {"worker": one.worker, "refused_by": one.refused_by, "reason": one.reason, "count": one.count}
            for one in summary.refusals
        ],
        "open_positions": list(summary.open_positions),
        "open_flows": summary.open_flows,
        "state": summary.state,
        "account_currency": summary.account_currency,
        **texts,
        "wall_ms": summary.wall_ms,
    }


class _Money:
    """Write amounts of one account: to the cent, or to six places where the account is small in number."""

    def __init__(self, equity: Decimal | None) -> None:
        self._places = 2 if equity is None or abs(equity) >= _LARGE else 6

    def __call__(self, value: Decimal | None, sign: str = "") -> str:
        """Write one amount."""
        return "unknown" if value is None else f"{value:{sign}.{self._places}f}"
