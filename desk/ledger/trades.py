"""Every trade that can still matter, each with the fills that made it."""

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from desk.contracts.directives import Protection
from desk.contracts.ids import DirectiveId, FillId, TradeId
from desk.contracts.market import ZERO, InstrumentKind
from desk.contracts.netting import MONEY
from desk.contracts.orders import Leg, VenueFill
from desk.contracts.orderstate import OrderState
from desk.contracts.positions import Position
from desk.contracts.records import ExitTargeted, FillBooked, TradeAdopted, TradeIntended
from desk.contracts.sides import OrderSide
from desk.ledger.rows import Row, RowCodec
from desk.ledger.tradefold import UNFILLED, TradeFold, happened


@dataclass(slots=True)
class Trade:
    """Hold one trade: its position, its fills as they happened, and how many orders each leg ever had."""

    position: Position
    fills: list[FillBooked] = field(default_factory=list)
    fold: TradeFold = UNFILLED
    attempts: dict[str, int] = field(default_factory=dict)
    first_stop_ordinal: int | None = None

    def book(self, booked: FillBooked) -> None:
        """Take one fill in, where it belongs in time."""
        side = self.position.side
        if not self.fills or happened(booked) > happened(self.fills[-1]):
            self.fills.append(booked)
            self.fold = self.fold.with_fill(booked, side)
        else:
            insort(self.fills, booked, key=happened)
            self.fold = UNFILLED
            for each in self.fills:
                self.fold = self.fold.with_fill(each, side)
        self.position = self.fold.shown_on(self.position)

    def protect(self, live: Sequence[OrderState]) -> None:
        """Show the stops and targets that rest at the venue."""
        stops = [one for one in live if one.request.leg is Leg.STOP and one.status.is_working]
        targets = [one for one in live if one.request.leg is Leg.TARGET and one.status.is_working]
        covered = ZERO
        for stop in stops:
            covered = MONEY.add(covered, stop.remaining_base)
        self.position = replace(
            self.position,
            stop_price=_nearest(stops, self.position.side.entry_side),
            stop_size_base=covered,
            take_profit_price=_nearest(targets, self.position.side.exit_side),
        )

    def risked(self, ordinal: int, stop_price: Decimal | None) -> None:
        """Take the first stop that the venue ever confirmed as the measure of risk."""
        if self.first_stop_ordinal is None or ordinal < self.first_stop_ordinal:
            self.first_stop_ordinal = ordinal
            self.position = replace(self.position, initial_stop_price=stop_price)


@dataclass(frozen=True, slots=True)
class FillRow:
    """Hold one booked fill flat, as its table keeps it."""

    symbol: str
    venue_trade_id: str
    fill_id: FillId
    venue_order_id: str
    venue_client_order_id: str | None
    side: OrderSide
    size_base: Decimal
    price: Decimal
    fee: Decimal
    fee_currency: str
    time_ms: int
    is_maker: bool
    kind: InstrumentKind
    quote_currency: str
    base_currency: str
    trade_id: TradeId | None
    client_order_id: str | None
    directive_id: DirectiveId | None


POSITION_ROWS = RowCodec(Position)
FILL_ROWS = RowCodec(FillRow)
TRADE_COLUMNS = (*POSITION_ROWS.columns, "attempts", "first_stop_ordinal", "is_active")


class TradeBook:
    """Hold trades by id, and which of them hold something."""

    def __init__(self) -> None:
        self._trades: dict[str, Trade] = {}
        self._open: dict[str, None] = {}
        self._open_positions: tuple[Position, ...] | None = ()
        self._open_on: dict[str, tuple[Position, ...]] = {}

    def get(self, trade_id: str) -> Trade | None:
        """Return one trade, None where it is not in memory."""
        return self._trades.get(trade_id)

    def intend(self, record: TradeIntended, time_ms: int) -> None:
        """Begin a trade: identity and plan, no size."""
        position = Position(
            trade_id=record.trade_id,
            strategy_id=record.strategy_id,
            worker=record.worker,
            directive_id=record.directive_id,
            symbol=record.symbol,
            kind=record.kind,
            side=record.side,
            protection=record.protection,
            intended_at_ms=time_ms,
            planned_stop_price=record.planned_stop_price,
            planned_take_profit_price=record.planned_take_profit_price,
            exit_directed_by=record.execution_directive_id,
            hold_for_ms=record.hold_for_ms,
        )
        self.put(Trade(position))

    def retarget(self, trade: Trade, record: ExitTargeted) -> None:
        """Plan a trade's exits elsewhere; None leaves them, but for a reset, which it clears."""
        at = trade.position
        stop, target = record.planned_stop_price, record.planned_take_profit_price
        if record.is_reset:
            at = replace(at, planned_stop_price=None, planned_take_profit_price=None)
        trade.position = replace(
            at,
            planned_stop_price=at.planned_stop_price if stop is None else stop,
            planned_take_profit_price=at.planned_take_profit_price if target is None else target,
            exit_directed_by=record.execution_directive_id or at.exit_directed_by,
        )
        self.put(trade)

    def adopt(self, trade: Trade, record: TradeAdopted) -> None:
        """Take an EXTERNAL trade into a strategy's care; from here on it must have its stop."""
        trade.position = replace(
            trade.position,
            strategy_id=record.strategy_id,
            worker=record.worker,
            directive_id=record.directive_id,
            protection=Protection.REQUIRED,
        )
        self.put(trade)

    def put(self, trade: Trade) -> None:
        """Keep a trade after it changed."""
        trade_id = trade.position.trade_id
        self._trades[trade_id] = trade
        if trade.position.is_open:
            self._open[trade_id] = None
        elif trade_id in self._open:
            del self._open[trade_id]
        else:
            return
        self._open_positions = None
        self._open_on.pop(trade.position.symbol, None)

    def open_positions(self) -> tuple[Position, ...]:
        """Return the trades that hold something, oldest first."""
        if self._open_positions is None:
            held = (self._trades[trade_id].position for trade_id in self._open)
            self._open_positions = tuple(sorted(held, key=lambda one: (one.intended_at_ms, one.trade_id)))
        return self._open_positions

    def open_positions_on(self, symbol: str) -> tuple[Position, ...]:
        """Return the trades that hold something of one symbol, oldest first; asked at every tick."""
        held = self._open_on.get(symbol)
        if held is None:
            held = tuple(position for position in self.open_positions() if position.symbol == symbol)
            self._open_on[symbol] = held
        return held

    def positions(self) -> tuple[Position, ...]:
        """Return every trade in memory, in the order of intent."""
        return tuple(trade.position for trade in self._trades.values())

    def forget(self, trade_id: str) -> None:
        """Drop a trade that holds nothing from memory."""
        self._trades.pop(trade_id, None)


def trade_row(trade: Trade, *, is_active: bool) -> Row:
    """Return the row of one trade."""
    attempts = ",".join(f"{leg}={count}" for leg, count in sorted(trade.attempts.items()))
    return (*POSITION_ROWS.encode(trade.position), attempts, trade.first_stop_ordinal, int(is_active))


def trade_of_row(row: Row, fills: Iterable[FillBooked]) -> Trade:
    """Return the trade of a row and its fills, in any order."""
    *position, attempts, first_stop_ordinal, _ = row
    counted = (part.split("=") for part in str(attempts).split(",") if part)
    trade = Trade(
        POSITION_ROWS.decode(position),
        attempts={leg: int(count) for leg, count in counted},
        first_stop_ordinal=None if first_stop_ordinal is None else int(first_stop_ordinal),
    )
    for booked in sorted(fills, key=happened):
        trade.book(booked)
    return trade


def fill_row(booked: FillBooked) -> Row:
    """Return the row of one fill."""
    fill = booked.fill
    return FILL_ROWS.encode(
        FillRow(
            symbol=fill.symbol,
            venue_trade_id=fill.venue_trade_id,
            fill_id=booked.fill_id,
            venue_order_id=fill.venue_order_id,
            venue_client_order_id=fill.client_order_id,
            side=fill.side,
            size_base=fill.size_base,
            price=fill.price,
            fee=fill.fee,
            fee_currency=fill.fee_currency,
            time_ms=fill.time_ms,
            is_maker=fill.is_maker,
            kind=booked.kind,
            quote_currency=booked.quote_currency,
            base_currency=booked.base_currency,
            trade_id=booked.trade_id,
            client_order_id=booked.client_order_id,
            directive_id=booked.directive_id,
        )
    )


def fill_of_row(row: Row) -> FillBooked:
    """Return the fill of a row."""
    flat = FILL_ROWS.decode(row)
    fill = VenueFill(
        venue_trade_id=flat.venue_trade_id,
        venue_order_id=flat.venue_order_id,
        client_order_id=flat.venue_client_order_id,
        symbol=flat.symbol,
        side=flat.side,
        size_base=flat.size_base,
        price=flat.price,
        fee=flat.fee,
        fee_currency=flat.fee_currency,
        time_ms=flat.time_ms,
        is_maker=flat.is_maker,
    )
    return FillBooked(
        fill_id=flat.fill_id,
        fill=fill,
        kind=flat.kind,
        quote_currency=flat.quote_currency,
        base_currency=flat.base_currency,
        trade_id=flat.trade_id,
        client_order_id=flat.client_order_id,
        directive_id=flat.directive_id,
    )


def _nearest(orders: Sequence[OrderState], side: OrderSide) -> Decimal | None:
    """Return the trigger met first: for what sells below a long the highest, above it the lowest."""
    prices = [price for one in orders if (price := one.stop_price or one.limit_price) is not None]
    return (max if side is OrderSide.BUY else min)(prices, default=None)
