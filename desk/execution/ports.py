"""What the execution layer is connected to."""

from dataclasses import dataclass

from desk.bus import EventBus
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.latch import OutsideLatch
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock, IdSource, Spawner
from desk.contracts.ports.view import DeskView
from desk.execution.alarms import Alarms
from desk.execution.desk_state import DeskStateLatch
from desk.execution.flow_journal import BirthEntries
from desk.execution.flow_registry import FlowRegistry
from desk.execution.settings import ExecutionSettings


@dataclass(frozen=True, slots=True)
class ExecutionPorts:
    """Hold what the execution layer is connected to."""

    settings: ExecutionSettings
    bus: EventBus
    connector: IAPIConnector
    recorder: Recorder
    ledger: LedgerView
    view: DeskView
    clock: Clock
    ids: IdSource
    spawner: Spawner
    flows: FlowRegistry
    births: BirthEntries
    alarms: Alarms
    state: DeskStateLatch
    latch: OutsideLatch | None
