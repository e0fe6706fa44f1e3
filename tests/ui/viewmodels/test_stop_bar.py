from decimal import Decimal

from desk.contracts.sides import PositionSide
from desk.ui.viewmodels.stop_bar import BAR_CELLS, stop_bar
from desk.ui.viewmodels.tones import Tone
from tests.builders.frames import position


def bar(mark: str | None, *, ascii_only: bool = True, **kind: str | None) -> tuple[str, Tone]:
    held = position(stop=kind.get("stop", "90"), target=kind.get("target", "110"), entry="100")
    return stop_bar(held, None if mark is None else Decimal(mark), ascii_only=ascii_only)


def test_the_mark_goes_from_the_stop_to_the_target() -> None:
    assert bar("90") == ("*----|----", Tone.WARN)
    assert bar("100") == ("=====*----", Tone.PLAIN)
    assert bar("110") == ("=====|===*", Tone.PLAIN)


def test_lines_are_drawn_where_the_terminal_can() -> None:
    assert bar("105", ascii_only=False) == ("━━━━━┼━◆──", Tone.PLAIN)


def test_near_the_stop_it_warns() -> None:
    assert bar("93")[1] is Tone.WARN


def test_through_the_stop_it_alarms() -> None:
    assert bar("89.99") == ("THROUGH   ", Tone.ALARM)


def test_beyond_the_target_the_mark_is_the_end() -> None:
    assert bar("140") == ("==|======*", Tone.PLAIN)


def test_without_a_target_the_end_is_as_far_as_the_risk() -> None:
    assert bar("100", target=None)[0] == "=====*----"


def test_a_stop_that_trails_beyond_the_entry_hides_the_entry() -> None:
    held = position(entry="100", stop="104", target="120")

    assert "|" not in stop_bar(held, Decimal(110), ascii_only=True)[0]


def test_a_short_is_drawn_from_its_stop_too() -> None:
    held = position(side=PositionSide.SHORT, entry="100", stop="110", target="90")

    assert stop_bar(held, Decimal(95), ascii_only=True)[0] == "=====|=*--"


def test_without_stop_or_mark_there_is_no_bar() -> None:
    assert bar(None)[0] == ""
    assert bar("100", stop=None)[0] == ""


def test_a_stop_at_the_target_still_draws_ten_cells() -> None:
    assert len(bar("90", stop="90", target="90")[0]) == BAR_CELLS
