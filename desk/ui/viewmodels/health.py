"""How the desk itself is: each feed's age, the venue's answers, and all that runs late or runs out."""

from decimal import Decimal

from desk.contracts.snapshot import FeedRow, Health
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import NOTHING, number
from desk.ui.viewmodels.staleness import Staleness, is_unheard
from desk.ui.viewmodels.subject import Subject, SubjectKind
from desk.ui.viewmodels.table import Align, Cell, Column, Row, Table
from desk.ui.viewmodels.times import MINUTE_MS, SECOND_MS, age, short_age
from desk.ui.viewmodels.tones import Tone

_COLUMNS = (
    Column("what", "What", 20),
    Column("value", "Value", 12, Align.RIGHT),
    Column("verdict", "Is", 8),
    Column("meaning", "Meaning", 16, rank=1),
)
_SLOW_ANSWER_MS = SECOND_MS
_SLOW_CORE_MS = 250
_SKEW_MS = SECOND_MS
_OLD_RECONCILE_MS = 2 * MINUTE_MS
_LAGGING_ENTRIES = 1_000
_BUDGET_TIGHT = Decimal("0.8")
_VERDICT = 2
_WORST_FIRST = (Tone.ALARM, Tone.UNKNOWN, Tone.WARN, Tone.STALE)
_OK = ("OK", Tone.DIM)


def health_table(frame: Frame) -> Table:
    """Return what is wrong, the worst first; then the way to the venue, the desk itself, and its feeds."""
    health = frame.snapshot.health
    rows = (*_venue(health, frame), *_desk(health, frame), *_feeds(frame))
    return Table(_COLUMNS, tuple(sorted(rows, key=_gravity)))


def _gravity(row: Row) -> int:
    tone = row.cells[_VERDICT].tone
    return _WORST_FIRST.index(tone) if tone in _WORST_FIRST else len(_WORST_FIRST)


def _line(what: str, value: str, verdict: tuple[str, Tone], meaning: str) -> Row:
    word, tone = verdict
    shown = Tone.DIM if value == NOTHING else Tone.PLAIN
    return Row(what, (Cell(what), Cell(value, shown), Cell(word, tone), Cell(meaning, Tone.DIM)))


def _above(value: int | None, limit: int, word: str) -> tuple[str, Tone]:
    if value is None:
        return (NOTHING, Tone.DIM)
    return _OK if value < limit else (word, Tone.WARN)


def _venue(health: Health, frame: Frame) -> tuple[Row, ...]:
    latency, skew = health.connector_latency_ms, health.clock_skew_ms
    reconcile = health.last_reconcile_age_ms
    reconciled_ms = None if reconcile is None else reconcile + frame.unheard_ms
    old = ("NEVER", Tone.ALARM) if reconcile is None else _above(reconciled_ms, _OLD_RECONCILE_MS, "OLD")
    return (
        _line(
            "screen to desk",
            short_age(frame.unheard_ms),
            ("STALE", Tone.WARN) if is_unheard(frame) else _OK,
            frame.unreachable or "since the desk last answered this screen",
        ),
        _line(
            "connector latency",
            short_age(latency),
            _above(latency, _SLOW_ANSWER_MS, "SLOW"),
            f"last answer of {health.connector_name}",
        ),
        _budget(health),
        _line(
            "clock skew",
            NOTHING if skew is None else f"{skew:+}ms",
            _above(None if skew is None else abs(skew), _SKEW_MS, "OFF"),
            "venue clock against ours",
        ),
        _line("last reconcile", age(reconciled_ms), old, "ledger held against the venue"),
        _count("unknown orders", health.unknown_orders, "UNKNOWN", Tone.UNKNOWN, "outcome not yet proven"),
    )


def _budget(health: Health) -> Row:
    used, limit = health.orders_in_minute, health.orders_per_minute_limit
    if limit is None:
        return _line("rate budget", f"{used}/min", _OK, "orders in the last minute; no limit is set")
    verdict = ("SPENT", Tone.ALARM) if used >= limit else _OK
    if used < limit and Decimal(used) >= limit * _BUDGET_TIGHT:
        verdict = ("TIGHT", Tone.WARN)
    return _line("rate budget", f"{used}/{limit}", verdict, "orders in the last minute")


def _desk(health: Health, frame: Frame) -> tuple[Row, ...]:
    naked_s = Decimal(health.naked_ms) / SECOND_MS
    is_naked = any(one.naked_ms > 0 for one in frame.snapshot.positions)
    naked = ("NAKED", Tone.ALARM) if is_naked else _OK if not health.naked_ms else ("WAS", Tone.WARN)
    return (
        _line("naked time", f"{number(naked_s, 1)}s", naked, "positions spent without their stop"),
        _line(
            "core lag",
            short_age(health.core_lag_ms),
            _above(health.core_lag_ms, _SLOW_CORE_MS, "SLOW"),
            "how late the core's loop woke",
        ),
        _line(
            "journal lag",
            str(health.journal_lag),
            _above(health.journal_lag, _LAGGING_ENTRIES, "BEHIND"),
            "entries not yet on disk",
        ),
        _count(
            "handler errors", health.handler_errors, "ERRORS", Tone.WARN, "plugins or handlers that raised"
        ),
        _line("open flows", str(health.open_flows), _OK, "directives under way"),
        _line(
            "ticks", f"{health.ticks_per_second}/s", _OK, f"{number(Decimal(health.ticks))} since the start"
        ),
    )


def _count(what: str, count: int, word: str, tone: Tone, meaning: str) -> Row:
    return _line(what, str(count), (word, tone) if count else _OK, meaning)


def _feeds(frame: Frame) -> tuple[Row, ...]:
    stale = Staleness(frame)
    return tuple(_feed(one, stale) for one in frame.snapshot.feeds)


def _feed(row: FeedRow, stale: Staleness) -> Row:
    aged_ms = stale.age_ms(row.last)
    verdict = ("STALE", Tone.STALE) if stale.of(row.symbol) else _OK
    if aged_ms is None:
        verdict = ("NO DATA", Tone.WARN)
    word, tone = verdict
    return Row(
        key=f"feed {row.symbol}",
        cells=(
            Cell(f"feed {row.symbol}"),
            Cell(short_age(aged_ms), Tone.DIM if aged_ms is None else Tone.PLAIN, aged_ms),
            Cell(word, tone),
            Cell(f"age of its last price; {number(Decimal(row.ticks))} ticks", Tone.DIM),
        ),
        subject=Subject(SubjectKind.SYMBOL, row.symbol, symbol=row.symbol),
    )
