"""What is unprotected counts from when the venue filled it, whenever that is told and by whatever clock."""

from pathlib import Path

import pytest

from tests.builders.living_desk import AT_A_LIMIT, LivingDesk
from tests.builders.lying import LyingVenue, lying

A_DAY_MS = 86_400_000
TOLD_LATE_MS = 600

LIVED_MS = 60_000
"""How long the desk lives before: what a venue dates before the books were opened is no news."""


async def naked_after_a_silent_fill(desk: LivingDesk, venue: LyingVenue) -> int:
    """Enter at a venue that does not tell of the fill before it is asked; return what was counted."""
    naked = desk.desk.core.parts.execution.naked
    await desk.pass_ms(LIVED_MS)
    before_ms = naked.total_ms()
    venue.says_names_alone = venue.is_deaf = True
    desk.tick("50000")
    desk.issue(desk.new_trade())
    await desk.pass_ms(2_000)
    (trade,) = desk.positions
    assert trade.is_protected
    assert naked.naked_ms(trade.trade_id) == 0
    return naked.total_ms() - before_ms


def test_a_fill_that_was_told_late_counts_from_when_it_happened(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        assert TOLD_LATE_MS < await naked_after_a_silent_fill(desk, at.venue) < 1_200

    at.run(script)


@pytest.mark.parametrize("ahead_ms", [-3_000, 3_000, A_DAY_MS])
def test_a_venue_whose_clock_is_known_to_differ_is_counted_by_ours(ahead_ms: int, tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        at.venue.clock_ahead_ms = ahead_ms
        assert TOLD_LATE_MS < await naked_after_a_silent_fill(desk, at.venue) < 1_200

    at.run(script)


def test_a_fill_from_the_future_counts_from_now(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        at.venue.clock_ahead_ms, at.venue.tells_its_clock = A_DAY_MS, False
        assert 0 < await naked_after_a_silent_fill(desk, at.venue) < TOLD_LATE_MS

    at.run(script)


def test_a_fill_from_before_its_order_counts_from_the_order(tmp_path: Path) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        at.venue.clock_ahead_ms, at.venue.tells_its_clock = -LIVED_MS // 2, False
        assert TOLD_LATE_MS < await naked_after_a_silent_fill(desk, at.venue) < 1_300

    at.run(script)


def test_time_is_not_counted_twice_where_an_earlier_fill_is_told_after_a_later_one(tmp_path: Path) -> None:
    """The stop for the later fills rests already when the first is told."""
    at = lying(tmp_path, "connector.paper.max_fill_base=0.04")

    async def script(desk: LivingDesk) -> None:
        naked = desk.desk.core.parts.execution.naked
        at.venue.hides = lambda fill: fill.venue_trade_id == "1"
        desk.tick("50000")
        desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.pass_ms(100)
        filled_first_ms = desk.clock.monotonic_ms()
        await desk.play(["49800"] * 4, every_ms=200)
        partly = desk.positions[0].size_base
        assert naked.total_ms() > 0
        at.venue.hides = lambda _: False
        while desk.positions[0].size_base == partly or not desk.positions[0].is_protected:
            await desk.pass_ms(5)
        assert naked.total_ms() <= desk.clock.monotonic_ms() - filled_first_ms

    at.run(script)
