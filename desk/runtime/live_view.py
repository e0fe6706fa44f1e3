"""What plugins, planners and the gate see: the desk as it is, read-only."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from desk.contracts.blocks import EntryBlock
from desk.contracts.ids import TradeId
from desk.contracts.market import Bar, Instrument, Quote
from desk.contracts.orders import OrderStatus
from desk.contracts.ports.time import Clock
from desk.contracts.positions import Position
from desk.contracts.states import DeskState
from desk.execution.flow_registry import FlowRegistry
from desk.feeds.bars import BarBook
from desk.ledger.ledger import Ledger
from desk.ledger.valuation import Conversion, equity
from desk.runtime.market_board import MarketBoard


class LiveView:
    """Answer from ledger, market board, bars and open flows; implements `DeskView`."""

    def __init__(
        self,
        *,
        account_currency: str,
        clock: Clock,
        ledger: Ledger,
        board: MarketBoard,
        bars: BarBook,
        flows: FlowRegistry,
        state: Callable[[], DeskState],
        scheduled_workers: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        self._account_currency = account_currency
        self._clock = clock
        self._ledger = ledger
        self._board = board
        self._bars = bars
        self._flows = flows
        self._state = state
        self._scheduled_workers = scheduled_workers
        self._instruments: dict[str, Instrument] = {}
        self._conversion = Conversion(account_currency, (), board.mark)
        self.reconciled = False
        self.trouble: str | None = None

    def take_instruments(self, instruments: Sequence[Instrument]) -> None:
        """Take the venue's filters over."""
        self._instruments = {one.symbol: one for one in instruments}
        self._conversion = Conversion(self._account_currency, self._instruments, self._board.mark)

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        """The filters of every symbol."""
        return self._instruments

    @property
    def account_currency(self) -> str:
        """The currency the account is valued in."""
        return self._account_currency

    def now_ms(self) -> int:
        """Return the desk's clock."""
        return self._clock.now_ms()

    def state(self) -> DeskState:
        """Return the desk's state."""
        return self._state()

    def is_reconciled(self) -> bool:
        """Tell whether the ledger agreed with the venue in this run."""
        return self.reconciled

    def instrument(self, symbol: str) -> Instrument | None:
        """Return the filters of a symbol."""
        return self._instruments.get(symbol)

    def quote(self, symbol: str) -> Quote | None:
        """Return the newest quote of a symbol, however old: look at its time."""
        return self._board.quote(symbol)

    def bars(self, symbol: str, interval_ms: int) -> Sequence[Bar]:
        """Return the closed bars of a symbol, oldest first, as many as are kept."""
        return self._bars.bars(symbol, interval_ms)

    def positions(self) -> Sequence[Position]:
        """Return the open trades of every strategy, oldest first."""
        return self._ledger.open_positions()

    def positions_on(self, symbol: str) -> Sequence[Position]:
        """Return the open trades on one symbol, oldest first."""
        return self._ledger.open_positions_on(symbol)

    def position(self, trade_id: TradeId) -> Position | None:
        """Return one trade, open or closed."""
        return self._ledger.position(trade_id)

    def free_cash(self, currency: str) -> Decimal:
        """Return the balance of a currency that no order reserves."""
        return self._ledger.balance(currency) - self._ledger.reserved(currency)

    def equity(self) -> Decimal | None:
        """Return the account's worth in the account currency; None where a rate is missing."""
        return equity(self._ledger.balances(), self._ledger.nets(), self._board.mark, self.rate)

    def rate(self, currency: str) -> Decimal | None:
        """Return the worth of one unit of `currency` in the account currency; None where unknown."""
        return self._conversion.rate(currency)

    def adjustments(self) -> Mapping[str, Decimal]:
        """Return by how much no fill changed each balance since the books began, by currency."""
        return self._ledger.adjustments()

    def has_directive_in_flight(self, trade_id: TradeId) -> bool:
        """Tell whether a directive on this trade has not ended."""
        return self._flows.is_trade_in_flight(trade_id)

    def has_pending_entry(self, strategy_id: str, symbol: str) -> bool:
        """Tell whether a NEW_TRADE of the strategy on this symbol has not ended."""
        return self._flows.has_pending_entry(strategy_id, symbol)

    def is_being_entered(self, symbol: str) -> bool:
        """Tell whether a NEW_TRADE of any strategy on this symbol has not ended."""
        return self._flows.is_being_entered(symbol)

    def has_unknown_order(self, symbol: str) -> bool:
        """Tell whether the outcome of an order on this symbol is not known."""
        if not self._ledger.count_orders(OrderStatus.UNKNOWN):
            return False
        live = self._ledger.live_orders()
        return any(one.status is OrderStatus.UNKNOWN and one.request.symbol == symbol for one in live)

    def is_claimed(self, claim_key: str) -> bool:
        """Tell whether a schedule period is claimed or skipped."""
        return self._ledger.is_claimed(claim_key)

    def entry_blocks(self) -> Sequence[EntryBlock]:
        """Return the blocks on new risk that stand, oldest first."""
        return self._ledger.entry_blocks()

    def entry_block(self, strategy_id: str, symbol: str) -> EntryBlock | None:
        """Return a block that forbids the strategy new risk on the symbol, None where it may take it."""
        blocks = self._ledger.entry_blocks()
        if not blocks:
            return None
        return next((one for one in blocks if one.forbids(strategy_id, symbol)), None)

    def is_sized_by_its_opener(self, position: Position) -> bool:
        """Tell whether the size of a trade is for the scheduled worker that opened it alone to change."""
        return (position.strategy_id, position.worker) in self._scheduled_workers

    def connection_trouble(self) -> str | None:
        """Return what the supervisor last saw wrong with the venue's connection."""
        return self.trouble
