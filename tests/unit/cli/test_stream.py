"""The lines of a desk without a screen name who decided, also what was decided before a restart."""

from pathlib import Path

import pytest

from desk.cli.stream import EventStream
from tests.builders.desk import DeskHouse
from tests.builders.execution import opened
from tests.builders.living_desk import AT_A_LIMIT, LivingDesk


def told(stream: EventStream, desk: LivingDesk, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """Return kind and name of each line about what happened in this life."""
    capsys.readouterr()
    for entry in desk.entries:
        stream.on_entry(entry)
    return [line.split()[1:3] for line in capsys.readouterr().out.splitlines()]


def test_a_stop_that_fills_after_a_restart_is_told_under_the_name_of_its_worker(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def opens(desk: LivingDesk) -> None:
        await opened(desk)

    async def is_stopped_out(desk: LivingDesk) -> None:
        stream = EventStream(as_json=False)
        stream.take_up(desk.ledger)
        await desk.play(["48900"])
        await desk.settle(price="48900")
        assert not desk.positions
        lines = told(stream, desk, capsys)
        assert ["fill", "test"] in lines
        assert not [line for line in lines if line[1].startswith("TRD_")]

    house = DeskHouse(tmp_path)
    house.live(opens)
    house.live(is_stopped_out)


def test_a_flow_that_ends_after_a_restart_is_told_under_the_name_of_who_began_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def rests(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.issue(desk.new_trade(confidence=AT_A_LIMIT))
        await desk.pass_ms(300)

    async def fills(desk: LivingDesk) -> None:
        stream = EventStream(as_json=False)
        stream.take_up(desk.ledger)
        await desk.play(["49000"])
        await desk.settle(price="49000")
        lines = told(stream, desk, capsys)
        assert [line for line in lines if line[0] in {"fill", "execution", "termination"}]
        assert {line[1] for line in lines if line[0] != "alarm"} == {"test"}

    house = DeskHouse(tmp_path)
    house.live(rests, down_ms=0)
    house.live(fills)
