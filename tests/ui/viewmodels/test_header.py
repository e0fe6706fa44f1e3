"""The two lines above everything name no number as fresh that is old, and no risk as whole that is not."""

from dataclasses import replace

from desk.contracts.snapshot import AlarmRow, BlockRow, DrillNote
from desk.contracts.states import DeskState
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.header import header
from desk.ui.viewmodels.tones import Tone
from tests.builders.frames import (
    NOW_MS,
    alarm_row,
    feed_row,
    frame,
    position,
    position_row,
    snapshot,
)
from tests.builders.market import BTC, ETH


def money_of(seen: Frame) -> dict[str, Tone]:
    return {one.text.strip(): one.tone for one in header(seen, (), observe=False)[1].right}


def test_the_money_of_a_silent_desk_is_stale() -> None:
    silent = money_of(replace(frame(snapshot()), unreachable="no desk runs here", unheard_ms=5_000))

    assert silent["~10,234.50"] is silent["~+34.50"] is Tone.STALE
    assert silent["equity"] is Tone.DIM


def test_the_money_over_a_stale_price_is_stale() -> None:
    seen = snapshot(positions=(position_row(),), feeds=(feed_row(is_stale=True),))

    assert money_of(frame(seen))["~10,234.50"] is Tone.STALE


def test_the_risk_open_says_that_a_position_without_a_stop_is_not_in_it() -> None:
    seen = snapshot(positions=(position_row(), position_row(position(number=2, stop=None))))

    assert "33.20 + no stop" in money_of(frame(seen))
    assert "33.20" in money_of(frame(snapshot(positions=(position_row(),))))


def test_a_long_reason_is_cut_before_the_risk_goes_and_never_goes_unsaid_where_20_cells_are_left() -> None:
    reason = "the journal cannot be written: /var/lib/desk/journal.sqlite3: database or disk is full"
    seen = frame(replace(snapshot(), state=DeskState.REDUCING, state_reason=reason))
    line = header(seen, (), observe=False)[1]

    def shown(width: int) -> str:
        fitted = line.fitted(width)
        assert fitted.needed <= width
        return " ".join(one.text for one in (*fitted.left, *fitted.right))

    assert shown(250).startswith(f"{reason} risk open")
    assert shown(120).startswith("the journal cannot be writ")
    assert "risk open" in shown(120)
    assert shown(60).startswith("the journal cannot")
    assert "equity 10,234.50" in shown(60)


def test_an_alarm_that_is_over_is_no_badge_any_more() -> None:
    lasts, over = alarm_row(1), replace(alarm_row(2), ended_ms=1)

    def badges(*alarms: AlarmRow) -> list[str]:
        return [one.text for one in header(frame(snapshot(alarms=alarms)), (), observe=False)[1].left]

    assert badges(lasts, over) == badges(lasts)
    assert badges(over) == []


def test_the_last_drill_is_told_with_its_age_and_loudly_where_it_went_wrong() -> None:
    at = snapshot()
    note = DrillNote(
        at.time_ms - 3 * 3_600_000, 46, 46, is_good=True, p50_ms=3_000, p95_ms=9_800, positions=10
    )
    (piece,) = header(frame(replace(at, drill=note)), (), observe=False)[1].left
    assert (piece.text, piece.tone) == ("drill 3h ago: 46/46 flat, p95 9.8s", Tone.DIM)
    bad = replace(note, flat=45, is_good=False)
    (piece,) = header(frame(replace(at, drill=bad)), (), observe=False)[1].left
    assert (piece.text, piece.tone) == ("drill 3h ago: 45/46 flat, p95 9.8s", Tone.WARN)


def test_who_keeps_an_active_desk_from_new_risk_is_said_loudly() -> None:
    def left(*symbols: str | None, state: DeskState = DeskState.ACTIVE) -> list[str]:
        blocks = tuple(BlockRow("breaker", "trend", one, "three losses in a row", NOW_MS) for one in symbols)
        seen = replace(snapshot(), blocks=blocks, state=state, state_reason="by hand")
        return [one.text for one in header(frame(seen), (), observe=False)[1].left]

    assert left(None, BTC) == [
        "NO NEW RISK", "breaker: three losses in a row; breaker: three losses in a row"
    ]  # fmt: skip
    assert left(BTC)[0] == f"NO NEW {BTC}"
    assert left(BTC, ETH)[0] == "NO NEW RISK ON 2 SYMBOLS"
    assert left(None, state=DeskState.HALTED) == ["by hand"]
    assert left() == []


def test_a_block_on_one_strategy_is_not_said_to_be_on_all() -> None:
    def badge(*blocks: BlockRow) -> str:
        return header(frame(replace(snapshot(), blocks=blocks)), (), observe=False)[1].left[0].text

    own = BlockRow("breaker", "trend", None, "three losses in a row", NOW_MS, own_strategy_only=True)
    assert badge(own) == "NO NEW RISK FOR trend"
    assert badge(replace(own, symbol=BTC)) == f"NO NEW {BTC} FOR trend"
    assert badge(own, replace(own, symbol=BTC)) == "NO NEW RISK FOR trend"
    assert badge(own, replace(own, strategy_id="swing")) == "NO NEW RISK FOR 2 STRATEGIES"
    assert badge(own, BlockRow("shock", "swing", BTC, "a shock", NOW_MS)) == f"NO NEW {BTC}"
    assert badge(own, BlockRow("shock", "swing", None, "a shock", NOW_MS)) == "NO NEW RISK"
