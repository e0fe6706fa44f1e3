"""What an operator can ask of a desk, and what a desk answers."""

from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.ids import ManualId, TradeId
from desk.contracts.market import ONE
from desk.contracts.sides import PositionSide
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
class OpenTrade:
    """Open a trade by hand: exactly one of `notional_quote` and `risk_quote` says how large.

    Prices in quote. Without `limit_price` it enters at the market. `stop_price` may be left out where
    `wants_stop` is False and the symbol is spot.
    """

    symbol: str
    side: PositionSide
    notional_quote: Decimal | None = None
    risk_quote: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    take_profit_price: Decimal | None = None
    wants_stop: bool = True
    reason: str = "opened by the operator"


@dataclass(frozen=True, slots=True)
class CloseTrade:
    """Close one trade at the market, or the `fraction` of it that is above 0 up to 1."""

    trade_id: TradeId
    fraction: Decimal = ONE
    reason: str = "closed by the operator"


@dataclass(frozen=True, slots=True)
class CloseTrades:
    """Close every trade of one symbol, or of one strategy: exactly one of the two is given."""

    symbol: str | None = None
    strategy_id: str | None = None
    reason: str = "closed by the operator"


@dataclass(frozen=True, slots=True)
class MoveStop:
    """Put a trade's stop at `stop_price` (quote)."""

    trade_id: TradeId
    stop_price: Decimal
    reason: str = "stop moved by the operator"


@dataclass(frozen=True, slots=True)
class SetTarget:
    """Put a trade's target at `take_profit_price` (quote); None takes the target away."""

    trade_id: TradeId
    take_profit_price: Decimal | None
    reason: str = "target set by the operator"


@dataclass(frozen=True, slots=True)
class AdoptTrade:
    """Take an EXTERNAL position into the desk's care and give it a stop at `stop_price` (quote)."""

    trade_id: TradeId
    stop_price: Decimal
    reason: str = "adopted by the operator"


@dataclass(frozen=True, slots=True)
class AmendOrder:
    """Change the price or the size of a resting order; None leaves a value as it is."""

    client_order_id: str
    price: Decimal | None = None
    size_base: Decimal | None = None
    reason: str = "amended by the operator"


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Cancel one order; the last stop of a trade is not cancelled, since that would leave it naked."""

    client_order_id: str
    reason: str = "cancelled by the operator"


@dataclass(frozen=True, slots=True)
class CancelEntries:
    """Cancel every entry that rests or is under way, of one symbol or of all; stops and targets stay."""

    symbol: str | None = None
    reason: str = "entries cancelled by the operator"


@dataclass(frozen=True, slots=True)
class SetPriceAlert:
    """Raise an alarm once when the mark of `symbol` crosses `price` (quote)."""

    symbol: str
    price: Decimal
    reason: str = "price alert set by the operator"


@dataclass(frozen=True, slots=True)
class RemovePriceAlert:
    """Forget a price alert."""

    alert_id: str
    reason: str = "price alert removed by the operator"


@dataclass(frozen=True, slots=True)
class AcknowledgeAlarm:
    """Say that an alarm was seen; None acknowledges every alarm there is."""

    alarm_id: str | None = None
    reason: str = "seen by the operator"


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


Command = (
    Halt | Rearm | EmergencyExit | OpenTrade | CloseTrade | CloseTrades | MoveStop | SetTarget | AdoptTrade
    | AmendOrder | CancelOrder | CancelEntries | SetPriceAlert | RemovePriceAlert | AcknowledgeAlarm
    | PauseWorker | ResumeWorker | RunSchedule
)  # fmt: skip


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
