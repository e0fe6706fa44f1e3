"""Commands about orders: amend one, cancel one, cancel every entry."""

from dataclasses import replace

from desk.contracts.by_hand import ByHand, EntryChange
from desk.contracts.commands import (
    AmendOrder,
    CancelEntries,
    CancelOrder,
    CommandOutcome,
    MoveStop,
    SetTarget,
)
from desk.contracts.directives import DirectiveScope, Protection
from desk.contracts.ids import ManualId
from desk.contracts.orders import Leg, OrderStatus
from desk.contracts.orderstate import OrderState
from desk.contracts.parents import ParentState
from desk.contracts.positions import Position
from desk.execution.entry_changes import raises_size
from desk.runtime.commanding.answering import Answers, CommandRefused
from desk.runtime.commanding.checking import instrument_of, named, positive, reason_of
from desk.runtime.commanding.directing import directive_by_hand
from desk.runtime.commanding.parts import CommandParts
from desk.runtime.commanding.trades import TradeCommands

_BY_THE_OPERATOR = "cancelled by the operator"


class OrderCommands:
    """Find the order a command means, and what changing it means for its trade."""

    def __init__(self, parts: CommandParts, answers: Answers, trades: TradeCommands) -> None:
        self._parts = parts
        self._answers = answers
        self._trades = trades

    async def amend(self, command: AmendOrder, manual_id: ManualId) -> CommandOutcome:
        """Change an entry; the price of a stop or target is its trade's, and moves by the trade's own way."""
        order, trade = self._live(command.client_order_id)
        if command.price is None and command.size_base is None:
            raise CommandRefused("nothing to change: give a price, a size or both")
        price = None if command.price is None else positive("price", command.price)
        size_base = None if command.size_base is None else positive("size", command.size_base)
        leg, reason = order.request.leg, reason_of(command.reason, "amended by the operator")
        if leg is Leg.ENTRY:
            change = EntryChange(
                client_order_id=order.client_order_id, limit_price=price, size_base=size_base
            )
            outcome = await self._change(manual_id, (trade,), change, reason)
            return self._told_of_a_new_order(order, change, outcome)
        if not leg.is_protective:
            raise CommandRefused(
                f"a {leg} order lowers what is held and is not changed: it fills or is sent anew"
            )
        if price is None or size_base is not None:
            raise CommandRefused(f"the size of a {leg} follows what its trade holds: give a price alone")
        if leg is Leg.STOP:
            return await self._trades.move_stop(MoveStop(trade.trade_id, price, reason), manual_id)
        return await self._trades.set_target(SetTarget(trade.trade_id, price, reason), manual_id)

    def _told_of_a_new_order(
        self, old: OrderState, change: EntryChange, outcome: CommandOutcome
    ) -> CommandOutcome:
        """Say so where another order stands in the place of the one that was to change."""
        now = self._parts.ledger.order(old.client_order_id)
        if now is None or now.status is not OrderStatus.CANCELED or not outcome.accepted:
            return outcome
        why = "a size is not raised" if raises_size(old, change.size_base) else "this venue changes no order"
        gone = f"{why} in place, so {old.client_order_id} was cancelled"
        return replace(outcome, message=f"{gone}: {outcome.message}")

    async def cancel(self, command: CancelOrder, manual_id: ManualId) -> CommandOutcome:
        """Cancel an entry, a parent order, a target, or a stop that its trade does not need."""
        parent = self._parent(command.client_order_id)
        if parent is not None:
            return await self._cancel_parent(parent, manual_id, reason_of(command.reason, _BY_THE_OPERATOR))
        order, trade = self._live(command.client_order_id)
        leg, reason = order.request.leg, reason_of(command.reason, _BY_THE_OPERATOR)
        if leg is Leg.ENTRY:
            change = EntryChange(client_order_id=order.client_order_id)
            return await self._change(manual_id, (trade,), change, reason)
        if leg is Leg.STOP and trade.protection is Protection.REQUIRED:
            raise CommandRefused(
                f"{order.client_order_id} is the stop of {trade.trade_id}, which would be naked without it:"
                " move the stop, or close the trade"
            )
        if not leg.is_protective:
            raise CommandRefused(
                f"a {leg} order lowers what is held and is not cancelled: it fills or is sent anew"
            )
        return await self._trades.withdraw(manual_id, trade, leg, reason)

    def _parent(self, client_order_id: str) -> ParentState | None:
        """Return the parent order of this name, or that of the slice of this name."""
        ledger = self._parts.ledger
        order = ledger.order(client_order_id)
        if order is None or order.request.leg is not Leg.ENTRY:
            return ledger.parent(client_order_id)
        return ledger.parent_of(order.request.execution_directive_id, order.trade_id)

    async def _cancel_parent(self, parent: ParentState, manual_id: ManualId, reason: str) -> CommandOutcome:
        trade = self._parts.ledger.position(parent.plan.trade_id)
        if trade is None or parent.stopped is not None:
            why = "unknown" if parent.stopped is None else parent.stopped.reason
            raise CommandRefused(f"{parent.parent_id} sends nothing more: {why}")
        return await self._change(manual_id, (trade,), EntryChange(client_order_id=parent.parent_id), reason)

    async def cancel_entries(self, command: CancelEntries, manual_id: ManualId) -> CommandOutcome:
        """Cancel every entry of a symbol, or of all; stops and targets stay."""
        if command.symbol is not None:
            instrument_of(self._parts.view, command.symbol)
        ledger = self._parts.ledger
        entries = [one for one in ledger.live_orders() if one.request.leg is Leg.ENTRY]
        meant = [one for one in entries if command.symbol in (None, one.request.symbol)]
        parents = (one for one in ledger.parents() if one.is_open)
        sliced = [one.plan.trade_id for one in parents if command.symbol in (None, one.plan.symbol)]
        ids = dict.fromkeys([*(one.trade_id for one in meant), *sliced])
        positions = (ledger.position(one) for one in ids)
        trades = tuple(one for one in positions if one is not None)
        if not trades:
            of = "" if command.symbol is None else f" of {command.symbol}"
            return self._answers.done(manual_id, f"no entry{of} rests or is under way")
        reason = reason_of(command.reason, "entries cancelled by the operator")
        return await self._change(manual_id, trades, EntryChange(), reason)

    async def _change(
        self, manual_id: ManualId, trades: tuple[Position, ...], change: EntryChange, reason: str
    ) -> CommandOutcome:
        parts = self._parts
        directive = directive_by_hand(
            parts.ids,
            parts.clock,
            manual_id,
            DirectiveScope.MODIFY_EXISTING,
            reason,
            target_trade_ids=tuple(one.trade_id for one in trades),
            by_hand=ByHand(entry=change),
        )
        return await self._trades.follow(manual_id, directive)

    def _live(self, client_order_id: str) -> tuple[OrderState, Position]:
        """Return an order that is not over, with its trade; raises CommandRefused with those there are."""
        ledger = self._parts.ledger
        order = ledger.order(client_order_id)
        if ledger.parent(client_order_id) is not None:
            raise CommandRefused(f"{client_order_id} is a parent order: it is not changed, only cancelled")
        if order is None:
            live = named(f"{one.client_order_id} ({one.request.leg})" for one in ledger.live_orders())
            raise CommandRefused(f"there is no order {client_order_id!r}; orders that are not over: {live}")
        if order.is_over:
            raise CommandRefused(
                f"{client_order_id} is {order.status.lower()}, {order.filled_base} filled: nothing rests"
            )
        position = ledger.position(order.trade_id)
        if position is None:
            raise CommandRefused(
                f"{client_order_id} belongs to {order.trade_id}, which the ledger does not know"
            )
        return order, position
