"""What a drill leaves: a trade on every symbol with its stop, a waiting entry, another program's order."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal

from connectors.sandbox.venue import LocalVenue
from desk.bootstrap.assembly import Desk
from desk.bootstrap.drill_venue import OPENING_PRICE
from desk.contracts import events
from desk.contracts.commands import OpenTrade
from desk.contracts.problems import DeskError
from desk.contracts.sides import OrderSide, PositionSide

_NOTIONAL = Decimal(1_000)
_PRICES_WITHIN_S = 90
_OPEN_WITHIN_S = 180


async def open_positions(desk: Desk, venue: LocalVenue, symbols: Sequence[str]) -> None:
    """Open a trade on every symbol, each with its stop; one entry waits, and another program's order.

    Raises DeskError where there are no prices, a trade is refused, or one is not protected in time.
    """
    await _priced(desk, symbols)
    sides = (PositionSide.LONG, PositionSide.SHORT)
    trades = [
        OpenTrade(
            symbol, side := sides[number % 2], notional_quote=_NOTIONAL,
            stop_price=OPENING_PRICE * (1 - side.sign * Decimal("0.1")),
        )
        for number, symbol in enumerate(symbols)
    ]  # fmt: skip
    answers = await asyncio.gather(*(desk.commands.execute(one) for one in trades))
    refused = [one.message for one in answers if not one.accepted]
    if refused:
        raise DeskError(f"the drill could not begin: {refused[0]}")
    await _protected(desk, len(symbols))
    waits = OpenTrade(
        symbols[0],
        PositionSide.LONG,
        notional_quote=_NOTIONAL,
        limit_price=OPENING_PRICE * Decimal("0.96"),
        stop_price=OPENING_PRICE * Decimal("0.9"),
    )
    await desk.commands.execute(waits)
    last = symbols[-1]
    venue.hand.trade(last, OrderSide.BUY, Decimal(1), limit_price=OPENING_PRICE * Decimal("0.5"))


async def _protected(desk: Desk, count: int) -> None:
    """Wait until every position stands with its stop; raises DeskError where one does not."""
    parts, stands = desk.core.parts, asyncio.Event()

    def look(_: object = None) -> None:
        held = parts.ledger.open_positions()
        if len(held) == count and all(one.is_protected for one in held):
            stands.set()

    parts.bus.subscribe(events.FLOW_STOP_SUCCESS, look, subscriber="drill")
    look()
    try:
        async with asyncio.timeout(_OPEN_WITHIN_S):
            await stands.wait()
    except TimeoutError:
        raise DeskError(f"the drill could not begin: not all protected in {_OPEN_WITHIN_S} s") from None


async def _priced(desk: Desk, symbols: Sequence[str]) -> None:
    """Wait until every symbol has a price; raises DeskError where the feed brings none."""
    board, priced = desk.core.parts.board, asyncio.Event()

    def on_tick(_: object) -> None:
        if all(board.quote(symbol) is not None for symbol in symbols):
            priced.set()

    desk.core.parts.bus.subscribe(events.TICK_RECEIVED, on_tick, subscriber="drill")
    try:
        async with asyncio.timeout(_PRICES_WITHIN_S):
            await priced.wait()
    except TimeoutError:
        raise DeskError(f"the drill could not begin: no prices within {_PRICES_WITHIN_S} s") from None
