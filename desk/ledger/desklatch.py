"""The state the desk is latched in, and the runs it had."""

from dataclasses import dataclass

from desk.contracts.ids import RunId
from desk.contracts.records import DeskStateChanged, RunStarted
from desk.contracts.states import DeskState
from desk.ledger.rows import RowCodec


@dataclass(frozen=True, slots=True)
class Latch:
    """Hold the desk's state, why, since when and by whom; `name` is the key of its one row."""

    name: str = "desk"
    state: DeskState = DeskState.ACTIVE
    reason: str = ""
    by: str = ""
    since_ms: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """Hold what one life of the desk ran with."""

    run_id: RunId
    desk_id: str
    config_hash: str
    connector: str
    mode: str
    seed: int | None
    started_at_ms: int


LATCH_ROWS = RowCodec(Latch)
RUN_ROWS = RowCodec(Run)


def latched(record: DeskStateChanged, time_ms: int) -> Latch:
    """Return the latch after a change of state."""
    return Latch(state=record.current, reason=record.reason, by=record.by, since_ms=time_ms)


def started(record: RunStarted, time_ms: int) -> Run:
    """Return the run that began."""
    return Run(
        run_id=record.run_id,
        desk_id=record.desk_id,
        config_hash=record.config_hash,
        connector=record.connector,
        mode=record.mode,
        seed=record.seed,
        started_at_ms=time_ms,
    )
