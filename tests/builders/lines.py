"""A paper exchange at the end of a line that the test makes good or bad, and a desk that is looked after."""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desk.bootstrap.supervision import Supervision, supervision
from desk.contracts.connection import Connection, StreamCondition
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.problems import ReadFailed
from desk.contracts.records import AlarmEnded, AlarmRaised
from desk.contracts.states import AlarmSeverity, DeskState
from desk.runtime.supervisor import LOOK_EVERY_MS
from tests.builders.desk import DeskHouse
from tests.builders.faulty import Faults, FaultyConnector
from tests.builders.living_desk import LivingDesk

ORDERS, TRADES = "orders", "trades BTC/USDT"

GOOD = Connection(
    latency_ms=40,
    clock_skew_ms=12,
    streams=(
        StreamCondition(ORDERS, is_up=True, is_stale=False),
        StreamCondition(TRADES, is_up=True, is_stale=False),
    ),
)


def with_stream(name: str, *, is_up: bool = True, is_stale: bool = False) -> Connection:
    """Return the good connection with one stream as it is told."""
    streams = [StreamCondition(name, is_up, is_stale, silent_ms=1_000)]
    streams += [one for one in GOOD.streams if one.name != name]
    return Connection(latency_ms=40, clock_skew_ms=12, streams=tuple(streams))


class LineConnector(FaultyConnector):
    """Show `line` as the connection; `opened` and `closed` are the times of that, in virtual milliseconds."""

    def __init__(self, inner: IAPIConnector, clock: Clock, spawner: Spawner) -> None:
        super().__init__(inner, clock, spawner, 1, Faults())
        self.line = GOOD
        self.opened: list[int] = []
        self.closed: list[int] = []
        self.refuses_to_open = False
        self._is_open = False

    @property
    def connection(self) -> Connection:
        return self.line if self._is_open else Connection()

    async def open(self) -> None:
        self.opened.append(self._clock.monotonic_ms())
        if self.refuses_to_open:
            raise ReadFailed("the venue does not answer")
        await super().open()
        self._is_open = True

    async def close(self) -> None:
        self.closed.append(self._clock.monotonic_ms())
        self._is_open = False
        await super().close()


@dataclass
class Looked:
    """A living desk with its supervisor, whose looks the test lets happen."""

    living: LivingDesk
    line: LineConnector
    looking: Supervision
    log: list[str] = field(default_factory=list)

    async def looks(self, seconds: int) -> None:
        """Let so many seconds pass, with a look in each."""
        for _ in range(seconds):
            await self.living.clock.sleep_ms(LOOK_EVERY_MS)
            self.looking.supervisor.look()

    @property
    def state(self) -> tuple[DeskState, str]:
        """The desk's state and why it holds."""
        state = self.living.desk.core.parts.execution.state
        return state.current, state.reason

    @property
    def alarms(self) -> list[str]:
        """The critical alarms, oldest first."""
        raised = [one.record for one in self.living.entries if isinstance(one.record, AlarmRaised)]
        return [one.text for one in raised if one.severity is AlarmSeverity.CRITICAL]

    @property
    def ended(self) -> list[str]:
        """The alarms that ended by themselves."""
        return [one.record.text for one in self.living.entries if isinstance(one.record, AlarmEnded)]


def looked_after(
    folder: Path, script: Callable[[Looked], Awaitable[None]], settings: Sequence[str] = ()
) -> None:
    """Let a desk live on such a line."""
    lines: list[LineConnector] = []

    def wrap(inner: IAPIConnector, clock: Clock, spawner: Spawner) -> LineConnector:
        lines.append(LineConnector(inner, clock, spawner))
        return lines[-1]

    house = DeskHouse(folder, wrap=wrap, settings=settings)

    async def lives(living: LivingDesk) -> None:
        log: list[str] = []
        looking = supervision(
            living.desk,
            house.configuration.platform,
            house.state.folder,
            random.Random(1),
            lambda event, text: log.append(f"{event}: {text}"),
        )
        await script(Looked(living, lines[-1], looking, log))

    house.live(lives)
