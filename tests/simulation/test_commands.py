"""Whatever an operator asks, whenever, over whatever line: no promise breaks and no command crashes."""

import random
from pathlib import Path

import pytest

from desk.bootstrap.settings import instruments
from tests.builders.desk import DeskHouse
from tests.builders.faulty import BAD_LINE, Faults
from tests.builders.living_desk import PERP, SPOT, LivingDesk
from tests.builders.promises import broken_at_rest
from tests.simulation.hand_of_chance import HandOfChance
from tests.simulation.test_bad_line import bad_day
from tests.simulation.workload import STEP_MS

TICKS = 400
QUIET_MS = 60_000
SEEDS = [*range(16), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(16, 600))]
KILLED_SEEDS = [*range(100, 104), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(104, 250))]


def _known(house: DeskHouse) -> list[str]:
    traded = {one.symbol: one for one in instruments(house.configuration.platform)}
    return broken_at_rest(house.state, traded)


async def _quiet(desk: LivingDesk, hand: HandOfChance) -> None:
    for _ in range(QUIET_MS // STEP_MS):
        for symbol in (PERP, SPOT):
            desk.tick(hand.price, symbol)
        await desk.pass_ms(STEP_MS)
    await desk.settle(price=hand.price)


def _crashed(hand: HandOfChance) -> list[str]:
    return [one.message for one in hand.answers if " failed with " in one.message]


@pytest.mark.parametrize("seed", SEEDS)
def test_commands_at_random_break_no_promise(seed: int, tmp_path: Path) -> None:
    """Somebody else trades beside the desk, and every third seed does so on a bad line."""
    day = bad_day(tmp_path, seed)
    hand = HandOfChance(seed)

    async def script(desk: LivingDesk) -> None:
        await hand.run(desk, TICKS // 4)
        if seed % 3 == 0:
            day.lines[-1].worsen(BAD_LINE)
        await hand.run(desk, TICKS)
        day.lines[-1].worsen(Faults())
        await _quiet(desk, hand)

    life = day.house.live(script)
    assert _known(day.house) == []
    assert (life.complaints, _crashed(hand)) == ([], [])
    assert any(one.accepted for one in hand.answers)
    assert len({one.message for one in hand.answers}) > len(hand.answers) // 4, "answers say little"


@pytest.mark.parametrize("seed", KILLED_SEEDS)
def test_killed_between_commands_a_desk_comes_back_whole(seed: int, tmp_path: Path) -> None:
    day = bad_day(tmp_path, seed)
    rng = random.Random(f"kills {seed}")
    hands = [HandOfChance(f"{seed} {life}") for life in range(4)]

    async def last(desk: LivingDesk) -> None:
        await hands[-1].run(desk, TICKS // 4)
        await _quiet(desk, hands[-1])

    for hand in hands[:-1]:

        async def trades(desk: LivingDesk, hand: HandOfChance = hand) -> None:
            await hand.run(desk, TICKS)

        day.house.live(trades, abandon_after=rng.randrange(60, 2_500))
    life = day.house.live(last)
    assert _known(day.house) == []
    assert (life.complaints, [text for hand in hands for text in _crashed(hand)]) == ([], [])
