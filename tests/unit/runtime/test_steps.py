"""Work in steps: the same result, with turns for others in between."""

import asyncio
from pathlib import Path

from desk.runtime.steps import Steps, all_at_once, rows_in_steps, with_turns_between
from desk.runtime.tasks import TaskSupervisor
from tests.builders.desk import DeskHouse
from tests.builders.execution import opened
from tests.builders.living_desk import LivingDesk


def evens(of: int) -> Steps[tuple[int, ...]]:
    return rows_in_steps(range(of), lambda number: None if number % 2 else number)


def test_every_item_has_its_row_but_for_those_that_have_none() -> None:
    assert all_at_once(evens(101)) == tuple(range(0, 101, 2))
    assert all_at_once(evens(0)) == ()


async def test_others_have_their_turn_between_two_steps() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    spawner = TaskSupervisor(lambda *_: None)
    spawner.spawn("other", count())
    rows = await with_turns_between(evens(100))
    await spawner.stop(1_000)
    assert rows == tuple(range(0, 100, 2))
    assert turns > 100 // 16


def test_a_picture_in_steps_is_the_picture_at_one_moment_where_nothing_moves(tmp_path: Path) -> None:
    async def look(desk: LivingDesk) -> None:
        await opened(desk)
        stepped = await desk.desk.camera.take_in_steps()
        whole = desk.desk.camera.take()
        assert stepped.positions
        assert [one.position for one in stepped.positions] == [one.position for one in whole.positions]
        assert [one.client_order_id for one in stepped.orders] == [
            one.client_order_id for one in whole.orders
        ]

    DeskHouse(tmp_path, is_watched=True).live(look)


def test_a_trade_that_closes_between_two_steps_is_left_out(tmp_path: Path) -> None:
    async def look(desk: LivingDesk) -> None:
        position = await opened(desk)
        steps = desk.desk.camera.steps()
        next(steps)
        desk.issue(desk.close(position))
        await desk.settle(price="50000")
        seen = all_at_once(steps)
        assert seen.positions == ()
        assert [one for one in seen.orders if one.is_protective] == []

    DeskHouse(tmp_path, is_watched=True).live(look)
