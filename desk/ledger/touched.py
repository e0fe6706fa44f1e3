"""Which projected rows a fact changed, so that the journal writes those and no others."""

from dataclasses import dataclass
from enum import StrEnum


class Table(StrEnum):
    """The projections of the journal."""

    ORDER = "order_fact"
    TRADE = "trade"
    FILL = "fill"
    NET = "net_position"
    ACCOUNT = "account"
    RESULT = "result"
    FLOW = "open_flow"
    FLOW_END = "flow_end"
    PERIOD = "period"
    MEMORY = "worker_memory"
    WORKER = "worker_status"
    DESK = "desk_state"
    RUN = "run"
    BLOCK = "entry_block"


RowKey = tuple[Table, tuple[str, ...]]
"""A table and the key columns of one of its rows."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Name the rows that changed, each once, in the order they changed first."""

    rows: tuple[RowKey, ...] = ()

    @classmethod
    def of(cls, *rows: RowKey) -> "Touched":
        """Name `rows`, leaving repetitions out."""
        return cls(tuple(dict.fromkeys(rows)))


NOTHING = Touched()
