"""Parent orders: one decision that goes to the venue in slices, and is cancelled as one."""

from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.ids import DirectiveId, ExecutionDirectiveId, TradeId
from desk.contracts.market import ZERO
from desk.contracts.sides import OrderSide


@dataclass(frozen=True, slots=True)
class ParentOpened:
    """A parent order began: `size_base` in `slices` equal parts, sent evenly until `ends_at_ms`.

    No slice is sent beyond `limit_price` (quote). `parent_id` has the form of a client order id and is never
    sent.
    """

    parent_id: str
    execution_directive_id: ExecutionDirectiveId
    trade_id: TradeId
    directive_id: DirectiveId
    strategy_id: str
    symbol: str
    side: OrderSide
    size_base: Decimal
    limit_price: Decimal
    slices: int
    begins_at_ms: int
    ends_at_ms: int


@dataclass(frozen=True, slots=True)
class ParentStopped:
    """Nothing more of a parent order is sent, because of `reason`; `by` names who or which check said so."""

    parent_id: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class ParentState:
    """Hold a parent order and how far it came: sizes in base, `value_filled_quote` price times size.

    `last_child_id` is the newest order sent for it, intended at `last_sent_at_ms`; `slices_sent` counts the
    orders of it that left.
    """

    plan: ParentOpened
    filled_base: Decimal = ZERO
    value_filled_quote: Decimal = ZERO
    last_child_id: str | None = None
    last_sent_at_ms: int | None = None
    slices_sent: int = 0
    stopped: ParentStopped | None = None

    @property
    def parent_id(self) -> str:
        """The parent order's id."""
        return self.plan.parent_id

    @property
    def is_open(self) -> bool:
        """Whether more of it may be sent."""
        return self.stopped is None

    @property
    def left_base(self) -> Decimal:
        """What has not filled."""
        return max(self.plan.size_base - self.filled_base, ZERO)

    @property
    def average_price(self) -> Decimal | None:
        """The average fill price in quote, None before the first fill."""
        return self.value_filled_quote / self.filled_base if self.filled_base > 0 else None
