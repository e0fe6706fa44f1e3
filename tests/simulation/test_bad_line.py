"""On a bad line to the venue a desk guesses nothing: what it sent, holds and protects is true in the end."""

import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from desk.bootstrap.settings import instruments
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Clock, Spawner
from tests.builders.desk import DeskHouse, Life
from tests.builders.faulty import BAD_LINE, Faults, FaultyConnector
from tests.builders.living_desk import PERP, SPOT, LivingDesk
from tests.builders.promises import broken_at_rest
from tests.simulation.workload import STEP_MS, Workload

TICKS = 400
QUIET_MS = 60_000
SEEDS = [*range(80), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(80, 2_000))]


KILLED_SEEDS = [
    *range(5_000, 5_012),
    *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(5_012, 5_300)),
]


@dataclass
class BadDay:
    """A day on a bad line that heals in the end."""

    house: DeskHouse
    seed: int
    lines: list[FaultyConnector] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)

    def live(self, kills: int = 0) -> Life:
        """Live the day through; die `kills` times on the way."""
        rng = random.Random(f"kills {self.seed}")
        workload = Workload(self.seed, hands=self.seed % 4 == 0)

        async def trades(desk: LivingDesk) -> None:
            self.lines[-1].worsen(BAD_LINE)
            await workload.run(desk, TICKS)

        async def trades_until_all_is_well(desk: LivingDesk) -> None:
            await trades(desk)
            self.lines[-1].worsen(Faults())
            for _ in range(QUIET_MS // STEP_MS):
                for symbol in (PERP, SPOT):
                    desk.tick(workload.price, symbol)
                await desk.pass_ms(STEP_MS)
            await desk.settle(price=workload.price)
            execution = desk.desk.core.parts.execution
            naked = [one.trade_id for one in desk.positions if execution.naked.naked_ms(one.trade_id)]
            self.left = {"flows": execution.flows.size(), "naked": len(naked)}

        for _ in range(kills):
            self.house.live(trades, abandon_after=rng.randrange(60, 2_500))
        return self.house.live(trades_until_all_is_well)

    def wrap(self, inner: IAPIConnector, clock: Clock, spawner: Spawner) -> IAPIConnector:
        self.lines.append(FaultyConnector(inner, clock, spawner, f"line {self.seed}", Faults()))
        return self.lines[-1]


def bad_day(folder: Path, seed: int) -> BadDay:
    """Vary the market's manners with the seed.

    Every second one fills in small parts, in every fourth another hand uses the account, latencies differ.
    """
    settings = [f"connector.paper.latency_ms={(20, 0, 150)[seed % 3]}"]
    if seed % 2:
        settings.append("connector.paper.max_fill_base=0.02")
    house = DeskHouse(folder, seed=seed, shuffle=seed, reconcile_every_ms=10_000, settings=settings)
    day = BadDay(house, seed)
    day.house.wrap = day.wrap
    return day


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bad_line_doubles_loses_and_bares_nothing(seed: int, tmp_path: Path) -> None:
    day = bad_day(tmp_path, seed)
    life = day.live()
    known = {one.symbol: one for one in instruments(day.house.configuration.platform)}
    assert broken_at_rest(day.house.state, known) == []
    assert life.complaints == []
    assert day.left == {"flows": 0, "naked": 0}


@pytest.mark.parametrize("seed", KILLED_SEEDS)
def test_killed_on_a_bad_line_a_desk_comes_back_whole(seed: int, tmp_path: Path) -> None:
    day = bad_day(tmp_path, seed)
    life = day.live(kills=3)
    known = {one.symbol: one for one in instruments(day.house.configuration.platform)}
    assert broken_at_rest(day.house.state, known) == []
    assert life.complaints == []
    assert day.left == {"flows": 0, "naked": 0}


def test_every_fault_strikes_in_the_seeds_of_each_run(tmp_path: Path) -> None:
    struck: set[str] = set()
    for seed in range(10):
        day = bad_day(tmp_path / str(seed), seed)
        day.live()
        struck |= set(day.lines[0].struck)
    assert struck == set(Faults.__dataclass_fields__)


@pytest.mark.parametrize("seed", range(3))
def test_the_same_seed_gives_the_same_journal(seed: int, tmp_path: Path) -> None:
    first, again = (bad_day(tmp_path / name, seed).live() for name in ("first", "again"))
    assert first.journal_hash == again.journal_hash
    assert first.entries == again.entries


def test_another_order_of_what_is_ready_is_another_journal(tmp_path: Path) -> None:
    days = [bad_day(tmp_path / str(shuffle), 1) for shuffle in range(3)]
    for shuffle, day in enumerate(days):
        day.house.shuffle = shuffle
    assert len({day.live().journal_hash for day in days}) > 1
