"""What things are worth in the account currency; None where that is not known, never a guess."""

from decimal import Decimal

from desk.contracts.market import is_positive
from desk.contracts.ports.view import DeskView
from desk.workers.prices import middle, price_fault


def rate_of(currency: str, view: DeskView) -> Decimal | None:
    """Return what one unit of a currency is worth; None without a sound rate."""
    rate = view.rate(currency)
    return rate if rate is not None and is_positive(rate) else None


def worth_of_unit(symbol: str, view: DeskView, max_price_age_ms: int) -> Decimal | None:
    """Return what one unit of base is worth; None without a sound price or rate."""
    instrument, quote = view.instrument(symbol), view.quote(symbol)
    if instrument is None or quote is None or price_fault(quote, view.now_ms(), max_price_age_ms) is not None:
        return None
    rate = rate_of(instrument.quote, view)
    return None if rate is None else middle(quote) * rate
