"""`desk status` says of each position what rests at the venue, and of alarms what is not over."""

from dataclasses import replace
from decimal import Decimal

import pytest

from desk.cli.status import told
from desk.contracts.directives import Protection
from desk.contracts.positions import EXTERNAL_STRATEGY, Position
from desk.contracts.snapshot import AlarmRow, BlockRow, PositionRow
from desk.contracts.states import TradingMode
from desk.control.protocol import PROTOCOL, Greeting
from tests.builders.frames import NOW_MS, alarm_row, position, position_row, snapshot

NONE = Protection.NONE
PARTLY = replace(position(protection=NONE), stop_size_base=Decimal("0.2"))


def lines(*rows: PositionRow, alarms: tuple[AlarmRow, ...] = ()) -> str:
    greeting = Greeting(PROTOCOL, "test-desk", 4711, TradingMode.PAPER)
    return "\n".join(told(greeting, snapshot(positions=rows, alarms=alarms)))


def test_numbers_are_written_as_on_the_screen_in_the_precision_of_their_instrument() -> None:
    entry = Decimal("50367.90608108108108108108108")
    row = position_row(replace(position(), entry_price=entry))
    line = next(one for one in lines(row).splitlines() if "TRD_" in one)
    assert "  50,367.91  " in line


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (position(), "stop rests"),
        (position(protection=NONE), "stop rests"),
        (PARTLY, "stop rests for 0.200 alone"),
        (position(protection=NONE, stop=None), "no stop, none wanted"),
        (position(protection=NONE, stop=None, strategy_id=EXTERNAL_STRATEGY), "no stop, EXTERNAL"),
        (position(stop=None), "no stop, dust"),
    ],
)
def test_what_the_venue_holds_of_a_position_is_said(held: Position, said: str) -> None:
    row = replace(position_row(held), is_protected=True)
    line = next(one for one in lines(row).splitlines() if "TRD_" in one)
    assert f"  {said}  " in line
    assert ("stop rests" in line) == (held.stop_price is not None)


def test_a_position_that_lacks_its_stop_says_for_how_long() -> None:
    row = position_row(position(stop=None), naked_ms=12_000)
    assert "NO STOP for 12s" in lines(row)


def test_a_block_says_what_it_is_on_and_for_whom() -> None:
    block = BlockRow("breaker", "trend", None, "two losses", NOW_MS)
    own = replace(block, own_strategy_only=True)
    greeting = Greeting(PROTOCOL, "test-desk", 4711, TradingMode.PAPER)
    said = list(told(greeting, replace(snapshot(), blocks=(block, own))))
    assert "no new risk on anything: breaker: two losses" in said
    assert "no new risk on anything for trend: breaker: two losses" in said


def test_an_alarm_that_is_over_or_was_seen_is_listed_no_more() -> None:
    over = replace(alarm_row(1, text="it was so"), ended_ms=NOW_MS)
    seen = alarm_row(2, text="it was seen", is_acknowledged=True)
    said = lines(alarms=(over, seen, alarm_row(3, text="it is so")))
    assert "CRITICAL  it is so" in said
    assert "it was" not in said
