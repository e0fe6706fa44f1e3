"""Orders, fills, positions and balances as the platform boundary speaks of them."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from desk.contracts.ids import ExecutionDirectiveId
from desk.contracts.market import InstrumentKind
from desk.contracts.plans import TimeInForce
from desk.contracts.sides import OrderSide, PositionSide


class OrderType(StrEnum):
    """How an order meets the market; STOP and TAKE_PROFIT become market orders when touched."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP = "STOP"
    STOP_LIMIT = "STOP_LIMIT"
    TAKE_PROFIT = "TAKE_PROFIT"


class Leg(StrEnum):
    """What an order is for within its execution directive."""

    ENTRY = "entry"
    STOP = "stop"
    TARGET = "target"
    REDUCE = "reduce"
    CLOSE = "close"

    @property
    def is_protective(self) -> bool:
        """Whether the order rests to protect: it outlives the flow that placed it."""
        return self in {Leg.STOP, Leg.TARGET}

    @property
    def adds_risk(self) -> bool:
        """Whether the order opens or adds; every other leg only lowers what is held."""
        return self is Leg.ENTRY


class OrderStatus(StrEnum):
    """Where an order is in its life; it only moves forward."""

    INTENDED = "INTENDED"
    SENT = "SENT"
    UNKNOWN = "UNKNOWN"
    OPEN = "OPEN"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"
    NOT_SENT = "NOT_SENT"
    QUARANTINED = "QUARANTINED"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing but a late fill can still change the order."""
        return self in _TERMINAL

    @property
    def is_working(self) -> bool:
        """Whether the venue holds the order and could fill it."""
        return self in {OrderStatus.OPEN, OrderStatus.PARTIALLY_FILLED}


_TERMINAL = frozenset(
    {
        OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.EXPIRED, OrderStatus.REJECTED,
        OrderStatus.NOT_SENT, OrderStatus.QUARANTINED,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """Ask the venue for one order: size in base, prices in quote.

    `client_order_id` is deterministic and durable before the request leaves. Orders that share an
    `oco_group` cancel each other: a venue that can, does so itself.
    """

    client_order_id: str
    execution_directive_id: ExecutionDirectiveId
    leg: Leg
    attempt: int
    symbol: str
    side: OrderSide
    order_type: OrderType
    size_base: Decimal
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False
    oco_group: str | None = None


@dataclass(frozen=True, slots=True)
class AmendRequest:
    """Ask the venue to change a resting order in place; None leaves a value as it is."""

    client_order_id: str
    execution_directive_id: ExecutionDirectiveId
    symbol: str
    size_base: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class VenueOrder:
    """Report an order as the venue sees it.

    One that was placed without a client id, by hand or by another program, is named `#` and its venue's id,
    and can be looked up and cancelled by that.
    """

    client_order_id: str
    venue_order_id: str
    symbol: str
    side: OrderSide
    order_type: OrderType
    status: OrderStatus
    size_base: Decimal
    filled_base: Decimal
    updated_at_ms: int
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    reduce_only: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class VenueFill:
    """Report one execution; (symbol, venue_trade_id) is unique. `fee` was charged in `fee_currency`.

    `is_forced` tells that the venue itself took a position over: a liquidation or a deleveraging.
    """

    venue_trade_id: str
    venue_order_id: str
    client_order_id: str | None
    symbol: str
    side: OrderSide
    size_base: Decimal
    price: Decimal
    fee: Decimal
    fee_currency: str
    time_ms: int
    is_maker: bool
    is_forced: bool = False


@dataclass(frozen=True, slots=True)
class VenuePosition:
    """Report the net position the venue holds on a perpetual; `size_base` is above zero."""

    symbol: str
    side: PositionSide
    size_base: Decimal
    entry_price: Decimal
    leverage: Decimal = Decimal(1)
    liquidation_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class VenueBalance:
    """Report what the account holds of one currency, and how much of it no order locks."""

    currency: str
    total: Decimal
    free: Decimal


VenueEvent = VenueOrder | VenueFill


class OutcomeKind(StrEnum):
    """How a request to the venue ended; what is not proven is UNKNOWN."""

    NOT_SENT = "NOT_SENT"
    NOT_ACCEPTED = "NOT_ACCEPTED"
    ACCEPTED = "ACCEPTED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class OrderOutcome:
    """Answer a create, amend or cancel; `order` is the venue's view where it was told."""

    kind: OutcomeKind
    order: VenueOrder | None = None
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Declare what a connector can do, so that no caller asks which connector it has.

    `absence_proof_ms` is how long after a send three negative look-ups by client id prove that an order
    never was; None means never. `observes_market` asks the desk to hand it every tick.
    """

    market_kinds: frozenset[InstrumentKind]
    order_types: frozenset[OrderType]
    amends_in_place: bool
    cancels_other: bool
    reduces_only: bool
    nets_positions: bool
    looks_up_client_ids: bool
    absence_proof_ms: int | None
    observes_market: bool
