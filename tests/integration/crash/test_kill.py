"""A desk killed with SIGKILL goes on where it was; told to stop, it stops at once and leaves all as it is."""

import random
import re
import signal
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from desk.config.storage import StorageLayout
from desk.contracts.commands import Halt, PauseWorker
from desk.contracts.directives import SizeDirective
from desk.contracts.market import Instrument
from desk.contracts.records import JournalEntry, RunStarted, WorkerStateSaved
from desk.ledger.ledger import Ledger
from tests.builders.desk import DeskHouse
from tests.builders.evidence import evidence
from tests.builders.living_desk import LivingDesk
from tests.builders.market import instrument
from tests.builders.processes import BUSY, CALM, Line, answered, platform_text, started
from tests.builders.promises import broken_at_any_time, broken_at_rest

STOPS_WITHIN_S = 5
SYMBOLS = ("BTC/USDT:USDT", "ETH/USDT:USDT")


def known() -> dict[str, Instrument]:
    return {symbol: instrument(symbol) for symbol in SYMBOLS}


def state_of(folder: Path) -> StorageLayout:
    return StorageLayout(folder / "state")


def flows(told: Sequence[Line], type_: str) -> set[str]:
    return {one["flow_id"] for one in told if one["type"] == type_}


def traded(told: Sequence[Line]) -> bool:
    return bool(flows(told, "fill"))


def holds_and_has_trailed(told: Sequence[Line]) -> bool:
    fills = Counter(one["trade_id"] for one in told if one["type"] == "fill")
    trails = any(one["type"] == "directive" and one["worker"] == "trail" for one in told)
    return trails and 1 in fills.values()


def numbers_held_in_the_last_run(entries: Sequence[JournalEntry]) -> set[int]:
    ledger, numbers = Ledger(), set[int]()
    for one in entries:
        ledger.apply(one)
        if isinstance(one.record, RunStarted):
            numbers.clear()
        numbers.add(len(ledger.open_positions()))
    return numbers


SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 12))]


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_again_and_again_it_loses_and_doubles_nothing(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    for longest_s in (1, 2, 3, 0.3):
        with started(tmp_path) as desk:
            if longest_s < 1:
                desk.lives_until_told(traded)
            desk.lives_for(rng.uniform(0, longest_s))
        assert broken_at_any_time(state_of(tmp_path)) == []
        code, report = answered(tmp_path, "journal verify")
        assert code == 0, report
        assert (report["fault"], report["fills_broken"]) == (None, [])
    left_open = {one.directive.directive_id for one in evidence(state_of(tmp_path)).ledger.open_flows()}
    with started(tmp_path, volatility=CALM) as calm:
        calm.lives_until_told(lambda told: flows(told, "directive") | left_open <= flows(told, "termination"))
        calm.lives_for(1)
        calm.process.send_signal(signal.SIGTERM)
        assert calm.ends_within(STOPS_WITHIN_S) == 0
    assert calm.summary()["open_flows"] == 0
    of_a_trade = [one for one in calm.told() if one["type"] in {"fill", "execution"} and "trade_id" in one]
    assert [one for one in of_a_trade if "worker" not in one] == []
    assert broken_at_rest(state_of(tmp_path), known()) == []
    assert len(list(evidence(state_of(tmp_path)).records(RunStarted))) == 5


def test_positions_and_memory_go_on_after_a_kill(tmp_path: Path) -> None:
    with started(tmp_path) as desk:
        desk.lives_until_told(holds_and_has_trailed)
    before = evidence(state_of(tmp_path))
    with started(tmp_path, "--duration", "1s", volatility=CALM) as again:
        assert again.ends_within(STOPS_WITHIN_S + 1) == 0
    remembered = [one for one in before.entries if isinstance(one.record, WorkerStateSaved)]
    assert remembered, "the trailing stop manager had nothing to remember"
    after = evidence(state_of(tmp_path))
    assert after.entries[: len(before.entries)] == before.entries
    told = re.search(r"(\d+) positions", again.greeting)
    assert told is not None
    assert int(told[1]) in numbers_held_in_the_last_run(after.entries)


def test_sigterm_ends_it_within_five_seconds_and_leaves_positions_and_stops(tmp_path: Path) -> None:
    with started(tmp_path) as desk:
        desk.lives_until_told(traded)
        desk.process.send_signal(signal.SIGTERM)
        assert desk.ends_within(STOPS_WITHIN_S) == 0
    found = evidence(state_of(tmp_path))
    shown = {one["trade_id"]: one["stop_price"] for one in desk.summary()["open_positions"]}
    held = {str(one.trade_id): one.stop_price for one in found.ledger.open_positions()}
    assert shown == {trade: None if stop is None else str(stop) for trade, stop in held.items()}
    stops = {one.stop_price for one in found.orders.values() if one.is_open or one.filled_base}
    assert {stop for stop in held.values() if stop is not None} <= stops
    assert broken_at_any_time(state_of(tmp_path)) == []


async def halts_with_a_trade_and_a_paused_worker(desk: LivingDesk) -> None:
    desk.tick("50000")
    size = SizeDirective(notional_quote=Decimal(3000))
    desk.issue(desk.new_trade(strategy_id="busy", stop="0.05", size_directive=size))
    await desk.settle()
    assert len(desk.positions) == 1
    for order in (PauseWorker("trail", "a test wants it"), Halt("a test wants it")):
        assert (await desk.desk.commands.execute(order)).accepted


def test_latch_and_paused_worker_survive_kills(tmp_path: Path) -> None:
    platform = platform_text(tmp_path)
    house = DeskHouse(tmp_path / "house", platform=platform, blueprints=(BUSY,))
    house.live(halts_with_a_trade_and_a_paused_worker)
    there = ("--set", f"storage.path={house.state.folder}")
    for _ in range(2):
        with started(tmp_path, *there) as desk:
            assert "is HALTED" in desk.greeting
            desk.lives_for(1)
    with started(tmp_path, *there, "--duration", "3s") as desk:
        assert desk.ends_within(STOPS_WITHIN_S + 3) == 0
    summary = desk.summary()
    assert summary["state"] == "HALTED"
    assert summary["directives_by_worker"] == {}
    assert len(summary["open_positions"]) == 1
    found = evidence(house.state)
    assert {(one.worker, one.status) for one in found.ledger.worker_states()} == {("trail", "PAUSED")}
    assert broken_at_rest(house.state, known()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_right_after_the_start_is_a_clean_end(number: signal.Signals, tmp_path: Path) -> None:
    with started(tmp_path) as desk:
        desk.process.send_signal(number)
        assert desk.ends_within(STOPS_WITHIN_S) == 0
    assert broken_at_rest(state_of(tmp_path), known()) == []


def test_a_second_desk_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with started(tmp_path) as first:
        code, answer = answered(tmp_path, "daemon")
        assert code == 4
        assert "another desk" in answer["stderr"]
        assert str(first.process.pid) in answer["stderr"]
        code, report = answered(tmp_path, "journal verify")
        assert (code, report["fault"]) == (0, None), "a living desk answers for its journal"
        first.process.send_signal(signal.SIGTERM)
        assert first.ends_within(STOPS_WITHIN_S) == 0
