"""Why is told in a few lines, a tree of branches and fields a person reads, whatever the journal holds."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desk.contracts.records import EntryKind
from desk.contracts.why import CauseTree
from desk.ui.viewmodels.canvas import Line
from desk.ui.viewmodels.text import cells
from desk.ui.viewmodels.tones import Tone
from desk.ui.viewmodels.why_facts import TreeIndex
from desk.ui.viewmodels.why_field_lines import lay_out
from desk.ui.viewmodels.why_fields import Field, fields_of
from desk.ui.viewmodels.why_fills import fees, leg_costs
from desk.ui.viewmodels.why_rows import TreeLines, WhyRows
from desk.ui.viewmodels.why_summary import summary
from desk.ui.viewmodels.why_trail import Trail
from tests.builders.causes import (
    DIRECTIVE,
    ENTRY_PLAN,
    EXECUTION,
    FILL,
    ORDER,
    TICK,
    TRADE,
    bought_tree,
    fact,
    huge_tree,
    node,
    refused_tree,
    tree,
)
from tests.builders.charts import writing_of
from tests.builders.examples import examples

UTC = writing_of()


def read(line: Line) -> str:
    return "".join(one.text for one in line)


def told(of: CauseTree) -> list[str]:
    return [read(one) for one in summary(of, UTC)]


def lines(of: CauseTree, width: int = 120, *, ascii_only: bool = False) -> list[str]:
    drawn = TreeLines(WhyRows(of).shown, width, writing_of(ascii_only=ascii_only))
    return [read(drawn[place]) for place in range(len(drawn))]


def known(of: CauseTree, node_id: str, *, as_json: bool = False) -> list[Field]:
    return list(fields_of(TreeIndex(of).nodes[node_id], UTC, as_json=as_json))


# ---------------------------------------------------------------- the summary


def test_the_summary_says_what_when_how_it_ended_and_what_it_cost() -> None:
    what, because, course = told(bought_tree())
    assert what == "trade LONG intended"
    assert because == "because broke out  planner"
    for words in (
        "2023-11-14 22:14:00", "success: executed", "first fill after 40ms",
        "entry: 1 fill, slippage +20.0 bp", "fees 0.05 USDT",
    ):  # fmt: skip
        assert words in course


def test_a_refused_directive_says_what_refused_it_before_anything_else() -> None:
    first, *_, course = told(refused_tree())
    assert first == "REFUSED by max open trades 5 of 5 are open"
    assert "error: refused" in course


def test_a_flow_that_has_not_ended_is_under_way() -> None:
    whole = bought_tree(DIRECTIVE)
    open_flow = replace(whole.nodes[1], facts=whole.nodes[1].facts[:1])
    assert "still under way" in told(tree(DIRECTIVE, whole.nodes[0], open_flow))[2]


def test_a_broken_chain_and_what_is_left_out_are_told() -> None:
    broken = tree(TICK, node(TICK, is_asked=True), is_unbroken=False, left_out=12)
    text = "\n".join(told(broken))
    assert "The chain is broken" in text
    assert "12 more ids" in text
    assert "nothing is recorded about it itself" in text


def test_many_refusals_are_counted() -> None:
    refusal = refused_tree().nodes[1].facts[1]
    many = tree(DIRECTIVE, node(DIRECTIVE, *(refusal for _ in range(6)), is_asked=True))
    assert told(many)[3] == "and 3 more were refused"


# ---------------------------------------------------------------- what fills cost


def test_a_closing_fill_slips_from_the_price_its_tick_showed() -> None:
    order = fact(EntryKind.ORDER_INTENDED, "", {"request": {"leg": "close", "side": "SELL"}})
    fill = {"client_order_id": ORDER, "fill": {"price": "99", "size_base": "2", "side": "SELL"}}
    closed = tree(
        FILL,
        node(TICK, fact(EntryKind.TICK_RECEIVED, "", {"bid": "100", "ask": "101"})),
        node(ORDER, order, parent=TICK, depth=1),
        node(FILL, fact(EntryKind.FILL_BOOKED, "", fill), parent=ORDER, depth=2, is_asked=True),
    )
    (cost,) = leg_costs(TreeIndex(closed))
    assert (cost.leg, cost.slippage) == ("close", Decimal("0.01"))


def test_a_stop_slips_from_its_own_price_and_an_external_fill_from_nothing() -> None:
    order = fact(EntryKind.ORDER_INTENDED, "", {"request": {"leg": "stop", "stop_price": "100"}})
    fill = {"price": "99.5", "size_base": "1", "side": "SELL", "fee": "0.1", "fee_currency": "BNB"}
    stopped = tree(
        FILL,
        node(ORDER, order),
        node(FILL, fact(EntryKind.FILL_BOOKED, "", {"client_order_id": ORDER, "fill": fill}), parent=ORDER),
        node("FIL", fact(EntryKind.FILL_BOOKED, "", {"fill": fill})),
    )
    costs = {one.leg: one.slippage for one in leg_costs(TreeIndex(stopped))}
    assert costs == {"stop": Decimal("0.005"), "external": None}
    assert fees(TreeIndex(stopped)) == {"BNB": Decimal("0.2")}


# ---------------------------------------------------------------- the tree


def test_the_tree_goes_from_the_tick_down_to_the_fill_with_times_and_branches() -> None:
    drawn = [one[:70].rstrip() for one in lines(bought_tree())]
    assert drawn == [
        "22:14:00.000 tick BTC/USDT 100 (99.9/100)",
        "22:14:00.000 └ directive NEW_TRADE BUY BTC/USDT by planner: broke out",
        "22:14:00.090   · flow ended, success, executed: bought 1 BTC/USDT",
        "22:14:00.000   └ entry plan BUY MARKET, reference 100",
        "22:14:00.000     └ execution directive NEW_TRADE",
        "22:14:00.000       ├ ▶ trade LONG intended",
        "22:14:00.000       └ order intended: entry BUY 1 BTC/USDT MARKET",
        "22:14:00.005         · order sent",
        "22:14:00.040         └ fill BUY 1 BTC/USDT at 100.2, fee 0.05 USDT",
    ]


def test_ids_stand_at_the_right_where_there_is_room() -> None:
    assert TRADE in lines(bought_tree(), 120)[5]
    assert TRADE not in lines(bought_tree(), 80)[5]


def test_an_ascii_tree_is_ascii() -> None:
    assert "".join(lines(bought_tree(), ascii_only=True)).isascii()


def test_a_folded_node_hides_what_hangs_below_it_and_counts_it() -> None:
    rows = WhyRows(bought_tree())
    rows.fold(EXECUTION, is_folded=True)
    assert [one.key for one in rows.shown][-1] == EXECUTION
    assert rows.shown[-1].hidden == 4
    assert "[4 folded]" in read(TreeLines(rows.shown, 120, UTC)[len(rows.shown) - 1])
    rows.fold(EXECUTION, is_folded=False)
    assert len(rows.shown) == rows.total


def test_folding_all_leaves_births_and_what_they_caused() -> None:
    rows = WhyRows(bought_tree())
    rows.fold_all(is_folded=True)
    assert [one.node.id for one in rows.shown] == [TICK, DIRECTIVE]
    rows.fold_all(is_folded=False)
    assert len(rows.shown) == rows.total


def test_the_node_above_a_line_is_its_own_head_and_then_its_cause() -> None:
    rows = WhyRows(bought_tree())
    sent = rows.place_of(f"{ORDER}/7")
    head = rows.head_above(sent)
    assert rows.shown[head].key == ORDER
    assert rows.shown[rows.head_above(head)].key == EXECUTION
    assert rows.head_above(0) == 0


def test_a_filter_keeps_lines_that_hold_its_text_or_their_id() -> None:
    rows = WhyRows(bought_tree())
    rows.keep("  FILL buy ")
    assert [one.node.id for one in rows.shown] == [FILL]
    rows.keep(ENTRY_PLAN.lower())
    assert [one.node.id for one in rows.shown] == [ENTRY_PLAN]
    rows.keep("")
    assert len(rows.shown) == rows.total


def test_a_cause_the_journal_does_not_have_is_told() -> None:
    broken = tree(TICK, node("STR", is_asked=True))
    assert "not recorded" in lines(broken)[0]
    assert any("nothing more about it" in one.label for one in known(broken, "STR"))


def test_thousands_of_facts_are_drawn_only_where_they_are_seen() -> None:
    rows = WhyRows(huge_tree())
    assert rows.total == 12_001
    drawn = TreeLines(rows.shown, 120, UTC)
    assert cells(read(drawn[12_000])) == 120


@settings(max_examples=examples(60))
@given(
    text=st.text(max_size=80), width=st.integers(1, 250), depth=st.integers(0, 60), ascii_only=st.booleans()
)
@example(text="", width=14, depth=0, ascii_only=True)
def test_any_text_is_one_harmless_line_of_the_given_width(
    *, text: str, width: int, depth: int, ascii_only: bool
) -> None:
    hostile = tree(text, node(text, fact(EntryKind.ALARM_RAISED, text), depth=depth, is_asked=True))
    line = read(TreeLines(WhyRows(hostile).shown, width, writing_of(ascii_only=ascii_only))[0])
    assert cells(line) == width
    assert line.isprintable()
    assert not ascii_only or line.isascii()


# ---------------------------------------------------------------- the fields


def field(of: CauseTree, node_id: str, label: str) -> Field:
    return next(one for one in known(of, node_id) if one.label.strip() == label)


def test_fields_are_words_with_units_grouped_numbers_and_times() -> None:
    whole = bought_tree()
    assert field(whole, DIRECTIVE, "rationale").value == "broke out"
    assert field(whole, DIRECTIVE, "decided at").value == "2023-11-14 22:14:00.000"
    assert field(whole, DIRECTIVE, "emergency").value == "no"
    assert field(whole, ORDER, "size (base)").value == "1"
    assert field(whole, ORDER, "late").value == "1.5s"
    assert field(whole, FILL, "venue trade id").value == "1000042"


def test_what_is_empty_is_left_out() -> None:
    assert not any("affected" in one.label for one in known(bought_tree(), DIRECTIVE))


def test_every_id_among_the_fields_can_be_gone_to() -> None:
    assert field(bought_tree(), ORDER, "trade id").jump_id == TRADE
    assert field(bought_tree(), FILL, "client order id").jump_id == ORDER
    assert field(bought_tree(), FILL, "caused by").jump_id == ORDER
    assert field(bought_tree(), FILL, "price").jump_id == ""


def test_lists_of_ids_are_a_line_each_and_other_lists_are_one() -> None:
    record = {
        "trade_ids": [TRADE, TRADE],
        "differences": ["a", "b"],
        "targets": [{"leg": "stop"}, {"leg": "entry"}],
    }
    one = tree(TICK, node(TICK, fact(EntryKind.RECONCILED, "", record)))
    read_fields = [(entry.label, entry.value) for entry in known(one, TICK)]
    assert ("trade ids 2", TRADE) in read_fields
    assert ("differences", "a, b") in read_fields
    assert ("  leg", "entry") in read_fields


def test_json_is_shown_where_it_is_asked_for() -> None:
    labels = [one.label for one in known(bought_tree(), ORDER, as_json=True)]
    assert '  "request": {' in labels


@pytest.mark.parametrize(
    "data", ["", "{", "[]", "null", '"text"', "{" * 5000, '{"a": NaN}', '{"at_ms": 1e999}']
)
def test_a_record_that_cannot_be_read_is_told_in_words(data: str) -> None:
    odd = tree(TICK, node(TICK, fact(EntryKind.FILL_BOOKED, "fill of something", data), is_asked=True))
    for as_json in (False, True):
        assert known(odd, TICK, as_json=as_json)
    assert told(odd)
    assert any(data.startswith('{"a') or one.label == "fill of something" for one in known(odd, TICK))


@settings(max_examples=examples(60))
@given(
    record=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
        max_leaves=12,
    ),
    width=st.integers(2, 200),
)
def test_any_record_is_laid_out_in_the_given_width(*, record: object, width: int) -> None:
    odd = tree(TICK, node(TICK, fact(EntryKind.RECONCILED, "odd", {"record_ms": record, "b": record})))
    owners, drawn = lay_out(known(odd, TICK), width)
    assert len(owners) == len(drawn)
    assert {cells(read(one)) for one in drawn} <= {width}
    assert all(read(one).isprintable() for one in drawn)


def test_long_values_are_broken_not_cut() -> None:
    reason = "because " * 40
    long = tree(TICK, node(TICK, fact(EntryKind.RECONCILED, "", {"rationale": reason})))
    _, drawn = lay_out(known(long, TICK), 50)
    assert sum(read(one).count("because") for one in drawn) == 40


# ---------------------------------------------------------------- going on and back


def test_the_trail_goes_on_and_back_to_where_one_was() -> None:
    trail = Trail()
    assert trail.go(TRADE)
    trail.here.cursor_key = ORDER
    assert not trail.go(TRADE)
    assert trail.go(ORDER)
    assert read(tuple(trail.crumbs(ascii_only=False))) == f"Why → {TRADE} → {ORDER}"
    assert trail.back()
    assert trail.here.cursor_key == ORDER
    assert not trail.back()


def test_a_long_trail_shows_its_end() -> None:
    trail = Trail()
    for number in range(9):
        trail.go(f"id{number}")
    crumbs = trail.crumbs(ascii_only=True)
    assert read(tuple(crumbs)) == "Why > ... > id5 > id6 > id7 > id8"
    assert crumbs[-1].tone is Tone.ACCENT
