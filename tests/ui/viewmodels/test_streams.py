"""Directives, endings and the log: newest first, each with the key it keeps."""

from desk.contracts.snapshot import LogRow
from desk.contracts.states import AlarmSeverity
from desk.ui.viewmodels.directives import directives_table
from desk.ui.viewmodels.log import log_table
from desk.ui.viewmodels.subject import SubjectKind
from desk.ui.viewmodels.terminations import terminations_table
from desk.ui.viewmodels.tones import Tone
from tests.builders.frames import (
    NOW_MS,
    directive_id,
    directive_row,
    frame,
    snapshot,
    termination_row,
)
from tests.builders.market import BTC
from tests.builders.tables import cells_of, column_of, texts_of


def test_a_directive_tells_who_decided_what_and_why() -> None:
    row = texts_of(directives_table(frame(snapshot(directives=(directive_row(),)))))

    assert row == {
        "time": "22:14:00",
        "state": "executed",
        "scope": "open",
        "symbol": BTC,
        "worker": "trend",
        "why": "close above the 20 bar high",
    }


def test_a_refused_directive_says_first_what_refused_it() -> None:
    refused = directive_row(state="refused", reason="over the limit")
    seen = snapshot(directives=(refused,))
    cells = cells_of(directives_table(frame(seen)))

    assert cells["state"].tone is Tone.WARN
    assert cells["why"].text == "over the limit · close above the 20 bar high"
    assert texts_of(directives_table(frame(seen, ascii_only=True)))["why"].startswith("over the limit / ")


def test_a_directive_that_was_done_keeps_its_rationale_and_leaves_the_end_to_the_endings() -> None:
    done, exit_failed, silent = (
        directive_row(reason="bought 1"),
        directive_row(number=2, state="NOT FLAT", reason="0.5 BTC left"),
        directive_row(number=3, reason="bought 1", rationale=""),
    )
    seen = frame(snapshot(directives=(done, exit_failed, silent)))

    assert column_of(directives_table(seen), "why") == [
        "close above the 20 bar high",
        "0.5 BTC left · close above the 20 bar high",
        "bought 1",
    ]
    assert cells_of(directives_table(seen), 1)["state"].tone is Tone.WARN


def test_what_is_under_way_stands_out() -> None:
    states = ("planning", "executing", "executed", "failed", "not executed", "interrupted", "partly executed")
    rows = tuple(directive_row(number=at, state=state) for at, state in enumerate(states))
    table = directives_table(frame(snapshot(directives=rows)))

    tones = [cells_of(table, at)["state"].tone for at in range(7)]
    assert tones == [Tone.ACCENT, Tone.ACCENT, Tone.PLAIN, *[Tone.WARN] * 4]


def test_an_ending_says_in_a_sign_and_a_word_how_it_went() -> None:
    rows = (termination_row(), termination_row(number=2, outcome="error", final_state="refused"))
    seen = snapshot(terminations=rows)

    assert column_of(terminations_table(frame(seen)), "outcome") == ["✓ success", "✗ error"]
    assert column_of(terminations_table(frame(seen, ascii_only=True)), "outcome") == ["+ success", "x error"]
    assert cells_of(terminations_table(frame(seen)), 1)["outcome"].tone is Tone.BAD


def test_a_stream_asks_why_by_its_flow() -> None:
    table = terminations_table(frame(snapshot(terminations=(termination_row(number=7),))))
    subject = table.rows[0].subject

    assert subject is not None
    assert (subject.kind, subject.id, subject.symbol) == (SubjectKind.TERMINATION, directive_id(7), BTC)


def test_what_happened_in_one_moment_stays_in_its_order() -> None:
    rows = tuple(LogRow(NOW_MS, "fill", f"thing {one}", "FIL", None) for one in (3, 2, 1))

    assert column_of(log_table(frame(snapshot(log=rows))), "text") == ["thing 3", "thing 2", "thing 1"]


def test_an_entry_keeps_its_key_as_newer_ones_come() -> None:
    old, new = (LogRow(NOW_MS, "fill", text, "FIL", None) for text in ("old", "new"))
    before, after = (log_table(frame(snapshot(log=log))) for log in ((old,), (new, old)))

    assert after.rows[1].key == before.rows[0].key


def test_each_log_entry_has_a_key_of_its_own() -> None:
    twice = LogRow(NOW_MS, "fill", "bought", "FIL", None)
    keys = [one.key for one in log_table(frame(snapshot(log=(twice, twice)))).rows]

    assert len(set(keys)) == 2


def test_an_entry_about_nothing_opens_nothing() -> None:
    row = LogRow(NOW_MS, "desk", "started", "", None)

    assert log_table(frame(snapshot(log=(row,)))).rows[0].subject is None


def test_the_log_does_not_say_its_kind_twice() -> None:
    rows = (LogRow(NOW_MS, "FLOW_ENDED", "flow ended, success: bought", "STR", None),)
    row = texts_of(log_table(frame(snapshot(log=rows))))

    assert (row["kind"], row["text"]) == ("flow ended", "success: bought")


def test_severity_is_seen_on_the_kind() -> None:
    row = LogRow(NOW_MS, "alarm", "no stop", "ALM", None, AlarmSeverity.CRITICAL)

    assert cells_of(log_table(frame(snapshot(log=(row,)))))["kind"].tone is Tone.ALARM
