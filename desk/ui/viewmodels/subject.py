"""What the cursor is on: actions read from it what they can do."""

from dataclasses import dataclass
from enum import StrEnum


class SubjectKind(StrEnum):
    """Name what can be selected."""

    POSITION = "position"
    ORDER = "order"
    DIRECTIVE = "directive"
    TERMINATION = "termination"
    SYMBOL = "symbol"
    CLOSED_TRADE = "closed_trade"
    SCHEDULE = "schedule"
    WORKER = "worker"
    ALARM = "alarm"
    PRICE_ALERT = "price_alert"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Subject:
    """Name one thing: `id` is what its why is asked by, or its name where it has no id."""

    kind: SubjectKind
    id: str
    symbol: str | None = None
    trade_id: str | None = None
    strategy_id: str | None = None
