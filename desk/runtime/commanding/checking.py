"""Whether what a command gives can be meant: each refusal says what to give instead."""

from collections.abc import Iterable
from decimal import Decimal

from desk.contracts.ids import TradeId
from desk.contracts.market import ZERO, Instrument
from desk.contracts.positions import Position
from desk.execution.filters import MOST_CARRIED
from desk.ledger.ledger import Ledger
from desk.runtime.commanding.answering import CommandRefused
from desk.runtime.live_view import LiveView

_MOST_NAMED = 12


def positive(what: str, value: Decimal) -> Decimal:
    """Return a price or amount that can be one; raises CommandRefused."""
    if not value.is_finite() or not ZERO < value < MOST_CARRIED:
        raise CommandRefused(f"{value} is no {what}: give a number above 0 and below {MOST_CARRIED:f}")
    return value


def instrument_of(view: LiveView, symbol: str) -> Instrument:
    """Return a symbol's instrument; raises CommandRefused with those there are."""
    instrument = view.instrument(symbol)
    if instrument is None:
        raise CommandRefused(
            f"this desk does not trade {symbol!r}; it trades {named(sorted(view.instruments))}"
        )
    return instrument


def no_price_yet(symbol: str) -> str:
    """Say that a symbol is watched and silent."""
    return f"there is no price of {symbol} yet: the desk watches it now, try again in a moment"


def open_trade(ledger: Ledger, trade_id: TradeId) -> Position:
    """Return a trade that holds something; raises CommandRefused with those there are."""
    position = ledger.position(trade_id)
    if position is not None and position.is_open:
        return position
    trades = named(f"{one.trade_id} ({one.symbol})" for one in ledger.open_positions())
    raise CommandRefused(f"{trade_id} is not open; open trades: {trades}")


def living_trade(ledger: Ledger, trade_id: TradeId) -> Position:
    """Return a trade that holds something or may still; raises CommandRefused."""
    position = ledger.position(trade_id)
    if position is not None and ledger.orders_of(trade_id):
        return position
    return open_trade(ledger, trade_id)


def reason_of(given: str, otherwise: str) -> str:
    """Return the operator's reason, or the usual one where it is blank."""
    return given.strip() or otherwise


def named(names: Iterable[str]) -> str:
    """List what there is, in a sentence."""
    listed = list(names)
    if not listed:
        return "none"
    more = len(listed) - _MOST_NAMED
    return ", ".join(listed[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
