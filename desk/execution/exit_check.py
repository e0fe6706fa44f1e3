"""What an emergency exit still has to leave, by the ledger and by the venue's own word."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from desk.contracts.assets import is_affected
from desk.contracts.execution import ExecutionDirective
from desk.contracts.market import InstrumentKind
from desk.contracts.orders import OrderOutcome, OutcomeKind, VenueOrder, VenuePosition
from desk.contracts.orderstate import OrderState
from desk.contracts.positions import EXTERNAL_STRATEGY, Position
from desk.contracts.problems import ReadFailed
from desk.execution.coverage import is_dust, is_too_small
from desk.execution.reach import Reach
from desk.execution.reading import VenueReader

_REASON = "emergency exit"

Work = Callable[[], Coroutine[Any, Any, str | None]]
"""Not begun before it is called: a desk that stops meanwhile leaves nothing half awaited."""


class ExitCheck:
    """Name and cancel what is there; a failed read is never flat.

    On derivatives everything of the account is left, on spot what the desk itself bought and ordered.
    """

    def __init__(self, reach: Reach, reader: VenueReader, reconcile: Callable[[], Awaitable[bool]]) -> None:
        self._reach = reach
        self._reader = reader
        self._reconcile = reconcile

    def positions(self, directive: ExecutionDirective) -> list[Position]:
        """List the trades that are to be left."""
        return [
            one
            for one in self._reach.view.positions()
            if is_affected(one.symbol, directive.affected_asset)
            and not (one.strategy_id == EXTERNAL_STRATEGY and one.kind is InstrumentKind.SPOT)
        ]

    def cancel_entries(self, directive: ExecutionDirective) -> list[Work]:
        """Return the cancels of every entry of ours that may still fill."""
        return [partial(self._cancel, one) for one in self._live(directive) if one.request.leg.adds_risk]

    def count_orders(self, directive: ExecutionDirective) -> int:
        """Count the orders of ours that are not over."""
        return len(self._live(directive))

    async def cancel_rest(self, directive: ExecutionDirective) -> list[Work]:
        """Return the cancels of all else: stops last, and on derivatives the orders of other hands."""
        ours: list[Work] = [partial(self._cancel, one) for one in self._live(directive)]
        try:
            shown = await self._reader.open_orders()
        except ReadFailed:
            return ours
        foreign = [one for one in shown if self._is_concerned(one, directive) and self._is_foreign(one)]
        return [*ours, *(partial(self._cancel_foreign, one, directive) for one in foreign)]

    async def still_there(self, directive: ExecutionDirective) -> list[str]:
        """List what is held and ordered still, by venue and ledger, and every outcome that is not known."""
        try:
            held, orders = await asyncio.gather(self.held(directive), self._reader.open_orders())
        except ReadFailed as failure:
            return [f"the venue cannot be read: {failure}"]
        left = [
            *held,
            *(
                f"order {one.venue_order_id}: {one.side} {one.size_base} {one.symbol}"
                for one in orders
                if self._is_concerned(one, directive)
            ),
        ]
        shown = {one.client_order_id for one in orders}
        left += [
            f"{one.request.leg} order {one.client_order_id} is {one.status}"
            for one in self._live(directive)
            if one.client_order_id not in shown
        ]
        return left

    async def held(self, directive: ExecutionDirective) -> list[str]:
        """List what is held after a fresh look: derivatives by the venue's word, coins by our fills."""
        try:
            is_compared, positions = await asyncio.gather(self._reconcile(), self._reader.positions())
        except ReadFailed as failure:
            return [f"the venue cannot be read: {failure}"]
        if not is_compared:
            return ["the venue cannot be read"]
        coins = [one for one in self.positions(directive) if one.kind is InstrumentKind.SPOT]
        return [
            *(_words(one) for one in positions if self._is_tradable(one, directive)),
            *(f"{one.size_base} {one.symbol} of {one.trade_id}" for one in coins if self._is_left(one)),
        ]

    def _is_left(self, position: Position) -> bool:
        return not is_dust(position, self._reach.view)

    def _live(self, directive: ExecutionDirective) -> list[OrderState]:
        asset = directive.affected_asset
        return [one for one in self._reach.ledger.live_orders() if is_affected(one.request.symbol, asset)]

    def _is_foreign(self, order: VenueOrder) -> bool:
        return self._reach.ledger.order(order.client_order_id) is None

    def _is_concerned(self, order: VenueOrder, directive: ExecutionDirective) -> bool:
        if not is_affected(order.symbol, directive.affected_asset):
            return False
        instrument = self._reach.view.instrument(order.symbol)
        is_spot = instrument.is_spot if instrument is not None else ":" not in order.symbol
        return not (is_spot and self._is_foreign(order))

    def _is_tradable(self, held: VenuePosition, directive: ExecutionDirective) -> bool:
        if not is_affected(held.symbol, directive.affected_asset):
            return False
        instrument = self._reach.view.instrument(held.symbol)
        if instrument is None:
            return True
        quote = self._reach.view.quote(held.symbol)
        price = held.entry_price if quote is None else quote.touch(held.side.exit_side)
        return not is_too_small(instrument, instrument.floor_size(held.size_base), price)

    async def _cancel(self, order: OrderState) -> str | None:
        if await self._reach.cancel_and_wait(order, _REASON):
            return None
        return f"{order.request.leg} order {order.client_order_id} is not over"

    async def _cancel_foreign(self, order: VenueOrder, directive: ExecutionDirective) -> str | None:
        outcome: OrderOutcome = await self._reach.standing.cancel_foreign(
            order, _REASON, directive.execution_directive_id
        )
        if outcome.kind in {OutcomeKind.ACCEPTED, OutcomeKind.NOT_ACCEPTED}:
            return None
        return f"order {order.venue_order_id} of another hand: {outcome.reason}"


def _words(held: VenuePosition) -> str:
    return f"position {held.side} {held.size_base} {held.symbol}"
