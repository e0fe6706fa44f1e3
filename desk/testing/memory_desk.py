"""A desk in memory: answers a worker's questions with real dataclasses that a test put in."""

import dataclasses
from collections.abc import Mapping, Sequence
from decimal import Decimal

from desk.contracts.blocks import EntryBlock
from desk.contracts.ids import TradeId
from desk.contracts.market import Bar, Instrument, Quote
from desk.contracts.positions import Position
from desk.contracts.states import DeskState
from desk.testing.building import START_MS


@dataclasses.dataclass
class MemoryDesk:
    """Answer a worker's questions from what the test put in."""

    time_ms: int = START_MS
    desk_state: DeskState = DeskState.ACTIVE
    trouble: str | None = None
    scheduled_workers: set[str] = dataclasses.field(default_factory=set)
    blocks: list[EntryBlock] = dataclasses.field(default_factory=list)
    reconciled: bool = True
    instruments: dict[str, Instrument] = dataclasses.field(default_factory=dict)
    quotes: dict[str, Quote] = dataclasses.field(default_factory=dict)
    history: dict[tuple[str, int], list[Bar]] = dataclasses.field(default_factory=dict)
    trades: dict[TradeId, Position] = dataclasses.field(default_factory=dict)
    cash: dict[str, Decimal] = dataclasses.field(default_factory=dict)
    adjusted: dict[str, Decimal] = dataclasses.field(default_factory=dict)
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
        """Return the time it is given."""
        return self.time_ms

    def state(self) -> DeskState:
        """Return the state it is given."""
        return self.desk_state

    def is_reconciled(self) -> bool:
        """Tell what it is given."""
        return self.reconciled

    def instrument(self, symbol: str) -> Instrument | None:
        """Return the filters put in."""
        return self.instruments.get(symbol)

    def quote(self, symbol: str) -> Quote | None:
        """Return the newest quote put in."""
        return self.quotes.get(symbol)

    def bars(self, symbol: str, interval_ms: int) -> Sequence[Bar]:
        """Return the bars put in, oldest first."""
        return self.history.get((symbol, interval_ms), ())

    def positions(self) -> Sequence[Position]:
        """Return the open trades put in."""
        return tuple(one for one in self.trades.values() if one.is_open)

    def positions_on(self, symbol: str) -> Sequence[Position]:
        """Return the open trades put in, of one symbol."""
        return tuple(one for one in self.trades.values() if one.is_open and one.symbol == symbol)

    def position(self, trade_id: TradeId) -> Position | None:
        """Return a trade put in."""
        return self.trades.get(trade_id)

    def free_cash(self, currency: str) -> Decimal:
        """Return the cash put in, zero where there is none."""
        return self.cash.get(currency, Decimal(0))

    def equity(self) -> Decimal | None:
        """Return the sum of the cash: every currency is worth one."""
        return sum(self.cash.values(), Decimal(0))

    def rate(self, currency: str) -> Decimal | None:
        """Return one for a currency there is cash of."""
        return Decimal(1) if currency in self.cash else None

    def adjustments(self) -> Mapping[str, Decimal]:
        """Return what is put in."""
        return self.adjusted

    def has_directive_in_flight(self, trade_id: TradeId) -> bool:
        """Tell whether it was put in."""
        return trade_id in self.in_flight

    def has_pending_entry(self, strategy_id: str, symbol: str) -> bool:
        """Tell whether it was put in."""
        return (strategy_id, symbol) in self.pending_entries

    def is_being_entered(self, symbol: str) -> bool:
        """Tell whether an entry of any strategy was put in."""
        return any(one == symbol for _, one in self.pending_entries)

    def has_unknown_order(self, symbol: str) -> bool:
        """Tell whether it was put in."""
        return symbol in self.unknown_orders

    def is_claimed(self, claim_key: str) -> bool:
        """Tell whether it was put in."""
        return claim_key in self.claims

    def entry_blocks(self) -> Sequence[EntryBlock]:
        """Return the blocks put in."""
        return self.blocks

    def entry_block(self, strategy_id: str, symbol: str) -> EntryBlock | None:
        """Return the first block put in that forbids it."""
        return next((one for one in self.blocks if one.forbids(strategy_id, symbol)), None)

    def is_sized_by_its_opener(self, position: Position) -> bool:
        """Tell whether the opener of a trade is one of `scheduled_workers`."""
        return position.worker in self.scheduled_workers

    def connection_trouble(self) -> str | None:
        """Return the trouble put in."""
        return self.trouble
