"""A journal that cannot be written stops new risk and nothing else; no fill is lost, also over a death."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest.mock import patch

import pytest
from pydantic import ValidationError

from desk.bootstrap.settings import instruments
from desk.contracts.records import AlarmRaised, DeskStateChanged
from desk.contracts.states import DeskState
from desk.journal.writing import Transaction, write
from tests.builders.desk import DeskHouse, Life
from tests.builders.living_desk import PERP, SPOT, LivingDesk
from tests.builders.promises import broken_at_rest
from tests.simulation.scenarios import SCENARIOS, STILL
from tests.simulation.test_deaths import market_at
from tests.simulation.workload import STEP_MS, Workload

SEEDS = [*range(12), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(12, 200))]


class Disk:
    """A disk that is full now and then."""

    def __init__(self) -> None:
        self.is_full = False

    def write(self, connection: sqlite3.Connection, transaction: Transaction) -> None:
        if self.is_full:
            message = "database or disk is full"
            raise sqlite3.OperationalError(message)
        write(connection, transaction)


@contextmanager
def on(disk: Disk) -> Iterator[None]:
    with patch("desk.journal.inline.write", disk.write):
        yield


def broken_by(house: DeskHouse, life: Life) -> list[str]:
    known = {one.symbol: one for one in instruments(house.configuration.platform)}
    return [*broken_at_rest(house.state, known), *life.complaints]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_disk_that_is_full_now_and_then_costs_no_fill(seed: int, tmp_path: Path) -> None:
    disk, rng = Disk(), random.Random(f"disk {seed}")
    house = DeskHouse(tmp_path, seed=seed, shuffle=seed, reconcile_every_ms=10_000, spools=True)
    workload = Workload(seed)

    async def trades(desk: LivingDesk) -> None:
        for _ in range(6):
            await workload.run(desk, 40)
            disk.is_full = True
            await workload.run(desk, rng.randrange(1, 40))
            disk.is_full = False
        for _ in range(30_000 // STEP_MS):
            for symbol in (PERP, SPOT):
                desk.tick(workload.price, symbol)
            await desk.pass_ms(STEP_MS)
        await desk.settle(price=workload.price)

    with on(disk):
        life = house.live(trades)
        assert broken_by(house, life) == []
    changes = [one.record for one in life.entries if isinstance(one.record, DeskStateChanged)]
    tightened = [one for one in changes if one.current in {DeskState.REDUCING, DeskState.HALTED}]
    assert any(one.current is DeskState.REDUCING or "cannot be written" in one.reason for one in tightened)
    assert any(
        "cannot be written" in one.record.text for one in life.entries if isinstance(one.record, AlarmRaised)
    )


@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_with_a_full_disk_it_takes_up_what_the_spool_kept(name: str, tmp_path: Path) -> None:
    rng = random.Random(name)
    alive = DeskHouse(tmp_path / "alive").live(SCENARIOS[name])
    broken: list[str] = []
    for number in range(6):
        full_from = rng.randrange(20, alive.steps - 10)
        house, disk = DeskHouse(tmp_path / str(number), spools=True), Disk()

        async def fills_up(desk: LivingDesk, full_from: int = full_from, disk: Disk = disk) -> None:
            async def watch() -> None:
                while desk.loop.steps < full_from:
                    await desk.pass_ms(1)
                disk.is_full = True

            desk.supervisor.spawn("reconcile the disk", watch())
            with suppress(AssertionError, ValidationError, IndexError):  # nothing was opened to go on with
                await SCENARIOS[name](desk)

        with on(disk):
            house.live(fills_up, abandon_after=rng.randrange(full_from + 5, alive.steps + 200))
            disk.is_full = False
            life = house.live(market_at(STILL))
            broken += [f"full from {full_from}: {one}" for one in broken_by(house, life)]
    assert broken == []
