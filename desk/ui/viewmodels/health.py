"""How the desk itself is: each feed's age, the venue's answers, and all that runs late or runs out."""

from decimal import Decimal

from desk.contracts.snapshot import FeedRow, Health
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.health_line import OK, below, count_line, health_line
from desk.ui.viewmodels.numbers import number
from desk.ui.viewmodels.staleness import Staleness, is_unheard
from desk.ui.viewmodels.subject import Subject, SubjectKind
from desk.ui.viewmodels.table import Align, Cell, Column, Row, Table
from desk.ui.viewmodels.times import MINUTE_MS, SECOND_MS, age, short_age
from desk.ui.viewmodels.tones import Tone
from desk.ui.viewmodels.venue_health import way_lines

_COLUMNS = (
    Column("what", "What", 20),
    Column("value", "Value", 12, Align.RIGHT),
    Column("verdict", "Is", 8),
    Column("meaning", "Meaning", 16, rank=1),
)
_SLOW_ANSWER_MS = SECOND_MS
_SLOW_CORE_MS = 250
_OLD_RECONCILE_MS = 2 * MINUTE_MS
_LAGGING_ENTRIES = 1_000
_BUDGET_TIGHT = Decimal("0.8")
_VERDICT = 2
_WORST_FIRST = (Tone.ALARM, Tone.UNKNOWN, Tone.WARN, Tone.STALE)


def health_table(frame: Frame) -> Table:
    """Return what is wrong, the worst first; then the way to the venue, the desk itself, and its feeds."""
    health = frame.snapshot.health
    rows = (*_venue(health, frame), *_desk(health, frame), *_feeds(frame))
    return Table(_COLUMNS, tuple(sorted(rows, key=_gravity)))


def _gravity(row: Row) -> int:
    tone = row.cells[_VERDICT].tone
    return _WORST_FIRST.index(tone) if tone in _WORST_FIRST else len(_WORST_FIRST)


def _venue(health: Health, frame: Frame) -> tuple[Row, ...]:
    latency, reconcile = health.connector_latency_ms, health.last_reconcile_age_ms
    reconciled_ms = None if reconcile is None else reconcile + frame.unheard_ms
    old = ("NEVER", Tone.ALARM) if reconcile is None else below(reconciled_ms, _OLD_RECONCILE_MS, "OLD")
    return (
        health_line(
            "screen to desk",
            short_age(frame.unheard_ms),
            ("STALE", Tone.WARN) if is_unheard(frame) else OK,
            frame.unreachable or "since the desk last answered this screen",
        ),
        health_line(
            "connector latency",
            short_age(latency),
            below(latency, _SLOW_ANSWER_MS, "SLOW"),
            f"last answer of {health.connector_name}",
        ),
        _budget(health),
        *way_lines(health, frame),
        health_line("last reconcile", age(reconciled_ms), old, "ledger held against the venue"),
        count_line(
            "unknown orders", health.unknown_orders, ("UNKNOWN", Tone.UNKNOWN), "outcome not yet proven"
        ),
    )


def _budget(health: Health) -> Row:
    used, limit = health.orders_in_minute, health.orders_per_minute_limit
    if limit is None:
        return health_line("rate budget", f"{used}/min", OK, "orders in the last minute; no limit is set")
    verdict = ("SPENT", Tone.ALARM) if used >= limit else OK
    if used < limit and Decimal(used) >= limit * _BUDGET_TIGHT:
        verdict = ("TIGHT", Tone.WARN)
    return health_line("rate budget", f"{used}/{limit}", verdict, "orders in the last minute")


def _desk(health: Health, frame: Frame) -> tuple[Row, ...]:
    naked_s = Decimal(health.naked_ms) / SECOND_MS
    is_naked = any(one.naked_ms > 0 for one in frame.snapshot.positions)
    naked = ("NAKED", Tone.ALARM) if is_naked else OK if not health.naked_ms else ("WAS", Tone.WARN)
    return (
        health_line("naked time", f"{number(naked_s, 1)}s", naked, "positions spent without their stop"),
        health_line(
            "core lag",
            short_age(health.core_lag_ms),
            below(health.core_lag_ms, _SLOW_CORE_MS, "SLOW"),
            "how late the core's loop woke",
        ),
        health_line(
            "journal lag",
            str(health.journal_lag),
            below(health.journal_lag, _LAGGING_ENTRIES, "BEHIND"),
            "entries not yet on disk",
        ),
        count_line(
            "handler errors",
            health.handler_errors,
            ("ERRORS", Tone.WARN),
            "plugins or handlers that raised",
        ),
        health_line("open flows", str(health.open_flows), OK, "directives under way"),
        health_line(
            "ticks", f"{health.ticks_per_second}/s", OK, f"{number(Decimal(health.ticks))} since the start"
        ),
    )


def _feeds(frame: Frame) -> tuple[Row, ...]:
    stale = Staleness(frame)
    return tuple(_feed(one, stale) for one in frame.snapshot.feeds)


def _feed(row: FeedRow, stale: Staleness) -> Row:
    aged_ms = stale.age_ms(row.last)
    verdict = ("STALE", Tone.STALE) if stale.of(row.symbol) else OK
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
