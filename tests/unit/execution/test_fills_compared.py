"""A comparison asks for the fills that may have been missed: all of them, and few besides."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.orders import VenueFill
from desk.contracts.sides import OrderSide
from tests.builders.execution import alarms
from tests.builders.living_desk import PERP, LivingDesk
from tests.builders.lying import LyingVenue, lying

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
OVERLAP_MS = 10 * MINUTE_MS
BETWEEN_MS = 5 * MINUTE_MS


async def compared(desk: LivingDesk) -> bool:
    return await desk.desk.core.parts.execution.reconciliation.run()


async def traded(desk: LivingDesk) -> None:
    """Let another hand buy a little."""
    desk.tick("50000")
    desk.paper.hand.place(PERP, OrderSide.BUY, Decimal("0.01"))
    await desk.pass_ms(200)


async def unbooked(desk: LivingDesk) -> list[str]:
    made = await desk.paper.fetch_fills(0)
    return [one.venue_trade_id for one in made if not desk.ledger.has_fill(one.symbol, one.venue_trade_id)]


def test_what_was_compared_is_not_read_for_an_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = lying(tmp_path)
    looked_back_ms: list[int] = []
    fetch_fills = LyingVenue.fetch_fills

    async def script(desk: LivingDesk) -> None:
        async def noted(venue: LyingVenue, since_ms: int) -> Sequence[VenueFill]:
            looked_back_ms.append(desk.clock.now_ms() - since_ms)
            return await fetch_fills(venue, since_ms)

        monkeypatch.setattr(LyingVenue, "fetch_fills", noted)
        for _ in range(3 * HOUR_MS // BETWEEN_MS):
            await traded(desk)
            assert await compared(desk)
            await desk.pass_ms(BETWEEN_MS)
        assert await unbooked(desk) == []

    at.run(script)
    first, *later = looked_back_ms
    assert first >= HOUR_MS
    assert max(later) < OVERLAP_MS + 2 * BETWEEN_MS


def test_what_happened_in_hours_without_an_answer_is_read_though_newer_fills_were_told(
    tmp_path: Path,
) -> None:
    at = lying(tmp_path)

    async def script(desk: LivingDesk) -> None:
        await traded(desk)
        assert await compared(desk)
        at.venue.is_deaf = at.venue.reads_fail = True
        for _ in range(3):
            await traded(desk)
            assert not await compared(desk)
            await desk.pass_ms(HOUR_MS)
        at.venue.forgive()
        await traded(desk)
        assert len(await unbooked(desk)) == 3
        assert await compared(desk)
        assert await unbooked(desk) == []
        assert not any("differ" in one for one in alarms(desk))

    at.run(script)
