"""The venue is the truth: compare before trading and while trading, and never conclude from an error."""

import asyncio
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.market import ZERO
from desk.contracts.orders import VenueBalance, VenueFill, VenueOrder, VenuePosition
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.problems import ReadFailed
from desk.contracts.records import BalanceAdjusted, EntryKind, JournalEntry, Reconciled
from desk.contracts.states import AlarmSeverity, DeskState
from desk.execution.adoption import PositionAdoption, PositionGap
from desk.execution.alarm_subjects import About, Subject
from desk.execution.alarms import Alarms
from desk.execution.balance_alarm import BalanceAlarm
from desk.execution.desk_state import DeskStateLatch
from desk.execution.missing_fills import lacks_fills
from desk.execution.order_comparison import OrderComparison
from desk.execution.reading import VenueReader
from desk.execution.venue_events import VenueEventIntake

_LOOK_BACK_MS = 3_600_000
_OVERLAP_MS = 600_000
"""How long a venue may hide a fill from reads: what an earlier comparison could read is asked for no more."""

_MOST_LOOKS = 5
_BETWEEN_LOOKS_MS = 500
_LAGGING_MS = 30_000
"""How long a venue may show a position before the fills of our own orders that made it."""


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
        orders: OrderComparison,
        adoption: PositionAdoption,
        balance_alarm: BalanceAlarm,
        state: DeskStateLatch,
        desk_id: str,
    ) -> None:
        self._reader = reader
        self._alarms = alarms
        self._recorder = recorder
        self._ledger = ledger
        self._clock = clock
        self._intake = intake
        self._orders = orders
        self._adoption = adoption
        self._balance_alarm = balance_alarm
        self._state = state
        self._desk_id = desk_id
        self._alone = asyncio.Lock()
        self._read_until_ms: int | None = None
        self._lagging_since_ms: dict[str, int] = {}
        self._wrong_before: dict[str, Sequence[tuple[str, str]]] = {}
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
            try:
                return await self._compare()
            except ReadFailed:
                return False

    async def _compare(self) -> bool:
        suspected: list[PositionGap] = []
        before: Mapping[str, Decimal] = {}
        for look in range(_MOST_LOOKS):
            if look:
                await self._clock.sleep_ms(_BETWEEN_LOOKS_MS)
            seen = await self._look()
            if seen is None:
                continue
            gaps = self._gaps(seen)
            deltas = self._balances(seen.balances)
            is_last = look == _MOST_LOOKS - 1
            if self._is_opening():
                await self._conclude(seen, gaps, deltas)
                return True
            if gaps in ([], suspected) and (deltas in ({}, before) or is_last):
                stable = {one: delta for one, delta in deltas.items() if before.get(one) == delta}
                await self._conclude(seen, gaps, stable)
                return True
            suspected, before = gaps, deltas
        return False

    async def _look(self) -> "_Look | None":
        """Book what is new and read what there is; None where fills came while it was read."""
        is_opening, newest_ms = self._is_opening(), self._ledger.last_fill_ms()
        fills, orders = await asyncio.gather(self._new_fills(), self._reader.open_orders())
        booked = sum(self._intake.take_fill(fill) for fill in fills)
        if not is_opening:
            self._read_until_ms = newest_ms
        checked = await self._orders.compare(orders)
        before = self._intake.fills_booked
        read_at_ms = self._clock.now_ms()
        positions, balances = await asyncio.gather(self._reader.positions(), self._reader.balances())
        self.seen_positions = {one.symbol: one for one in positions}
        self.positions_read_at_ms = self._clock.now_ms()
        if self._intake.fills_booked != before:
            return None
        return _Look(read_at_ms, checked, booked, orders, positions, balances)

    async def _new_fills(self) -> Sequence[VenueFill]:
        """Read the fills around the newest known; what happened before the books were opened is no news."""
        return () if self._is_opening() else await self._reader.fills(self._since_ms())

    def _since_ms(self) -> int:
        """Look back far at first, later only behind what was known at the last look: an hour can be a lot."""
        if self._read_until_ms is not None:
            return max(0, self._read_until_ms - _OVERLAP_MS)
        known = (self._ledger.last_fill_ms(), self._adoption.opened_at_ms())
        return max(0, max((one for one in known if one is not None), default=0) - _LOOK_BACK_MS)

    def _gaps(self, seen: "_Look") -> list[PositionGap]:
        """List what differs, but for what the missing fills of our own orders may explain for a while."""
        gaps = self._adoption.gaps(seen.positions, seen.balances)
        now_ms = self._clock.monotonic_ms()
        resting = {one.client_order_id for one in seen.resting}
        lagging = {one.symbol for one in gaps if self._is_lagging(one.symbol, resting)}
        self._lagging_since_ms = {one: self._lagging_since_ms.get(one, now_ms) for one in sorted(lagging)}
        waits = {one for one, since_ms in self._lagging_since_ms.items() if now_ms - since_ms < _LAGGING_MS}
        return [one for one in gaps if one.symbol not in waits]

    def _is_lagging(self, symbol: str, resting: AbstractSet[str]) -> bool:
        """Tell whether an order of ours may have filled without a word of it."""
        live = (one for one in self._ledger.live_orders() if one.request.symbol == symbol)
        return any(lacks_fills(one) or one.client_order_id not in resting for one in live)

    def _balances(self, held: Sequence[VenueBalance]) -> dict[str, Decimal]:
        """Return by how much the venue's balances are above the ledger's."""
        deltas = {one.currency: one.total - self._ledger.balance(one.currency) for one in held}
        return {currency: delta for currency, delta in deltas.items() if delta != ZERO}

    def _is_opening(self) -> bool:
        return not self._ledger.balances()

    async def _conclude(
        self, seen: "_Look", gaps: Sequence[PositionGap], deltas: Mapping[str, Decimal]
    ) -> None:
        """Write the comparison down; take over what the venue holds, which at first opens the books.

        Opening the books is no mismatch: what is found then was there before the desk.
        """
        self.succeeded_at_ms = self._clock.now_ms()
        is_opening = self._is_opening()
        wrong = [(one.symbol, one.words()) for one in gaps]
        if is_opening:
            self._recorder.record(self._adoption.remember(seen.read_at_ms))
        self._adopt_positions(gaps, seen.read_at_ms)
        found = [words for _, words in wrong] + ([] if is_opening else _words(deltas))
        self._write_down(seen, found, self._adjusted(seen, deltas, is_opening=is_opening))
        if not is_opening:
            self._latch("positions", wrong)
        held = [one.symbol for one in seen.positions] + [one.currency for one in seen.balances if one.total]
        self._latch("orders", await self._orders.settle_strangers(seen.resting, held))

    def _adopt_positions(self, gaps: Sequence[PositionGap], read_at_ms: int) -> None:
        for gap in gaps:
            fill = self._adoption.implied_fill(gap, read_at_ms)
            if fill is None:
                continue
            self._recorder.record(self._adoption.remember(read_at_ms, gap.symbol))
            self._intake.take_implied(fill)

    def _adjusted(
        self, seen: "_Look", deltas: Mapping[str, Decimal], *, is_opening: bool
    ) -> list[JournalEntry]:
        """Return what brings the ledger to the venue's balances, whatever the positions changed of them."""
        now_ms = self._clock.now_ms()
        reason = "opening balance" if is_opening else "the venue's balance differs"
        fresh = self._balances(seen.balances)
        moved = {one: delta for one, delta in fresh.items() if one in deltas or is_opening}
        if not is_opening:
            self._balance_alarm.look(moved)
        return [
            JournalEntry(EntryKind.BALANCE_ADJUSTED, one, now_ms, BalanceAdjusted(one, delta, reason))
            for one, delta in moved.items()
        ]

    def _write_down(self, seen: "_Look", found: list[str], adjusted: list[JournalEntry]) -> None:
        record = Reconciled(seen.orders_checked, seen.fills_booked, tuple(found))
        now_ms = self._clock.now_ms()
        reconciled = JournalEntry(EntryKind.RECONCILED, self._desk_id, now_ms, record)
        self._recorder.record(*adjusted, reconciled)

    def _latch(self, what: str, wrong: Sequence[tuple[str, str]]) -> None:
        """Take no new risk for what was not there at the last comparison: a re-arm says that it is known."""
        known, self._wrong_before[what] = self._wrong_before.get(what, ()), tuple(wrong)
        fresh: dict[str, list[str]] = {}
        for symbol, words in wrong:
            if (symbol, words) not in known:
                fresh.setdefault(symbol, []).append(words)
        if not fresh:
            return
        words = "; ".join(one for of_symbol in fresh.values() for one in of_symbol)
        self._state.tighten(DeskState.REDUCING, words, "platform.reconciliation")
        for symbol, of_symbol in fresh.items():
            self._tell(About(Subject.LATCH, f"{what} {symbol}"), symbol, "; ".join(of_symbol))

    def _tell(self, about: About, symbol: str, words: str) -> None:
        """Tell a difference once until the re-arm: one that moves has new words at each comparison."""
        if any(one.about == about for one in self._alarms.standing(about.subject)):
            return
        text = f"ledger and venue differ, so no new risk is taken: {words}"
        self._alarms.raise_alarm(AlarmSeverity.CRITICAL, text, symbol=symbol, about=about)


@dataclass(frozen=True, slots=True)
class _Look:
    """Hold what the venue showed in one look, begun at `read_at_ms`."""

    read_at_ms: int
    orders_checked: int
    fills_booked: int
    resting: Sequence[VenueOrder]
    positions: Sequence[VenuePosition]
    balances: Sequence[VenueBalance]


def _words(deltas: Mapping[str, Decimal]) -> list[str]:
    return [f"{one}: the venue holds {delta:+} more than the ledger" for one, delta in deltas.items()]
