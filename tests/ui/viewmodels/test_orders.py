from desk.ui.viewmodels.orders import orders_table
from desk.ui.viewmodels.subject import Subject, SubjectKind
from desk.ui.viewmodels.tones import Tone
from tests.builders.frames import frame, order_row, snapshot, trade_id
from tests.builders.market import BTC
from tests.builders.tables import cells_of, texts_of


def test_an_order_tells_what_it_asks() -> None:
    row = texts_of(orders_table(frame(snapshot(orders=(order_row(),)))))

    assert (row["symbol"], row["side"], row["status"], row["leg"]) == (BTC, "BUY ▲", "OPEN", "entry")
    assert (row["type"], row["size"], row["filled"], row["price"]) == ("LIMIT", "0.500", "0.000", "99.50")
    assert (row["age"], row["strategy"], row["id"]) == ("5s", "breakout", "d1e1")


def test_a_partial_fill_says_how_much() -> None:
    partial = order_row(status="PARTIALLY_FILLED", filled="0.2")

    assert texts_of(orders_table(frame(snapshot(orders=(partial,)))))["status"] == "PARTIAL 40%"


def test_an_unknown_outcome_is_amber_with_a_timer() -> None:
    lost = order_row(status="UNKNOWN", unknown_ms=61_000)
    seen = snapshot(orders=(lost,))
    cell = cells_of(orders_table(frame(seen)))["status"]

    assert (cell.text, cell.tone) == ("UNKNOWN 01:01", Tone.UNKNOWN)
    assert texts_of(orders_table(frame(seen, unheard_ms=4_000)))["status"] == "UNKNOWN 01:05"


def test_an_unknown_outcome_without_its_time_counts_from_the_order() -> None:
    lost = order_row(status="UNKNOWN", age_ms=9_000)

    assert texts_of(orders_table(frame(snapshot(orders=(lost,)))))["status"] == "UNKNOWN 00:09"


def test_an_order_that_has_not_left_is_pending() -> None:
    orders = (order_row(status="INTENDED"), order_row(client_order_id="d2", status="SENT"))
    table = orders_table(frame(snapshot(orders=orders)))

    assert [texts_of(table, at)["status"] for at in (0, 1)] == ["PENDING", "SENT"]


def test_a_market_order_has_a_word_for_its_price() -> None:
    order = order_row(order_type="MARKET", price=None, side="SELL")
    row = texts_of(orders_table(frame(snapshot(orders=(order,)))))

    assert (row["price"], row["side"]) == ("market", "SELL ▼")


def test_what_a_silent_desk_said_of_an_order_is_stale() -> None:
    seen = snapshot(orders=(order_row(),))

    assert cells_of(orders_table(frame(seen, unheard_ms=5_000)))["status"].tone is Tone.STALE


def test_the_cursor_knows_its_order() -> None:
    subject = orders_table(frame(snapshot(orders=(order_row(),)))).rows[0].subject

    assert subject == Subject(SubjectKind.ORDER, "d1e1", BTC, trade_id(), "breakout")


def test_no_orders_are_told_in_words() -> None:
    assert orders_table(frame()).empty.startswith("No live orders")


def test_a_parent_order_says_how_far_its_slices_are() -> None:
    parent = order_row(order_type="TWAP", status="SLICE 3/10", size="1.0", filled="0.3")
    row = texts_of(orders_table(frame(snapshot(orders=(parent,)))))

    assert (row["type"], row["status"]) == ("TWAP", "SLICE 3/10")
    assert (row["size"], row["filled"]) == ("1.000", "0.300")
