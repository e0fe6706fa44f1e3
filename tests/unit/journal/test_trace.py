"""Why: from any id back to its birth, and on to what became of it, over the borders of flows."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic_core import to_json

from desk.contracts.ids import DirectiveId, FillId, TickId
from desk.contracts.orders import Leg
from desk.contracts.problems import InputRefused
from desk.contracts.records import EntryKind, ExitTargeted, JournalEntry, TradeIntended
from desk.contracts.sides import OrderSide
from desk.contracts.why import CauseTree
from desk.journal.cause_text import tree_as_json, tree_as_lines
from desk.journal.codec import encode
from desk.journal.facts import describe
from desk.journal.trace import trace
from desk.journal.verify import verify
from tests.builders import ledger as build

SECOND_FLOW = DirectiveId.at(build.START_MS, 2)
STOP_FILL = FillId.at(build.START_MS + 2000, 2)


def caused(entry: JournalEntry, *causes: str) -> JournalEntry:
    return JournalEntry(
        entry.kind, entry.subject_id, entry.time_ms, entry.record, entry.flow_id, causes, entry.trade_id
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A tick opens a trade; its stop fills; the platform clears up in its own flow; a stranger trades."""
    path = tmp_path / "journal.db"
    desk = build.Desk(path)
    desk.record(build.tick_received(1), build.tick_received(2, after_ms=5))
    desk.record(build.directive_issued(), build.trade_intended(), build.order_intended())
    desk.record(build.fill_booked(1), build.order_intended("stop1", Leg.STOP, OrderSide.SELL, stop="90"))
    desk.record(build.flow_ended())
    desk.record(build.fill_booked(2, OrderSide.SELL, "1", "90", order="stop1"))
    desk.record(caused(build.directive_issued(SECOND_FLOW), STOP_FILL), build.flow_ended(SECOND_FLOW))
    desk.record(build.fill_booked(3, order=None, trade=None, flow=None))
    desk.close()
    return path


def ids(tree: CauseTree) -> list[str]:
    return [node.id for node in tree.nodes]


def test_a_fill_leads_back_to_its_tick_and_on_to_the_flow_it_caused(path: Path) -> None:
    tree = trace(path, STOP_FILL)
    assert ids(tree) == [build.BIRTH, build.FLOW, "stop1", STOP_FILL, SECOND_FLOW]
    assert tree.is_unbroken
    assert [node.depth for node in tree.nodes] == [0, 1, 2, 3, 4]
    assert [node.id for node in tree.nodes if node.is_asked] == [STOP_FILL]


def test_a_tick_leads_on_to_all_it_caused_and_how_that_ended(path: Path) -> None:
    tree = trace(path, build.BIRTH)
    first = FillId.at(build.START_MS + 1000, 1)
    assert ids(tree) == [
        build.BIRTH, build.FLOW, build.TRADE, "entry1", first, "stop1", STOP_FILL, SECOND_FLOW,
    ]  # fmt: skip
    ends = [fact.text for node in tree.nodes for fact in node.facts if fact.kind == "FLOW_ENDED"]
    assert ends == ["flow ended, success, executed: the flow is executed"] * 2


@pytest.mark.parametrize("asked", [build.FLOW, build.TRADE, "entry1", "stop1", SECOND_FLOW])
def test_every_id_can_be_asked(path: Path, asked: str) -> None:
    tree = trace(path, asked)
    assert ids(tree)[0] == build.BIRTH
    assert asked in ids(tree)


def test_a_trade_brings_its_orders_and_fills(path: Path) -> None:
    assert {"entry1", "stop1", STOP_FILL} <= set(ids(trace(path, build.TRADE)))


def test_the_text_tells_time_reason_and_price(path: Path) -> None:
    text = "\n".join(tree_as_lines(trace(path, STOP_FILL)))
    assert "2023-11-14T22:13:20.000Z  tick BTC/USDT 100 (100/100)" in text
    assert "directive NEW_TRADE BUY BTC/USDT by swot: the trend is up" in text
    assert "order intended: stop SELL 1 BTC/USDT:USDT STOP stop 90" in text
    assert "fill SELL 1 BTC/USDT:USDT at 90, fee 0.05 USDT" in text
    assert f"{STOP_FILL}  <== asked" in text


def test_the_tree_is_plain_json(path: Path) -> None:
    tree = tree_as_json(trace(path, STOP_FILL))
    assert tree["id"] == STOP_FILL
    assert b'"time":"2023-11-14T22:13:20.000Z"' in to_json(tree)


def test_an_unknown_id_is_refused_with_what_to_give(path: Path) -> None:
    with pytest.raises(InputRefused, match=r"journal\.db.*the journal has no 'FIL_nonsense'; give the id of"):
        trace(path, "FIL_nonsense")


def test_a_cause_that_was_never_recorded_is_shown_as_missing(tmp_path: Path) -> None:
    desk = build.Desk(tmp_path / "journal.db")
    desk.record(build.directive_issued(cause=TickId.at(build.START_MS, 9)))
    desk.close()
    tree = trace(tmp_path / "journal.db", build.FLOW)
    assert not tree.is_unbroken
    assert "(not in the journal)" in tree_as_lines(tree)[0]


def test_causes_that_form_a_ring_are_told_once_each(tmp_path: Path) -> None:
    desk = build.Desk(tmp_path / "journal.db")
    other = DirectiveId.at(build.START_MS, 2)
    desk.record(caused(build.directive_issued(), other), caused(build.directive_issued(other), build.FLOW))
    desk.close()
    assert ids(trace(tmp_path / "journal.db", build.FLOW)) == [build.FLOW, other]


def test_the_share_of_unbroken_fills_leaves_strangers_out(path: Path) -> None:
    share = verify(path).share
    assert (share.own, share.unbroken, share.external, share.broken_ids) == (2, 2, 1, ())


def test_a_fill_whose_chain_has_a_hole_is_named(tmp_path: Path) -> None:
    desk = build.Desk(tmp_path / "journal.db")
    desk.record(build.directive_issued(), build.order_intended(), build.fill_booked())
    desk.close()
    share = verify(tmp_path / "journal.db").share
    assert (share.own, share.unbroken) == (1, 0)
    assert share.broken_ids == (FillId.at(build.START_MS + 1000, 1),)


def test_a_trade_says_how_long_it_may_be_held() -> None:
    told = describe(encode(build.trade_intended(hold_for_ms=4 * 3_600_000)))
    assert told.endswith("intended, stop 90, target 120, held for 4 h at most")
    assert "held" not in describe(encode(build.trade_intended()))


@pytest.mark.parametrize(
    ("stop", "target", "intended", "wanted"),
    [
        (Decimal(90), Decimal(120), "stop 90, target 120", "exits wanted at stop 90, target 120"),
        (Decimal(90), None, "stop 90", "exits wanted at stop 90"),
        (None, Decimal(120), "no stop, target 120", "exits wanted at target 120"),
        (None, None, "no stop", "no exits wanted"),
    ],
)
def test_a_price_that_there_is_not_is_not_told(
    stop: Decimal | None, target: Decimal | None, intended: str, wanted: str
) -> None:
    trade = build.trade_intended()
    assert isinstance(trade.record, TradeIntended)
    planned = replace(trade.record, planned_stop_price=stop, planned_take_profit_price=target)
    told = describe(encode(replace(trade, record=planned)))
    assert told == f"trade LONG {build.PERP} intended, {intended}"
    record = ExitTargeted(build.TRADE, stop, target)
    targeted = JournalEntry(EntryKind.EXIT_TARGETED, build.TRADE, build.START_MS, record)
    assert describe(encode(targeted)) == wanted
