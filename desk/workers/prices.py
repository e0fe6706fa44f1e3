"""Whether a price may be acted on, and prices as a trader writes them."""

from datetime import UTC, datetime
from decimal import Decimal

from desk.contracts.market import ZERO, Quote, Tick, is_positive
from desk.contracts.ports.view import DeskView
from desk.contracts.positions import Position

_LARGE = Decimal(100)


def price_fault(price: Tick | Quote | None, now_ms: int, max_age_ms: int) -> str | None:
    """Name why a price cannot be acted on: missing, not finite, crossed, too old, or dated as far ahead."""
    if price is None:
        return "there is no price"
    if not price.is_sound:
        return f"bid {price.bid} and ask {price.ask} are no market"
    age_ms = now_ms - price.time_ms
    if not -max_age_ms <= age_ms <= max_age_ms:
        return f"the price is {age_ms} ms old, at most {max_age_ms} ms is allowed"
    return None


def is_dust(position: Position, view: DeskView) -> bool:
    """Tell whether what a trade holds is too small for the venue to trade, at the newest price there is.

    False where nothing is known of its symbol.
    """
    instrument, quote = view.instrument(position.symbol), view.quote(position.symbol)
    if instrument is None:
        return False
    price = quote.last if quote is not None and is_positive(quote.last) else position.entry_price
    return instrument.is_dust(instrument.floor_size(position.size_base), price)


def middle(price: Tick | Quote) -> Decimal:
    """Return the middle of bid and ask, in quote."""
    return (price.bid + price.ask) / 2


def written(amount: Decimal) -> str:
    """Write an amount with thousands separated and no trailing zeros."""
    return f"{amount.normalize():,f}"


def rounded(amount: Decimal) -> str:
    """Write an amount to the cent, and one that is small, as in bitcoin, to the sixth decimal."""
    return written(round(amount, 2 if abs(amount) >= _LARGE else 6) or ZERO)


def percent(fraction: Decimal) -> str:
    """Write a fraction as percent."""
    return f"{(fraction * 100).normalize():f} %"


def milliseconds(seconds: Decimal) -> int:
    """Return seconds as whole milliseconds."""
    return int(seconds * 1000)


def utc_minute(time_ms: int) -> str:
    """Write a time as date and minute, in UTC."""
    return f"{datetime.fromtimestamp(time_ms // 1000, UTC):%Y-%m-%d %H:%M}"
