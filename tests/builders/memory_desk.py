"""A desk in memory: answers a plugin's questions with real dataclasses that the test put in."""

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

from desk.contracts.blocks import EntryBlock
from desk.contracts.directives import Protection
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.market import Bar, Instrument, InstrumentKind, Quote
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide
from desk.contracts.states import DeskState

SPOT = "BTC/USDT"
PERPETUAL = "BTC/USDT:USDT"
STRATEGY = "trend"
START_MS = 1_641_000_000_000


def instrument(symbol: str = SPOT, *, price_step: str = "0.1") -> Instrument:
    return Instrument(
        symbol=symbol,
        kind=InstrumentKind.PERPETUAL if ":" in symbol else InstrumentKind.SPOT,
        base=symbol.partition("/")[0],
        quote=symbol.partition("/")[2].partition(":")[0],
        price_step=Decimal(price_step),
        size_step=Decimal("0.0001"),
        min_size_base=Decimal("0.0001"),
        min_notional_quote=Decimal(5),
        maker_fee=Decimal("0.0002"),
        taker_fee=Decimal("0.0005"),
    )


def position(
    side: PositionSide = PositionSide.LONG,
    *,
    number: int = 1,
    symbol: str = SPOT,
    entry: str = "100000",
    stop: str | None = None,
    size: str = "0.5",
    strategy_id: str = STRATEGY,
    worker: str = "swot_planner",
) -> Position:
    """Build an open, protected trade; its stop is 2 % from the entry unless said otherwise."""
    entry_price = Decimal(entry)
    stop_price = Decimal(stop) if stop else entry_price * (1 - side.sign * Decimal("0.02"))
    return Position(
        trade_id=TradeId.at(START_MS, number),
        strategy_id=strategy_id,
        worker=worker,
        directive_id=DirectiveId.at(START_MS, number),
        symbol=symbol,
        kind=InstrumentKind.PERPETUAL if ":" in symbol else InstrumentKind.SPOT,
        side=side,
        protection=Protection.REQUIRED,
        intended_at_ms=START_MS,
        opened_at_ms=START_MS,
        size_base=Decimal(size),
        max_size_base=Decimal(size),
        entry_price=entry_price,
        planned_stop_price=stop_price,
        stop_price=stop_price,
        stop_size_base=Decimal(size),
        initial_stop_price=stop_price,
    )


@dataclasses.dataclass
class MemoryDesk:
    """Answer a worker's questions from what the test put in."""

    time_ms: int = START_MS
    desk_state: DeskState = DeskState.ACTIVE
    trouble: str | None = None
    blocks: list[EntryBlock] = dataclasses.field(default_factory=list)
    reconciled: bool = True
    instruments: dict[str, Instrument] = dataclasses.field(default_factory=dict)
    quotes: dict[str, Quote] = dataclasses.field(default_factory=dict)
    history: dict[tuple[str, int], list[Bar]] = dataclasses.field(default_factory=dict)
    trades: dict[TradeId, Position] = dataclasses.field(default_factory=dict)
    cash: dict[str, Decimal] = dataclasses.field(default_factory=dict)
    in_flight: set[TradeId] = dataclasses.field(default_factory=set)
    pending_entries: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    unknown_orders: set[str] = dataclasses.field(default_factory=set)
    claims: set[str] = dataclasses.field(default_factory=set)

    def hold(self, *positions: Position) -> None:
        """Put trades into the book, or replace them."""
        for one in positions:
            self.trades[one.trade_id] = one

    def move_stop(self, trade_id: TradeId, stop: Decimal | None) -> None:
        """Let the venue confirm a stop."""
        self.hold(dataclasses.replace(self.trades[trade_id], stop_price=stop))

    def resize(self, trade_id: TradeId, size: str, *, entry: str | None = None) -> None:
        """Let fills change a trade; size zero closes it."""
        held = self.trades[trade_id]
        entry_price = held.entry_price if entry is None else Decimal(entry)
        self.hold(dataclasses.replace(held, size_base=Decimal(size), entry_price=entry_price))

    def now_ms(self) -> int:
        return self.time_ms

    def state(self) -> DeskState:
        return self.desk_state

    def is_reconciled(self) -> bool:
        return self.reconciled

    def instrument(self, symbol: str) -> Instrument | None:
        return self.instruments.get(symbol)

    def quote(self, symbol: str) -> Quote | None:
        return self.quotes.get(symbol)

    def bars(self, symbol: str, interval_ms: int) -> Sequence[Bar]:
        return self.history.get((symbol, interval_ms), ())

    def positions(self) -> Sequence[Position]:
        return tuple(one for one in self.trades.values() if one.is_open)

    def positions_on(self, symbol: str) -> Sequence[Position]:
        return tuple(one for one in self.trades.values() if one.is_open and one.symbol == symbol)

    def position(self, trade_id: TradeId) -> Position | None:
        return self.trades.get(trade_id)

    def free_cash(self, currency: str) -> Decimal:
        return self.cash.get(currency, Decimal(0))

    def equity(self) -> Decimal | None:
        return sum(self.cash.values(), Decimal(0))

    def rate(self, currency: str) -> Decimal | None:
        return Decimal(1) if currency in self.cash else None

    def has_directive_in_flight(self, trade_id: TradeId) -> bool:
        return trade_id in self.in_flight

    def has_pending_entry(self, strategy_id: str, symbol: str) -> bool:
        return (strategy_id, symbol) in self.pending_entries

    def has_unknown_order(self, symbol: str) -> bool:
        return symbol in self.unknown_orders

    def is_claimed(self, claim_key: str) -> bool:
        return claim_key in self.claims

    def entry_blocks(self) -> Sequence[EntryBlock]:
        return self.blocks

    def entry_block(self, strategy_id: str, symbol: str) -> EntryBlock | None:
        return next((one for one in self.blocks if one.forbids(strategy_id, symbol)), None)

    def connection_trouble(self) -> str | None:
        return self.trouble
