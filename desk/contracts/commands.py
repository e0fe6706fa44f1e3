"""What an operator can ask of a desk, and what a desk answers."""

from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.ids import ManualId, TradeId
from desk.contracts.states import DeskState

REARM_WORD = "REARM"


@dataclass(frozen=True, slots=True)
class Halt:
    """Stop taking risk; stops stay. Reversible by `Rearm`."""

    reason: str = "halted by the operator"


@dataclass(frozen=True, slots=True)
class Rearm:
    """Loosen the latched state back to ACTIVE; `word` must be REARM."""

    word: str
    reason: str = "re-armed by the operator"


@dataclass(frozen=True, slots=True)
class EmergencyExit:
    """Leave every position, or those of one asset, and stay HALTED."""

    reason: str = "emergency exit by the operator"
    affected_asset: str | None = None


@dataclass(frozen=True, slots=True)
class CloseTrade:
    """Close one trade at the market."""

    trade_id: TradeId
    reason: str = "closed by the operator"


@dataclass(frozen=True, slots=True)
class MoveStop:
    """Put a trade's stop at `stop_price` (quote)."""

    trade_id: TradeId
    stop_price: Decimal
    reason: str = "stop moved by the operator"


@dataclass(frozen=True, slots=True)
class PauseWorker:
    """Stop calling a worker until it is resumed."""

    worker: str
    reason: str = "paused by the operator"


@dataclass(frozen=True, slots=True)
class ResumeWorker:
    """Call a paused or stopped worker again."""

    worker: str
    reason: str = "resumed by the operator"


@dataclass(frozen=True, slots=True)
class RunSchedule:
    """Fire a schedule now, for the period that is due; a claimed period is not done twice."""

    schedule_name: str
    reason: str = "run by the operator"


Command = Halt | Rearm | EmergencyExit | CloseTrade | MoveStop | PauseWorker | ResumeWorker | RunSchedule


@dataclass(frozen=True, slots=True)
class CommandRecord:
    """Keep a command in the journal: its name and arguments as text."""

    manual_id: ManualId
    command: str
    arguments: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """Answer a command: whether it was taken, the flow it started, and what is true now."""

    accepted: bool
    message: str
    state: DeskState
    manual_id: ManualId | None = None
    flow_id: str | None = None
