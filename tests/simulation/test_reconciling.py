"""A desk that compares its books with the venue all the time, while it trades, finds no difference."""

from pathlib import Path

import pytest

from desk.contracts.records import BalanceAdjusted, DeskStateChanged, Reconciled
from tests.builders.desk import DeskHouse
from tests.builders.living_desk import LivingDesk
from tests.simulation.workload import Workload


@pytest.mark.parametrize("seed", range(6))
def test_what_is_on_its_way_is_no_difference(seed: int, tmp_path: Path) -> None:
    workload = Workload(seed, exits=False)

    async def trades(desk: LivingDesk) -> None:
        await workload.run(desk, 300)

    life = DeskHouse(tmp_path, reconcile_every_ms=200).live(trades)
    looks = [one.record for one in life.entries if isinstance(one.record, Reconciled)]
    assert len(looks) > 50
    assert [one.differences for one in looks if one.differences] == []
    adjusted = [one.record for one in life.entries if isinstance(one.record, BalanceAdjusted)]
    assert {one.reason for one in adjusted} == {"opening balance"}
    changes = [one.record for one in life.entries if isinstance(one.record, DeskStateChanged)]
    assert [one for one in changes if one.by == "platform.reconciliation"] == []
