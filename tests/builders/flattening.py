"""`desk flatten` on the files of a house whose desk is not living."""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from connectors.paper.connector import PaperConnector
from connectors.registry import ConnectorParts, create
from desk.bootstrap.flatten import FlattenRun, flatten
from desk.bootstrap.settings import execution_settings, instruments
from desk.bootstrap.venue import paper_settings
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Clock
from desk.execution.emergency_exit import ExitResult
from desk.execution.flatten import Flattener, FlattenPorts
from desk.execution.holdings import AccountReader, Holdings
from desk.execution.reading import VenueReader
from desk.execution.settings import ExecutionSettings
from desk.runtime.clock import VirtualClock
from desk.runtime.ids import SeededIds
from desk.runtime.tasks import TaskSupervisor
from desk.runtime.virtual_loop import VirtualLoop, run_virtual
from tests.builders.desk import DeskHouse
from tests.builders.living_desk import LivingDesk

Result = TypeVar("Result")


@dataclass(frozen=True)
class Flattened:
    """What came of it, what was named before, and what was told meanwhile."""

    result: ExitResult
    named: list[str]
    told: list[str]


def flattened(house: DeskHouse, *, all_balances: bool = False) -> Flattened:
    """Flatten the house's account as the command does, at the house's time."""
    named: list[str] = []
    told: list[str] = []

    def is_meant(what: Sequence[str]) -> bool:
        named.extend(what)
        return True

    async def run(loop: VirtualLoop) -> ExitResult | None:
        clock = VirtualClock(loop, house.now_ms)
        platform_file = house.configuration.platform_file
        asked = FlattenRun(platform_file, house.state, all_balances, is_meant, told.append, clock)
        result = await flatten(asked)
        house.now_ms = clock.now_ms() + 1_000
        return result

    result = run_virtual(run)
    assert result is not None
    return Flattened(result, named, told)


class Away:
    """The account of a house, opened without its desk."""

    def __init__(self, house: DeskHouse, clock: VirtualClock, seed: int) -> None:
        self.clock = clock
        self.told: list[str] = []
        self.supervisor = TaskSupervisor(lambda name, error: self.told.append(f"{name}: {error}"))
        platform = house.configuration.platform
        self._settings = replace(execution_settings(platform), timeout_ms=2_000)
        parts = ConnectorParts(
            instruments(platform), clock, self.supervisor, random.Random(seed), house.state.account
        )
        paper = create(paper_settings(platform), parts)
        assert isinstance(paper, PaperConnector)
        self.paper = paper

    async def leaves(self, connector: IAPIConnector) -> ExitResult:
        """Flatten through `connector`, which reaches the paper exchange somehow."""
        return await leaves(connector, self.paper, self.clock, self._settings, self.told.append)


async def leaves_beside(house: DeskHouse, desk: LivingDesk, connector: IAPIConnector) -> ExitResult:
    """Flatten the account of a desk that lives, as `desk flatten` does where the venue lets both in."""
    settings = replace(execution_settings(house.configuration.platform), timeout_ms=2_000)
    return await leaves(connector, desk.paper, desk.clock, settings, lambda _: None)


async def leaves(
    connector: IAPIConnector,
    paper: PaperConnector,
    clock: Clock,
    settings: ExecutionSettings,
    tell: Callable[[str], None],
) -> ExitResult:
    """Flatten what the paper exchange holds through `connector`."""

    def price_of(symbol: str) -> Decimal | None:
        tick = paper.last_tick(symbol)
        return None if tick is None else tick.price

    account = AccountReader(
        reader=VenueReader(connector, settings, clock),
        instruments={one.symbol: one for one in await paper.fetch_instruments()},
        kinds=connector.capabilities.market_kinds,
        desk_id=settings.desk_id,
        account_currency="USDT",
        all_balances=False,
        price_of=price_of,
    )
    flattener = Flattener(
        FlattenPorts(connector, account, clock, SeededIds(clock, "flatten"), settings, tell)
    )
    directive = flattener.directive(Holdings((), (), ()), "a test wants it")
    return await flattener.run(directive)


def away(house: DeskHouse, script: Callable[[Away], Awaitable[Result]], seed: int = 1) -> Result:
    """Open the account without its desk, run `script`, and close it."""

    async def run(loop: VirtualLoop) -> Result:
        one = Away(house, VirtualClock(loop, house.now_ms), seed)
        await one.paper.open()
        try:
            return await script(one)
        finally:
            await one.supervisor.stop(1000)
            await one.paper.close()
            house.now_ms = one.clock.now_ms() + 1_000

    return run_virtual(run)
