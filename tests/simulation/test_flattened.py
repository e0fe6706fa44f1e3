"""A desk whose account was flattened while it was dead finds it so, opens nothing again, and stays halted."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from desk.bootstrap.doors import local_client
from desk.contracts.commands import EmergencyExit, Rearm
from desk.contracts.records import BalanceAdjusted, JournalEntry, OrderSent, Reconciled
from desk.contracts.states import DeskState
from desk.journal.verify import verify
from tests.builders.desk import DeskHouse
from tests.builders.flattening import flattened
from tests.builders.living_desk import PERP, SPOT, LivingDesk
from tests.simulation.workload import Workload


async def opens_two_and_three(desk: LivingDesk) -> None:
    """Hold two trades of a perpetual, one of coins, each with its stop, and an entry that waits."""
    desk.tick("50000")
    desk.tick("50000", SPOT)
    for symbol in (PERP, PERP, SPOT):
        desk.issue(desk.new_trade(symbol=symbol))
        await desk.settle()
    assert len(desk.positions) == 3
    assert all(one.is_protected for one in desk.positions)


def sent(entries: Sequence[JournalEntry]) -> list[OrderSent]:
    return [one.record for one in entries if isinstance(one.record, OrderSent)]


@pytest.mark.parametrize("end", ["stopped", "killed"])
def test_a_flattened_desk_opens_nothing_again(tmp_path: Path, end: str) -> None:
    house = DeskHouse(tmp_path)
    if end == "killed":
        steps = house.live(opens_two_and_three).steps
        house = DeskHouse(tmp_path / "killed")
        house.live(opens_and_waits, abandon_after=steps)
    else:
        house.live(opens_two_and_three)
    seen = flattened(house)
    assert seen.result.word == "FLAT"
    assert len([one for one in seen.named if one.startswith("close ")]) == 2
    assert len([one for one in seen.named if one.startswith("cancel ")]) == 6
    assert f"{PERP} stands at 50000, the account's last price, " in "\n".join(seen.told)

    async def comes_back(desk: LivingDesk) -> None:
        assert desk.positions == ()
        assert desk.ledger.live_orders() == ()
        state = desk.desk.core.parts.execution.state
        assert state.current is DeskState.HALTED
        assert state.reason.startswith("flattened by desk flatten (process ")
        assert state.reason.endswith(": FLAT")
        await desk.play(["50100", "50300", "49000", "51000"])
        desk.tick("50000", SPOT)
        for symbol in (PERP, SPOT):
            desk.issue(desk.new_trade(symbol=symbol))
        await desk.settle()
        await desk.pass_ms(130_000)
        assert desk.positions == ()
        assert [one.size_base for one in await desk.paper.fetch_positions()] == []

    life = house.live(comes_back)
    assert sent(life.entries) == []
    assert life.complaints == []
    adjusted = [one.record for one in life.entries if isinstance(one.record, BalanceAdjusted)]
    assert adjusted == []
    looks = [one.record for one in life.entries if isinstance(one.record, Reconciled)]
    assert [one.differences for one in looks] == [() for _ in looks]
    assert verify(house.state.journal).is_whole


async def opens_and_waits(desk: LivingDesk) -> None:
    await opens_two_and_three(desk)
    await desk.pass_ms(1_000_000)


def test_the_latch_is_loosened_by_a_rearm_alone(tmp_path: Path) -> None:
    house = DeskHouse(tmp_path)
    house.live(opens_two_and_three)
    flattened(house)

    async def stays(desk: LivingDesk) -> None:
        assert desk.desk.core.parts.execution.state.current is DeskState.HALTED

    async def rearms(desk: LivingDesk) -> None:
        await stays(desk)
        assert (await local_client(desk.desk).execute(Rearm("REARM"))).accepted
        assert not house.state.latch.exists()
        desk.tick("50000")
        desk.issue(desk.new_trade())
        await desk.settle(price="50000")
        assert len(desk.positions) == 1

    async def goes_on(desk: LivingDesk) -> None:
        assert desk.desk.core.parts.execution.state.current is DeskState.ACTIVE

    house.live(stays)
    house.live(stays)
    assert house.state.latch.exists()
    house.live(rearms)
    house.live(goes_on)


def test_only_what_the_desk_bought_is_sold_unless_all_is_asked_for(tmp_path: Path) -> None:
    house = DeskHouse(tmp_path)

    async def opens(desk: LivingDesk) -> None:
        desk.paper.hand.deposit("BTC", Decimal(3))
        await opens_two_and_three(desk)

    house.live(opens)
    seen = flattened(house)
    assert seen.result.word == "FLAT"
    assert totals(house)["BTC"] == 3
    again = flattened(house, all_balances=True)
    assert again.named == [f"close LONG 3 {SPOT}"]
    assert totals(house).get("BTC", 0) == 0


def totals(house: DeskHouse) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}

    async def look(desk: LivingDesk) -> None:
        found.update({one.currency: one.total for one in await desk.paper.fetch_balances()})

    house.live(look)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_whatever_a_dead_desk_left_ends_flat(seed: int, tmp_path: Path) -> None:
    workload = Workload(seed, exits=False)

    async def trades(desk: LivingDesk) -> None:
        await workload.run(desk, 200)

    house = DeskHouse(tmp_path, settings=("connector.paper.partial_fill_fraction=0.5",))
    house.live(trades, abandon_after=2_000 + 1_700 * seed)
    assert flattened(house).result.word in {"FLAT", "FLAT+DUST"}

    async def comes_back(desk: LivingDesk) -> None:
        await desk.settle(price="50000")
        assert await desk.paper.fetch_positions() == []
        assert await desk.paper.fetch_open_orders() == []
        assert desk.desk.core.parts.execution.state.current is DeskState.HALTED
        for one in desk.positions:
            assert one.symbol == SPOT

    life = house.live(comes_back)
    assert life.complaints == []
    assert verify(house.state.journal).is_whole


def test_an_exit_that_died_midway_is_finished_by_flatten_and_known_as_such(tmp_path: Path) -> None:
    house = DeskHouse(tmp_path)

    async def leaves(desk: LivingDesk) -> None:
        await opens_two_and_three(desk)
        await local_client(desk.desk).execute(EmergencyExit())
        await desk.pass_ms(1_000_000)

    steps = DeskHouse(tmp_path / "count").live(opens_two_and_three).steps
    house.live(leaves, abandon_after=steps + 20)
    assert flattened(house).result.word == "FLAT"

    async def comes_back(desk: LivingDesk) -> None:
        await desk.settle(price="50000")
        state = desk.desk.core.parts.execution.state
        assert (state.current, desk.positions) == (DeskState.HALTED, ())

    house.live(comes_back)
