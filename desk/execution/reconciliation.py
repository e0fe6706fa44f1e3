"""The venue is the truth: compare before trading and while trading, and never conclude from an error."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.market import ZERO, InstrumentKind
from desk.contracts.orders import OrderStatus, VenueBalance, VenueOrder, VenuePosition
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.problems import ReadFailed
from desk.contracts.records import BalanceAdjusted, EntryKind, JournalEntry, Reconciled
from desk.contracts.states import AlarmSeverity, DeskState
from desk.execution.alarms import Alarms
from desk.execution.desk_state import DeskStateLatch
from desk.execution.reading import VenueReader
from desk.execution.resolver import OutcomeResolver
from desk.execution.venue_events import VenueEventIntake

_LOOK_BACK_MS = 3_600_000
_MOST_LOOKS = 5
_BETWEEN_LOOKS_MS = 500


class Reconciliation:
    """Bring orders, fills, positions and balances of the ledger in line with the venue's."""

    def __init__(  # noqa: PLR0913 - it compares everything with everything
        self,
        *,
        reader: VenueReader,
        alarms: Alarms,
        recorder: Recorder,
        ledger: LedgerView,
        clock: Clock,
        intake: VenueEventIntake,
        resolver: OutcomeResolver,
        state: DeskStateLatch,
        desk_id: str,
    ) -> None:
        self._reader = reader
        self._alarms = alarms
        self._recorder = recorder
        self._ledger = ledger
        self._clock = clock
        self._intake = intake
        self._resolver = resolver
        self._state = state
        self._desk_id = desk_id
        self._alone = asyncio.Lock()
        self.succeeded_at_ms: int | None = None
        self.seen_positions: Mapping[str, VenuePosition] = {}
        """The venue's net positions by symbol, as last read; an error on a read changes nothing."""
        self.positions_read_at_ms: int | None = None

    async def run(self) -> bool:
        """Compare; False where a read failed or the books never stood still: then nothing was concluded.

        A difference counts when a second look finds it again. What is on its way between venue and desk
        makes differences that are none. Two comparisons never run side by side: each would adopt what the
        other has adopted.
        """
        async with self._alone:
            return await self._compare()

    async def _compare(self) -> bool:
        suspected: list[str] = []
        for look in range(_MOST_LOOKS):
            if look:
                await self._clock.sleep_ms(_BETWEEN_LOOKS_MS)
            try:
                seen = await self._look()
            except ReadFailed:
                return False
            if seen is None:
                continue
            differences = [*self._positions(seen.positions), *_words(self._balances(seen.balances))]
            if self._is_opening() or differences in ([], suspected):
                self._conclude(seen, differences)
                return True
            suspected = differences
        return False

    async def _look(self) -> "_Look | None":
        """Book what is new and read what there is; None where fills came while it was read."""
        fills = await self._reader.fills(self._since_ms())
        orders = await self._reader.open_orders()
        booked = sum(self._intake.take_fill(fill) for fill in fills)
        checked = await self._orders(orders)
        before = self._intake.fills_booked
        positions = await self._reader.positions()
        self.seen_positions = {one.symbol: one for one in positions}
        self.positions_read_at_ms = self._clock.now_ms()
        balances = await self._reader.balances()
        if self._intake.fills_booked != before:
            return None
        return _Look(checked, booked, positions, balances)

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
            found = await self._reader.order(order.request.symbol, order.client_order_id)
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
        return [
            f"{symbol}: the venue holds {venue.get(symbol, ZERO)}, the ledger {ours.get(symbol, ZERO)}"
            for symbol in sorted({*venue, *ours})
            if venue.get(symbol, ZERO) != ours.get(symbol, ZERO)
        ]

    def _balances(self, held: Sequence[VenueBalance]) -> dict[str, Decimal]:
        """Return by how much the venue's balances are above the ledger's."""
        deltas = {one.currency: one.total - self._ledger.balance(one.currency) for one in held}
        return {currency: delta for currency, delta in deltas.items() if delta != ZERO}

    def _is_opening(self) -> bool:
        return not self._ledger.balances()

    def _conclude(self, seen: "_Look", differences: list[str]) -> None:
        """Write the comparison down; adopt the venue's balances, which at first opens the books."""
        now_ms = self._clock.now_ms()
        self.succeeded_at_ms = now_ms
        is_opening = self._is_opening()
        reason = "opening balance" if is_opening else "the venue's balance differs"
        adjusted = [
            JournalEntry(EntryKind.BALANCE_ADJUSTED, one, now_ms, BalanceAdjusted(one, delta, reason))
            for one, delta in self._balances(seen.balances).items()
        ]
        wrong = self._positions(seen.positions)
        found = wrong if is_opening else differences
        record = Reconciled(seen.orders_checked, seen.fills_booked, tuple(found))
        reconciled = JournalEntry(EntryKind.RECONCILED, self._desk_id, now_ms, record)
        self._recorder.record(*adjusted, reconciled)
        if wrong and self._state.tighten(DeskState.REDUCING, "; ".join(wrong), "platform.reconciliation"):
            text = f"ledger and venue differ, so no new risk is taken: {'; '.join(wrong)}"
            self._alarms.raise_alarm(AlarmSeverity.CRITICAL, text)


@dataclass(frozen=True, slots=True)
class _Look:
    """Hold what the venue showed in one look."""

    orders_checked: int
    fills_booked: int
    positions: Sequence[VenuePosition]
    balances: Sequence[VenueBalance]


def _words(deltas: Mapping[str, Decimal]) -> list[str]:
    return [f"{one}: the venue holds {delta:+} more than the ledger" for one, delta in deltas.items()]
