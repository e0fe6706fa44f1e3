"""Schedules, workers, alarms and health: how the house itself stands."""

from dataclasses import replace
from decimal import Decimal

import pytest

from desk.contracts.connection import StreamCondition
from desk.contracts.snapshot import BlockRow
from desk.contracts.states import AlarmSeverity, DeskState, WorkerStatus
from desk.ui.viewmodels.alarms import alarms_table
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.health import health_table
from desk.ui.viewmodels.schedule import schedule_table
from desk.ui.viewmodels.subject import SubjectKind
from desk.ui.viewmodels.tones import Tone
from desk.ui.viewmodels.workers import workers_table
from tests.builders.frames import (
    NOW_MS,
    HealthValues,
    alarm_row,
    feed_row,
    frame,
    health,
    position,
    position_row,
    price_alert_row,
    schedule_row,
    snapshot,
    worker_row,
)
from tests.builders.tables import cells_of, column_of, texts_of


def verdict(what: str, seen: Frame) -> tuple[str, str, Tone]:
    """Return the value of one line of health, its verdict and its tone."""
    table = health_table(seen)
    at = column_of(table, "what").index(what)
    cells = cells_of(table, at)
    return cells["value"].text, cells["verdict"].text, cells["verdict"].tone


def stream(
    *, is_up: bool = True, is_stale: bool = False, silent_ms: int | None = 800, gaps: int = 0
) -> StreamCondition:
    return StreamCondition("orders", is_up, is_stale, silent_ms, gaps)


def test_a_schedule_tells_when_it_runs_and_what_became_of_the_last_time() -> None:
    row = texts_of(schedule_table(frame(snapshot(schedules=(schedule_row(),)))))

    assert (row["next"], row["in"]) == ("11-15 22:14", "1d00h")
    assert (row["last"], row["outcome"]) == ("11-13 22:14", "executed")
    assert row["then"] == "11-16 22:14, 11-17 22:14"


def test_the_next_to_run_stands_first() -> None:
    soon = replace(schedule_row("soon"), next_ms=NOW_MS + 1_000)
    never = replace(schedule_row("never"), next_ms=None)
    table = schedule_table(frame(snapshot(schedules=(never, schedule_row(), soon))))

    assert column_of(table, "name") == ["soon", "daily-buy", "never"]
    assert column_of(table, "in") == ["1s", "1d00h", "-"]


def test_a_schedule_that_is_due_says_now() -> None:
    due = replace(schedule_row(last_outcome=""), next_ms=NOW_MS - 1, last_ms=None)
    row = texts_of(schedule_table(frame(snapshot(schedules=(due,)))))

    assert (row["in"], row["last"], row["outcome"]) == ("now", "-", "never ran")


def test_a_worker_that_stopped_says_why() -> None:
    stopped = worker_row(status=WorkerStatus.STOPPED, errors=5, reason="5 errors")
    cells = cells_of(workers_table(frame(snapshot(workers=(stopped,)))))

    assert (cells["status"].text, cells["status"].tone) == ("STOPPED", Tone.ALARM)
    assert (cells["errors"].text, cells["reason"].text) == ("5", "5 errors")
    assert cells["category"].text == "opportunity"


def test_a_worker_says_what_it_blocks_for_whom_beside_why_it_stands() -> None:
    stopped = worker_row(status=WorkerStatus.STOPPED, reason="5 errors")
    by = (stopped.name, stopped.strategy_id)
    own = BlockRow(*by, None, "two losses", NOW_MS, own_strategy_only=True)
    on_one = BlockRow(*by, "BTC/USDT", "a gap", NOW_MS)
    of_another = BlockRow(stopped.name, "another", None, "a shock", NOW_MS)
    seen = replace(snapshot(workers=(stopped,)), blocks=(own, on_one, of_another))

    own_words = f"blocks new risk on anything for {stopped.strategy_id}: two losses"
    said = f"5 errors; {own_words}; blocks new risk on BTC/USDT: a gap"
    assert column_of(workers_table(frame(seen)), "reason") == [said]


def test_alarms_not_yet_seen_stand_first_and_price_alerts_last() -> None:
    alarms = (
        alarm_row(1, is_acknowledged=True, text="old"),
        alarm_row(2, severity=AlarmSeverity.WARNING, text="slow"),
    )
    table = alarms_table(frame(snapshot(alarms=alarms, price_alerts=(price_alert_row(),))))

    assert column_of(table, "text") == ["slow", "old", "price alert: BTC/USDT rises to 120.00"]
    assert column_of(table, "seen") == ["NEW", "seen", "-"]
    kinds = [one.subject.kind for one in table.rows if one.subject is not None]
    assert kinds == [SubjectKind.ALARM, SubjectKind.ALARM, SubjectKind.PRICE_ALERT]


def test_an_alarm_that_is_over_stands_below_those_that_last() -> None:
    over = replace(alarm_row(1, text="the stream was silent"), ended_ms=NOW_MS)
    table = alarms_table(frame(snapshot(alarms=(over, alarm_row(2, text="no stop")))))

    assert column_of(table, "text") == ["no stop", "the stream was silent"]
    assert column_of(table, "seen") == ["NEW", "over"]
    assert cells_of(table, 1)["severity"].tone is Tone.DIM


@pytest.mark.parametrize("state", [DeskState.HALTED, DeskState.EXITING])
def test_a_worker_of_a_halted_desk_says_that_it_is_halted(state: DeskState) -> None:
    stopped = worker_row(status=WorkerStatus.STOPPED, reason="5 errors")
    table = workers_table(frame(snapshot(state=state, workers=(worker_row(), stopped))))

    assert column_of(table, "status") == ["HALTED", "STOPPED"]
    reasons = column_of(table, "reason")
    assert reasons == [f"the desk is {state}: nothing new of it is done, stops go on", "5 errors"]


def test_an_alarm_is_loud_until_it_is_seen() -> None:
    loud, seen = (
        cells_of(alarms_table(frame(snapshot(alarms=(alarm_row(is_acknowledged=one),)))))["severity"]
        for one in (False, True)
    )

    assert (loud.tone, seen.tone) == (Tone.ALARM, Tone.DIM)


def test_a_healthy_desk_is_ok_in_every_line() -> None:
    assert set(column_of(health_table(frame()), "verdict")) == {"OK"}


@pytest.mark.parametrize(
    ("values", "what", "shown"),
    [
        ({"connector_latency_ms": 1_500}, "connector latency", ("1.5s", "SLOW", Tone.WARN)),
        ({"orders_in_minute": 50}, "rate budget", ("50/60", "TIGHT", Tone.WARN)),
        ({"orders_in_minute": 60}, "rate budget", ("60/60", "SPENT", Tone.ALARM)),
        ({"orders_per_minute_limit": None}, "rate budget", ("3/min", "OK", Tone.DIM)),
        ({"clock_skew_ms": -1_500}, "clock skew", ("-1500ms", "OFF", Tone.WARN)),
        ({"clock_skew_ms": None}, "clock skew", ("-", "-", Tone.DIM)),
        ({"last_reconcile_age_ms": None}, "last reconcile", ("-", "NEVER", Tone.ALARM)),
        ({"last_reconcile_age_ms": 600_000}, "last reconcile", ("10m00s", "OLD", Tone.WARN)),
        ({"unknown_orders": 1}, "unknown orders", ("1", "UNKNOWN", Tone.UNKNOWN)),
        ({"naked_ms": 2_500}, "naked time", ("2.5s", "WAS", Tone.WARN)),
        ({"core_lag_ms": 400}, "core lag", ("400ms", "SLOW", Tone.WARN)),
        ({"journal_lag": 5_000}, "journal lag", ("5000", "BEHIND", Tone.WARN)),
        ({"handler_errors": 2}, "handler errors", ("2", "ERRORS", Tone.WARN)),
        ({"clock_skew_ms": 1_500, "clock_skew_limit_ms": 2_000}, "clock skew", ("+1500ms", "OK", Tone.DIM)),
        ({"budget_left": Decimal("0.628")}, "venue budget", ("62% free", "OK", Tone.DIM)),
        ({"budget_left": Decimal("0.2")}, "venue budget", ("20% free", "TIGHT", Tone.WARN)),
        ({"budget_left": Decimal(0)}, "venue budget", ("0% free", "SPENT", Tone.ALARM)),
        ({"banned_for_ms": 65_000}, "venue ban", ("01:05", "BANNED", Tone.ALARM)),
        ({"streams": (stream(),)}, "stream orders", ("800ms", "OK", Tone.DIM)),
        ({"streams": (stream(is_stale=True),)}, "stream orders", ("800ms", "STALE", Tone.STALE)),
        ({"streams": (stream(is_up=False),)}, "stream orders", ("800ms", "DOWN", Tone.ALARM)),
        ({"streams": (stream(silent_ms=None),)}, "stream orders", ("-", "OK", Tone.DIM)),
    ],
)
def test_what_is_wrong_has_a_word(values: HealthValues, what: str, shown: tuple[str, str, Tone]) -> None:
    assert verdict(what, frame(snapshot(health=health(**values)))) == shown


def test_what_the_connector_does_not_know_has_no_line() -> None:
    known = health(budget_left=Decimal(1), banned_for_ms=5_000, streams=(stream(),))
    more = column_of(health_table(frame(snapshot(health=known))), "what")
    assert set(more) - set(column_of(health_table(frame()), "what")) == {
        "venue budget",
        "venue ban",
        "stream orders",
    }


def test_a_ban_counts_down_and_a_stream_grows_older_while_the_desk_is_not_heard() -> None:
    known = health(banned_for_ms=5_000, streams=(stream(gaps=2),))
    seen = frame(snapshot(health=known), unheard_ms=2_000)
    assert verdict("venue ban", seen)[0] == "00:03"
    assert verdict("stream orders", seen)[0] == "2.8s"
    meanings = column_of(health_table(seen), "meaning")
    assert "since its last data; 2 gaps read again" in meanings
    over = frame(snapshot(health=known), unheard_ms=5_000)
    assert "venue ban" not in column_of(health_table(over), "what")


def test_a_naked_position_alarms_in_health_too() -> None:
    naked = position_row(position(stop=None), naked_ms=500)
    seen = snapshot(positions=(naked,), health=health(naked_ms=500))

    assert verdict("naked time", frame(seen)) == ("0.5s", "NAKED", Tone.ALARM)


def test_each_feed_has_its_age() -> None:
    feeds = (feed_row(), feed_row("ETH/USDT", is_stale=True, age_ms=90_000), feed_row("X/Y", age_ms=None))
    seen = frame(snapshot(feeds=feeds))

    assert verdict("feed BTC/USDT", seen) == ("200ms", "OK", Tone.DIM)
    assert verdict("feed ETH/USDT", seen) == ("1m30s", "STALE", Tone.STALE)
    assert verdict("feed X/Y", seen) == ("-", "NO DATA", Tone.WARN)


def test_a_desk_that_does_not_answer_is_the_first_line() -> None:
    seen = frame(unheard_ms=4_000, unreachable="the socket is gone")

    assert verdict("screen to desk", seen) == ("4.0s", "STALE", Tone.WARN)
    assert texts_of(health_table(seen))["meaning"] == "the socket is gone"


def test_what_is_wrong_stands_first_and_the_worst_on_top() -> None:
    seen = snapshot(
        feeds=(feed_row(is_stale=True),),
        health=health(last_reconcile_age_ms=None, connector_latency_ms=1_500),
    )

    assert column_of(health_table(frame(seen)), "what")[:4] == [
        "last reconcile",
        "connector latency",
        "feed BTC/USDT",
        "screen to desk",
    ]
