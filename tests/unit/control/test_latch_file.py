"""The latch of `desk flatten`: seen within a second, cheap to look for, and never misread as none."""

import stat
from pathlib import Path

import pytest

from desk.contracts.records import DeskStateChanged
from desk.contracts.states import DeskState
from desk.control.latch_file import LatchFile, leaving, write_latch
from tests.builders.desk import DeskHouse
from tests.builders.living_desk import LivingDesk


class Watch:
    """A latch file and a clock beside it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "flattened.json"
        self.now_ms = 0
        self.latch = LatchFile(self.path, lambda: self.now_ms)


def test_a_latch_is_seen_within_a_second_and_not_looked_for_before(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    assert watch.latch.reason() is None
    write_latch(watch.path, "flattened by a test", {"time_ms": 1})
    watch.now_ms = 999
    assert watch.latch.reason() is None
    watch.now_ms = 1000
    assert watch.latch.reason() == "flattened by a test"
    watch.path.unlink()
    assert watch.latch.reason() == "flattened by a test"
    watch.now_ms = 2000
    assert watch.latch.reason() is None


def test_a_latch_that_is_written_anew_is_read_anew(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    write_latch(watch.path, "flattened: not yet finished", {})
    assert watch.latch.reason() == "flattened: not yet finished"
    write_latch(watch.path, "flattened: FLAT", {})
    watch.now_ms = 1000
    assert watch.latch.reason() == "flattened: FLAT"
    assert [one.name for one in tmp_path.iterdir()] == ["flattened.json"]


def test_an_account_is_being_left_as_long_as_somebody_leaves_it(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    assert not watch.latch.is_leaving()
    with leaving(watch.path):
        write_latch(watch.path, "flattened: not yet finished", {})
        assert watch.latch.is_leaving()
        assert watch.latch.reason() == "flattened: not yet finished"
        with leaving(watch.path):
            assert watch.latch.is_leaving()
        assert watch.latch.is_leaving(), "the first still leaves"
    assert not watch.latch.is_leaving()


def test_a_folder_that_takes_no_lock_stands_in_nobodys_way_out(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "gone")
    with leaving(watch.path):
        assert not watch.latch.is_leaving()


def test_a_cleared_latch_is_gone_at_once(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    write_latch(watch.path, "flattened", {})
    assert watch.latch.reason() == "flattened"
    watch.latch.clear()
    assert watch.latch.reason() is None
    watch.latch.clear()


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"[]", b'{"reason": 7}', b'{"why": "x"}'])
def test_a_latch_that_cannot_be_understood_latches(tmp_path: Path, content: bytes) -> None:
    watch = Watch(tmp_path)
    watch.path.write_bytes(content)
    assert str(watch.latch.reason()).startswith("flattened from outside")


def test_a_latch_that_cannot_be_read_latches(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    watch.path.mkdir()
    assert "cannot be read" in str(watch.latch.reason())


def test_a_latch_is_its_owners_alone(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    write_latch(watch.path, "flattened", {})
    assert stat.S_IMODE(watch.path.stat().st_mode) == 0o600


def test_a_living_desk_takes_no_risk_once_it_is_latched(tmp_path: Path) -> None:
    house = DeskHouse(tmp_path)

    async def trades(desk: LivingDesk) -> None:
        desk.tick("50000")
        desk.issue(desk.new_trade())
        await desk.settle(price="50000")
        write_latch(house.state.latch, "flattened by a test", {})
        await desk.pass_ms(1000)
        desk.tick("50000")
        flow = desk.issue(desk.new_trade())
        await desk.settle(price="50000")
        end = desk.end_of(flow)
        assert end is not None
        assert "the desk is HALTED" in end.reason
        state = desk.desk.core.parts.execution.state
        assert (state.current, state.reason) == (DeskState.HALTED, "flattened by a test")
        assert len(desk.positions) == 1
        desk.issue(desk.close(*desk.positions))
        await desk.settle(price="50000")
        assert not desk.positions

    house.live(trades)


def test_the_reason_of_a_living_desk_follows_the_latch(tmp_path: Path) -> None:
    house = DeskHouse(tmp_path)

    async def sees_it_begin(desk: LivingDesk) -> None:
        write_latch(house.state.latch, "flattened: not yet finished", {})
        await desk.pass_ms(1000)
        desk.desk.core.parts.view.state()
        assert _standing(desk) == (DeskState.HALTED, "flattened: not yet finished")

    async def sees_it_end(desk: LivingDesk) -> None:
        assert _standing(desk) == (DeskState.HALTED, "flattened: FLAT+DUST")
        write_latch(house.state.latch, "flattened: FLAT", {})
        await desk.pass_ms(1000)
        for _ in range(3):
            desk.desk.core.parts.view.state()
        assert _standing(desk) == (DeskState.HALTED, "flattened: FLAT")
        assert desk.ledger.latch().reason == "flattened: FLAT"
        changes = [one for one in desk.entries if isinstance(one.record, DeskStateChanged)]
        assert len(changes) == 2

    house.live(sees_it_begin)
    write_latch(house.state.latch, "flattened: FLAT+DUST", {})
    house.live(sees_it_end)


def test_the_reason_of_who_halted_the_desk_before_stays(tmp_path: Path) -> None:
    house = DeskHouse(tmp_path)

    async def is_halted(desk: LivingDesk) -> None:
        desk.desk.core.parts.execution.state.tighten(DeskState.HALTED, "lunch", "operator")
        write_latch(house.state.latch, "flattened: FLAT", {})
        await desk.pass_ms(1000)
        desk.desk.core.parts.view.state()
        assert _standing(desk) == (DeskState.HALTED, "lunch")

    house.live(is_halted)


def _standing(desk: LivingDesk) -> tuple[DeskState, str]:
    state = desk.desk.core.parts.execution.state
    return state.current, state.reason


def test_a_latch_that_cannot_be_removed_latches_again(tmp_path: Path) -> None:
    house = DeskHouse(tmp_path)

    async def rearms(desk: LivingDesk) -> None:
        house.state.latch.mkdir()
        state = desk.desk.core.parts.execution.state
        await desk.pass_ms(1000)
        assert desk.desk.core.parts.view.state() is DeskState.HALTED
        state.rearm("a test wants it")
        assert desk.desk.core.parts.view.state() is DeskState.HALTED
        assert any("platform.latch failed" in one for one in desk.complaints)

    house.live(rearms)
