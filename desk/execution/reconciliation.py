"""The venue is the truth: compare before trading and while trading, and never conclude from an error."""

from collections.abc import Sequence
from decimal import Decimal

from desk.contracts.market import ZERO, InstrumentKind
from desk.contracts.orders import OrderStatus, VenueBalance, VenueOrder, VenuePosition
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.problems import ReadFailed
from desk.contracts.records import BalanceAdjusted, EntryKind, JournalEntry, Reconciled
from desk.contracts.states import DeskState
from desk.execution.desk_state import DeskStateLatch
from desk.execution.resolver import OutcomeResolver
from desk.execution.venue_events import VenueEventIntake

_LOOK_BACK_MS = 3_600_000


class Reconciliation:
    """Bring orders, fills, positions and balances of the ledger in line with the venue's."""

    def __init__(
        self,
        *,
        connector: IAPIConnector,
        recorder: Recorder,
        ledger: LedgerView,
        clock: Clock,
        intake: VenueEventIntake,
        resolver: OutcomeResolver,
        state: DeskStateLatch,
        desk_id: str,
    ) -> None:
        self._connector = connector
        self._recorder = recorder
        self._ledger = ledger
        self._clock = clock
        self._intake = intake
        self._resolver = resolver
        self._state = state
        self._desk_id = desk_id
        self.succeeded_at_ms: int | None = None

    async def run(self) -> bool:
        """Compare once; False where a read failed, and then nothing was concluded."""
        try:
            fills = await self._connector.fetch_fills(self._since_ms())
            orders = await self._connector.fetch_open_orders()
            booked = sum(self._intake.take_fill(fill) for fill in fills)
            checked = await self._orders(orders)
            positions = await self._connector.fetch_positions()
            balances = await self._connector.fetch_balances()
        except ReadFailed:
            return False
        differences = [*self._positions(positions), *self._balances(balances)]
        self._note(checked, booked, differences)
        return True

    def _since_ms(self) -> int:
        last_ms = self._ledger.last_fill_ms()
        return 0 if last_ms is None else max(0, last_ms - _LOOK_BACK_MS)

    async def _orders(self, resting: Sequence[VenueOrder]) -> int:
        shown = {order.client_order_id: order for order in resting}
        live = self._ledger.live_orders()
        for order in live:
            seen = shown.get(order.client_order_id)
            if seen is not None:
                self._intake.take_order(seen)
                continue
            found = await self._connector.fetch_order(order.request.symbol, order.client_order_id)
            if found is not None:
                self._intake.take_order(found)
            elif order.status in {OrderStatus.INTENDED, OrderStatus.SENT, OrderStatus.UNKNOWN}:
                await self._prove_absence(order.client_order_id)
        return len(live)

    async def _prove_absence(self, order_id: str) -> None:
        """Ask until absence is proven; where that takes time, the resolver goes on in the background."""
        negatives = 1
        for _ in range(3):
            negatives = await self._resolver.ask(order_id, negatives)
        order = self._ledger.order(order_id)
        if order is not None and not order.status.is_terminal:
            self._resolver.begin(order)

    def _positions(self, held: Sequence[VenuePosition]) -> list[str]:
        venue = {one.symbol: one.size_base * one.side.sign for one in held}
        ours: dict[str, Decimal] = {}
        for position in self._ledger.open_positions():
            if position.kind is InstrumentKind.PERPETUAL:
                signed = position.size_base * position.side.sign
                ours[position.symbol] = ours.get(position.symbol, ZERO) + signed
        differences = [
            f"{symbol}: the venue holds {venue.get(symbol, ZERO)}, the ledger {ours.get(symbol, ZERO)}"
            for symbol in sorted({*venue, *ours})
            if venue.get(symbol, ZERO) != ours.get(symbol, ZERO)
        ]
        if differences:
            self._state.tighten(DeskState.REDUCING, "; ".join(differences), "platform.reconciliation")
        return differences

    def _balances(self, held: Sequence[VenueBalance]) -> list[str]:
        """Adopt the venue's balances; the first time that is the opening of the books."""
        is_opening = not self._ledger.balances()
        differences = []
        for one in held:
            delta = one.total - self._ledger.balance(one.currency)
            if delta == ZERO:
                continue
            reason = "opening balance" if is_opening else "the venue's balance differs"
            record = BalanceAdjusted(one.currency, delta, reason)
            self._recorder.record(
                JournalEntry(EntryKind.BALANCE_ADJUSTED, one.currency, self._clock.now_ms(), record)
            )
            if not is_opening:
                differences.append(f"{one.currency}: the venue holds {delta:+} more than the ledger")
        return differences

    def _note(self, checked: int, booked: int, differences: list[str]) -> None:
        now_ms = self._clock.now_ms()
        self.succeeded_at_ms = now_ms
        record = Reconciled(checked, booked, tuple(differences))
        self._recorder.record(JournalEntry(EntryKind.RECONCILED, self._desk_id, now_ms, record))
