"""Commands about trades: open, close, move the stop, set the target, adopt."""

from decimal import Decimal

from desk.contracts.by_hand import ByHand
from desk.contracts.commands import (
    AdoptTrade,
    CloseTrade,
    CloseTrades,
    CommandOutcome,
    MoveStop,
    OpenTrade,
    SetTarget,
)
from desk.contracts.directives import DirectiveScope, ExitDirective, SizeDirective, StrategyDirective
from desk.contracts.ids import DirectiveId, ManualId, TradeId
from desk.contracts.market import ONE, ZERO, Instrument
from desk.contracts.orders import Leg
from desk.contracts.orderstate import OrderState
from desk.contracts.plans import TimeInForce
from desk.contracts.positions import EXTERNAL_STRATEGY, Position
from desk.runtime.commanding.answering import Answers, CommandRefused
from desk.runtime.commanding.checking import (
    instrument_of,
    living_trade,
    named,
    open_trade,
    positive,
    reason_of,
)
from desk.runtime.commanding.directing import Wishes, directive_by_hand
from desk.runtime.commanding.first_prices import FirstPrices
from desk.runtime.commanding.following import PATIENCE_MS, FlowFollower
from desk.runtime.commanding.opening import opening
from desk.runtime.commanding.parts import CommandParts


class TradeCommands:
    """Turn commands into directives, and what became of them into answers."""

    def __init__(
        self, parts: CommandParts, answers: Answers, follower: FlowFollower, first: FirstPrices
    ) -> None:
        self._parts = parts
        self._first = first
        self._answers = answers
        self._follower = follower

    async def open(self, command: OpenTrade, manual_id: ManualId) -> CommandOutcome:
        """Open a trade; answered once it is filled and protected, or its entry rests."""
        parts = self._parts
        await self._first.wait(command.symbol)
        directive = opening(command, manual_id, parts.view, parts.clock, parts.ids)
        flow_id = directive.directive_id
        completion = await self._follower.issue(directive, lambda: self.resting(flow_id) is not None)
        if completion is None:
            return self._not_over(manual_id, flow_id)
        trade_id = next(iter(completion.trade_ids), None)
        await self._follower.until(flow_id, lambda: self._has_target(trade_id))
        return self._answers.ended(manual_id, completion, besides=self._protection(trade_id))

    def _not_over(self, manual_id: ManualId, flow_id: DirectiveId) -> CommandOutcome:
        """Answer with the entry that rests, where a flow goes on because of it."""
        resting = self.resting(flow_id)
        if resting is None:
            return self._answers.under_way(manual_id, flow_id, PATIENCE_MS)
        return self._answers.done(manual_id, _rests(resting), flow_id)

    def resting(self, flow_id: DirectiveId) -> OrderState | None:
        """Return the entry of a flow that waits at the venue for its price."""
        return next(
            (
                one
                for one in self._parts.ledger.live_orders()
                if one.directive_id == flow_id
                and one.request.leg is Leg.ENTRY
                and one.request.time_in_force is TimeInForce.GTC
                and one.status.is_working
            ),
            None,
        )

    def _has_target(self, trade_id: TradeId | None) -> bool:
        """Tell whether the target of a trade rests, or none is to: a flow ends as soon as the stop does."""
        position = None if trade_id is None else self._parts.ledger.position(trade_id)
        if position is None or not position.is_open:
            return True
        return position.planned_take_profit_price in (None, position.take_profit_price)

    def _protection(self, trade_id: TradeId | None) -> str:
        position = None if trade_id is None else self._parts.ledger.position(trade_id)
        if position is None or not position.is_open:
            return ""
        stop, target = position.stop_price, position.take_profit_price
        words = [f"{name} rests at {price}" for name, price in (("stop", stop), ("target", target)) if price]
        return ", ".join(words) or "no stop"

    async def close(self, command: CloseTrade, manual_id: ManualId) -> CommandOutcome:
        """Close a trade, or bring it down by a fraction."""
        fraction = command.fraction
        if not fraction.is_finite() or not ZERO < fraction <= ONE:
            raise CommandRefused(
                f"{fraction} is no fraction of a trade: give one above 0, up to 1 for all of it"
            )
        reason = reason_of(command.reason, "closed by the operator")
        if fraction == ONE:
            trade = living_trade(self._parts.ledger, command.trade_id)
            scope = DirectiveScope.CLOSE_EXISTING
            return await self._carry(manual_id, scope, reason, Wishes(target_trade_ids=(trade.trade_id,)))
        trade = open_trade(self._parts.ledger, command.trade_id)
        left_base = self._left_of(trade, fraction)
        size = SizeDirective(target_size_base=left_base)
        return await self._modify(manual_id, trade, reason, Wishes(size_directive=size))

    def _left_of(self, trade: Position, fraction: Decimal) -> Decimal:
        """Return what a trade holds after the fraction went, on whole lots; never less than was said."""
        instrument = instrument_of(self._parts.view, trade.symbol)
        sold_base = instrument.floor_size(trade.size_base * fraction)
        left_base = trade.size_base - sold_base
        price = self._price(trade)
        if instrument.is_dust(sold_base, price):
            raise CommandRefused(
                f"{fraction} of {trade.size_base} {trade.symbol} is {sold_base} in whole lots, which the"
                f" venue does not trade ({_minima(instrument)}): close a larger part, or all of it"
            )
        if instrument.is_dust(instrument.floor_size(left_base), price):
            raise CommandRefused(
                f"{left_base} {trade.symbol} would be left, which the venue neither trades nor protects"
                f" ({_minima(instrument)}): close a smaller part, or all of it"
            )
        return left_base

    def _price(self, trade: Position) -> Decimal:
        quote = self._parts.view.quote(trade.symbol)
        return trade.entry_price if quote is None else quote.touch(trade.side.exit_side)

    async def close_all(self, command: CloseTrades, manual_id: ManualId) -> CommandOutcome:
        """Close every trade of a symbol or a strategy, those included whose entry still waits."""
        if (command.symbol is None) == (command.strategy_id is None):
            raise CommandRefused(
                "give the symbol or the strategy whose trades are to be closed, one of the two"
            )
        ledger = self._parts.ledger
        held = {one.trade_id: one for one in ledger.open_positions()}
        for order in ledger.live_orders():
            position = ledger.position(order.trade_id)
            if position is not None:
                held.setdefault(position.trade_id, position)
        meant = [one for one in held.values() if command.symbol in (None, one.symbol)]
        meant = [one for one in meant if command.strategy_id in (None, one.strategy_id)]
        if not meant:
            what = command.symbol or command.strategy_id
            open_ones = named(dict.fromkeys(f"{one.symbol} ({one.strategy_id})" for one in held.values()))
            raise CommandRefused(f"nothing of {what} is open; open are {open_ones}")
        wishes = Wishes(target_trade_ids=tuple(one.trade_id for one in meant))
        reason = reason_of(command.reason, "closed by the operator")
        return await self._carry(manual_id, DirectiveScope.CLOSE_EXISTING, reason, wishes)

    async def move_stop(self, command: MoveStop, manual_id: ManualId) -> CommandOutcome:
        """Put a stop elsewhere."""
        trade = living_trade(self._parts.ledger, command.trade_id)
        leave = ExitDirective(stop_loss_price=positive("price", command.stop_price))
        reason = reason_of(command.reason, "stop moved by the operator")
        return await self._modify(manual_id, trade, reason, Wishes(exit_directive=leave))

    async def set_target(self, command: SetTarget, manual_id: ManualId) -> CommandOutcome:
        """Put a target somewhere, or take it away."""
        trade = living_trade(self._parts.ledger, command.trade_id)
        reason = reason_of(command.reason, "target set by the operator")
        if command.take_profit_price is None:
            return await self.withdraw(manual_id, trade, Leg.TARGET, reason)
        leave = ExitDirective(take_profit_price=positive("price", command.take_profit_price))
        return await self._modify(manual_id, trade, reason, Wishes(exit_directive=leave))

    async def withdraw(self, manual_id: ManualId, trade: Position, leg: Leg, reason: str) -> CommandOutcome:
        """Take a stop or a target away."""
        return await self._modify(manual_id, trade, reason, Wishes(by_hand=ByHand(withdraws=leg)))

    async def adopt(self, command: AdoptTrade, manual_id: ManualId) -> CommandOutcome:
        """Give an EXTERNAL trade a stop, and take it over once the stop rests."""
        trade = open_trade(self._parts.ledger, command.trade_id)
        if trade.strategy_id != EXTERNAL_STRATEGY:
            raise CommandRefused(f"{trade.trade_id} is {trade.strategy_id}'s already: move its stop instead")
        leave = ExitDirective(stop_loss_price=positive("price", command.stop_price))
        wishes = Wishes(exit_directive=leave, by_hand=ByHand(adopts=True))
        return await self._modify(
            manual_id, trade, reason_of(command.reason, "adopted by the operator"), wishes
        )

    async def _modify(
        self, manual_id: ManualId, trade: Position, reason: str, wishes: Wishes
    ) -> CommandOutcome:
        wishes["target_trade_ids"] = (trade.trade_id,)
        return await self._carry(manual_id, DirectiveScope.MODIFY_EXISTING, reason, wishes)

    async def _carry(
        self, manual_id: ManualId, scope: DirectiveScope, reason: str, wishes: Wishes
    ) -> CommandOutcome:
        parts = self._parts
        return await self.follow(
            manual_id, directive_by_hand(parts.ids, parts.clock, manual_id, scope, reason, **wishes)
        )

    async def follow(self, manual_id: ManualId, directive: StrategyDirective) -> CommandOutcome:
        """Issue a directive and answer with its end, or with the entry that it left resting."""
        flow_id = directive.directive_id
        completion = await self._follower.issue(directive, lambda: self.resting(flow_id) is not None)
        if completion is None:
            return self._not_over(manual_id, flow_id)
        return self._answers.ended(manual_id, completion)


def _rests(order: OrderState) -> str:
    filled = f", {order.filled_base} filled" if order.filled_base else ""
    request = order.request
    return (
        f"{request.side} {order.size_base} {request.symbol} rests at {order.limit_price}"
        f" as {order.client_order_id}{filled}"
    )


def _minima(instrument: Instrument) -> str:
    return f"at least {instrument.min_size_base} and {instrument.min_notional_quote} {instrument.quote}"
