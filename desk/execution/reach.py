"""What every executor works with."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, repeat

from desk.contracts.ids import TradeId
from desk.contracts.orders import Capabilities, OutcomeKind
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.ports.view import DeskView
from desk.execution.parent_stops import ParentStops
from desk.execution.sending import OrderSender
from desk.execution.settings import ExecutionSettings
from desk.execution.standing_orders import StandingOrders
from desk.execution.waiting import Signals

_FIRST_LOOKS_MS = (500, 1000, 2000, 4000)
_LATER_LOOK_MS = 5000
_LOOKS_FOR_AN_AMEND = 6


@dataclass(frozen=True, slots=True)
class Reach:
    """Hold the ports and parts an executor needs."""

    settings: ExecutionSettings
    sender: OrderSender
    standing: StandingOrders
    ledger: LedgerView
    recorder: Recorder
    view: DeskView
    clock: Clock
    signals: Signals
    parents: ParentStops
    capabilities: Capabilities

    async def until_over(self, order_id: str, timeout_ms: int) -> OrderState | None:
        """Wait until an order is over; return it, over or not, after at most `timeout_ms`."""
        deadline_ms = self.clock.monotonic_ms() + timeout_ms
        while True:
            order = self.ledger.order(order_id)
            remaining_ms = deadline_ms - self.clock.monotonic_ms()
            if order is None or order.is_over or remaining_ms <= 0:
                return order
            await self.signals.wait(order_id, remaining_ms)

    async def until_told_over(self, order_id: str, timeout_ms: int) -> OrderState | None:
        """Wait as `until_over` does; what the venue's stream does not tell soon is asked for.

        While the outcome of its create is not known, the resolver asks.
        """
        deadline_ms = self.clock.monotonic_ms() + timeout_ms
        pauses = iter(_FIRST_LOOKS_MS)
        while True:
            left_ms = deadline_ms - self.clock.monotonic_ms()
            pause_ms = next(pauses, _LATER_LOOK_MS)
            order = await self.until_over(order_id, min(pause_ms, left_ms))
            if order is None or order.is_over or left_ms <= pause_ms:
                return order
            if order.status.is_working:
                await self.standing.look(order)

    async def cancel_and_wait(self, order: OrderState, reason: str, *causes: str) -> bool:
        """Cancel an order; True once it is over, however it got there. What is not said is asked for.

        One that works on after its cancel, as it does where the cancel overtook it, is cancelled again.
        """
        deadline_ms = self.clock.monotonic_ms() + self.settings.timeout_ms
        for pause_ms in chain(_FIRST_LOOKS_MS, repeat(_LATER_LOOK_MS)):
            outcome = await self.standing.cancel(order, reason, *causes)
            if outcome.kind is not OutcomeKind.ACCEPTED and outcome.order is None:
                await self.standing.look(order)
            left_ms = deadline_ms - self.clock.monotonic_ms()
            ended = await self.until_over(order.client_order_id, min(pause_ms, left_ms))
            if ended is None or ended.is_over or left_ms <= pause_ms:
                return ended is None or ended.is_over
            if ended.status.is_working:
                await self.standing.look(ended)
            ended = await self._until_booked(order.client_order_id, deadline_ms)
            if ended is None or ended.is_over:
                return True
        return False

    async def _until_booked(self, order_id: str, deadline_ms: int) -> OrderState | None:
        """Wait for the fills of an order that has ended: no cancel is of use to it."""
        order = self.ledger.order(order_id)
        if order is None or not order.status.is_terminal:
            return order
        return await self.until_over(order_id, deadline_ms - self.clock.monotonic_ms())

    async def cancel_until_over(self, order_id: str, reason: str, *causes: str) -> None:
        """Cancel an order as often as it takes: a venue that does not answer is asked again."""
        attempt = 0
        while (order := self.ledger.order(order_id)) is not None and not order.is_over:
            if not await self.cancel_and_wait(order, reason, *causes):
                attempt += 1
                await self.clock.sleep_ms(self.settings.retry.delay_ms(min(attempt, 10)))

    async def until_amended(self, order_id: str, size_base: Decimal | None, *prices: Decimal | None) -> None:
        """Wait until the venue shows an amend that it accepted, or the order is over, or ten looks are old.

        A venue that answers with no more than the order's name shows it a moment later.
        """
        for pause_ms in chain(_FIRST_LOOKS_MS, repeat(_LATER_LOOK_MS, _LOOKS_FOR_AN_AMEND)):
            order = self.ledger.order(order_id)
            if order is None or order.is_over or _is_amended(order, size_base, prices):
                return
            if not await self.signals.wait(order_id, pause_ms):
                await self.standing.look(order)

    async def until_seen(self, order: OrderState) -> None:
        """Ask until the venue shows what it made of an amend, or the order is over; never guess it."""
        for pause_ms in chain(_FIRST_LOOKS_MS, repeat(_LATER_LOOK_MS)):
            now = self.ledger.order(order.client_order_id)
            if now is None or now.is_over or await self.standing.look(order):
                return
            await self.clock.sleep_ms(pause_ms)

    def shares_symbol(self, trade_id: TradeId, symbol: str) -> bool:
        """Tell whether another trade holds the symbol too, or may at any moment."""
        entries = (one for one in self.ledger.live_orders() if one.request.leg.adds_risk)
        others = [one.trade_id for one in self.view.positions_on(symbol)]
        others += [one.trade_id for one in entries if one.request.symbol == symbol]
        return any(one != trade_id for one in others)


def _is_amended(order: OrderState, size_base: Decimal | None, prices: Sequence[Decimal | None]) -> bool:
    shown = (order.size_base, order.limit_price, order.stop_price)
    return all(one is None or one in shown for one in (size_base, *prices))
