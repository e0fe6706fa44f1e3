"""On a good line nothing is held without its stop for longer than the venue takes to tell and to answer."""

from pathlib import Path

import pytest

from desk.contracts.records import FillBooked
from tests.builders.desk import DeskHouse
from tests.builders.living_desk import LivingDesk
from tests.simulation.scenarios import SCENARIOS

LATENCY_MS = 25
THREE_WAYS_MS = 3 * LATENCY_MS
"""The fill's way to the desk, and the stop's way there and back."""


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_fill_leaves_a_trade_naked_for_three_ways_at_most(name: str, tmp_path: Path) -> None:
    naked_ms: list[int] = []

    async def measured(desk: LivingDesk) -> None:
        await SCENARIOS[name](desk)
        naked_ms.append(desk.desk.core.parts.execution.naked.total_ms())

    house = DeskHouse(tmp_path, settings=[f"connector.paper.latency_ms={LATENCY_MS}"])
    life = house.live(measured)
    fills = sum(isinstance(one.record, FillBooked) for one in life.entries)
    assert 0 < naked_ms[0] <= fills * THREE_WAYS_MS
