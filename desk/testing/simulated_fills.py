"""Fill what a worker asks for at once and at the touch, so that it has trades to look after.

Plainer than the paper venue on purpose: no latency, no partial fills, no margin. What depends on those is
tried by a replay.
"""

import dataclasses
from decimal import Decimal

from desk.contracts.directives import (
    DirectiveScope,
    EntryDirective,
    ExitDirective,
    SizeDirective,
    StrategyDirective,
)
from desk.contracts.ids import TradeId
from desk.contracts.market import ZERO, Instrument, Quote, Tick
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide
from desk.testing.memory_desk import MemoryDesk


class SimulatedFills:
    """Keep the trades of a desk in memory as its directives and the prices want them.

    A NEW_TRADE without a size in base or quote takes `notional_quote`. A stop only ever tightens.
    """

    def __init__(self, desk: MemoryDesk, notional_quote: Decimal) -> None:
        self._desk = desk
        self._notional_quote = notional_quote
        self._trades = 0

    def on_price(self, tick: Tick) -> None:
        """Close what stops and targets close at this tick: a stop at the touch, a target at its own price."""
        for held in self._desk.positions_on(tick.symbol):
            sign = held.side.sign
            leave = tick.bid if held.side is PositionSide.LONG else tick.ask
            stop, target = held.stop_price, held.take_profit_price
            if stop is not None and (leave - stop) * sign <= 0:
                self._reduce(held, held.size_base, leave)
            elif target is not None and (leave - target) * sign >= 0:
                self._reduce(held, held.size_base, target)

    def fill(self, directive: StrategyDirective) -> None:
        """Do what a directive asks for; what names no known price or trade does nothing."""
        if directive.scope is DirectiveScope.NEW_TRADE:
            self._open(directive)
            return
        for trade_id in directive.target_trade_ids:
            held = self._desk.position(trade_id)
            quote = None if held is None else self._desk.quote(held.symbol)
            if held is None or quote is None or not held.is_open:
                continue
            if directive.scope is DirectiveScope.CLOSE_EXISTING:
                self._reduce(held, held.size_base, _leave(held, quote))
            else:
                self._modify(held, directive, quote)

    def _open(self, directive: StrategyDirective) -> None:
        entry = (directive.entry_directive or EntryDirective()).resolved()
        if entry.symbol is None or entry.direction is None:
            return
        instrument, quote = self._desk.instrument(entry.symbol), self._desk.quote(entry.symbol)
        if instrument is None or quote is None:
            return
        side, price = PositionSide.of(entry.direction), quote.touch(entry.direction)
        leave = (directive.exit_directive or ExitDirective()).resolved()
        stop = _stop(leave, side, price, instrument)
        size = self._size(directive.size_directive, abs(price - stop), price, instrument)
        self._trades += 1
        self._desk.hold(
            Position(
                trade_id=TradeId.at(self._desk.time_ms, self._trades),
                strategy_id=directive.strategy_id,
                worker=directive.strategy_planner_id,
                directive_id=directive.directive_id,
                symbol=instrument.symbol,
                kind=instrument.kind,
                side=side,
                protection=directive.protection,
                intended_at_ms=self._desk.time_ms,
                opened_at_ms=self._desk.time_ms,
                size_base=size,
                max_size_base=size,
                entry_price=price,
                fees_quote=size * price * instrument.taker_fee,
                planned_stop_price=stop,
                stop_price=stop,
                stop_size_base=size,
                initial_stop_price=stop,
                take_profit_price=leave.take_profit_price,
            )
        )

    def _size(
        self, of: SizeDirective | None, risk_per_unit: Decimal, price: Decimal, instrument: Instrument
    ) -> Decimal:
        """Return how much is opened, on the lot: as told in base, quote or risk, else the usual notional."""
        told = of or SizeDirective()
        size = (told.notional_quote or self._notional_quote) / price
        if told.target_size_base is not None:
            size = told.target_size_base
        elif told.max_risk_amount is not None and risk_per_unit > 0:
            size = told.max_risk_amount / risk_per_unit
        return max(instrument.floor_size(size), instrument.min_size_base)

    def _modify(self, held: Position, directive: StrategyDirective, quote: Quote) -> None:
        leave, sized = directive.exit_directive, directive.size_directive
        target = None if sized is None else sized.target_size_base
        if leave is not None:
            held = self._guard(held, leave)
        if target is not None and target < held.size_base:
            self._reduce(held, held.size_base - target, _leave(held, quote))
        elif target is not None and target > held.size_base:
            self._add(held, target - held.size_base, quote)

    def _guard(self, held: Position, leave: ExitDirective) -> Position:
        stop, target = leave.stop_loss_price, leave.take_profit_price
        before = held.stop_price
        if stop is None or (before is not None and (stop - before) * held.side.sign <= 0):
            stop = before
        guarded = dataclasses.replace(
            held, stop_price=stop, planned_stop_price=stop, take_profit_price=target or held.take_profit_price
        )
        self._desk.hold(guarded)
        return guarded

    def _add(self, held: Position, size: Decimal, quote: Quote) -> None:
        price = quote.ask if held.side is PositionSide.LONG else quote.bid
        whole = held.size_base + size
        entry = (held.entry_price * held.size_base + price * size) / whole
        self._desk.hold(
            dataclasses.replace(
                held,
                size_base=whole,
                max_size_base=max(held.max_size_base, whole),
                stop_size_base=whole,
                entry_price=entry,
                fees_quote=held.fees_quote + self._fee(held.symbol, size * price),
            )
        )

    def _reduce(self, held: Position, size: Decimal, price: Decimal) -> None:
        left = held.size_base - size
        self._desk.hold(
            dataclasses.replace(
                held,
                size_base=left,
                stop_size_base=left,
                exit_price=price,
                closed_at_ms=self._desk.time_ms if left == 0 else None,
                realized_quote=held.realized_quote + (price - held.entry_price) * size * held.side.sign,
                fees_quote=held.fees_quote + self._fee(held.symbol, size * price),
            )
        )

    def _fee(self, symbol: str, notional_quote: Decimal) -> Decimal:
        instrument = self._desk.instrument(symbol)
        return ZERO if instrument is None else notional_quote * instrument.taker_fee


def _leave(held: Position, quote: Quote) -> Decimal:
    return quote.bid if held.side is PositionSide.LONG else quote.ask


def _stop(leave: ExitDirective, side: PositionSide, price: Decimal, instrument: Instrument) -> Decimal:
    if leave.stop_loss_price is not None:
        return leave.stop_loss_price
    distance = price * (leave.stop_loss_tolerance or ZERO)
    return instrument.stop_price(side, price - side.sign * distance)
