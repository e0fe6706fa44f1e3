"""The word FLAT is true at the moment it is said, however bad the line is."""

from pathlib import Path
from typing import Any

import pytest

from desk.contracts import events
from desk.contracts.commands import EmergencyExit
from desk.contracts.execution import FlowCompletion
from desk.contracts.ids import DirectiveId
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Clock, Spawner
from tests.builders.desk import DeskHouse
from tests.builders.faulty import BAD_LINE, Faults, FaultyConnector
from tests.builders.living_desk import PERP, SPOT, LivingDesk
from tests.simulation.workload import STEP_MS, Workload

SEEDS = [*range(20), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(20, 300))]


def left_at_the_venue(desk: LivingDesk) -> list[str]:
    """Name what the venue holds right now; asked behind the back of everybody."""
    paper: Any = desk.paper
    state = paper._exchange.state  # noqa: SLF001 - the truth, in the instant it is asked for
    held = [f"{symbol} {net.size_base}" for symbol, net in state.account.positions.items() if net.size_base]
    coins = state.account.total("BTC")
    return [*held, *state.orders, *([f"{coins} BTC"] if coins else [])]


@pytest.mark.parametrize("seed", SEEDS)
def test_flat_is_never_said_before_it_is_true(seed: int, tmp_path: Path) -> None:
    said: list[tuple[str, list[str]]] = []
    lines: list[FaultyConnector] = []

    def wrap(inner: IAPIConnector, clock: Clock, spawner: Spawner) -> IAPIConnector:
        lines.append(FaultyConnector(inner, clock, spawner, f"exit {seed}", Faults()))
        return lines[-1]

    async def trades(desk: LivingDesk) -> None:
        def on_end(completion: FlowCompletion) -> None:
            if completion.final_state in {"FLAT", "NOT FLAT", "FLAT+DUST"}:
                said.append((completion.final_state, left_at_the_venue(desk)))

        for name in (events.FLOW_STOP_SUCCESS, events.FLOW_STOP_ERROR):
            desk.desk.core.parts.bus.subscribe(name, on_end, subscriber="test")
        workload = Workload(seed, exits=False)
        await workload.run(desk, 100)
        lines[-1].worsen(BAD_LINE)
        await workload.run(desk, 100)
        answer = await desk.desk.commands.execute(EmergencyExit())
        assert answer.flow_id is not None
        for _ in range(9_000):
            if desk.end_of(DirectiveId(answer.flow_id)) is not None:
                break
            for symbol in (PERP, SPOT):
                desk.tick(workload.price, symbol)
            await desk.pass_ms(STEP_MS)
        assert said, "the exit never ended"

    DeskHouse(tmp_path, seed=seed, shuffle=seed, wrap=wrap, reconcile_every_ms=10_000).live(trades)
    for word, left in said:
        assert word == "NOT FLAT" or not left
    assert said[-1][0] == "FLAT"
