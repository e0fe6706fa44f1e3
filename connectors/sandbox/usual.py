"""What is traded where nobody says otherwise, and listings from settings."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from connectors.sandbox.listings import Listing, Listings
from connectors.sandbox.settings import SymbolSettings
from desk.contracts.market import Instrument, InstrumentKind

_COINS: Final = (
    ("BTC", "50000", "0.1", "0.001"),
    ("ETH", "3000", "0.01", "0.01"),
    ("SOL", "150", "0.01", "0.1"),
)
_SPOT_FEE: Final = Decimal("0.001")


def usual_symbols() -> tuple[SymbolSettings, ...]:
    """Return three coins, each on spot and as a perpetual."""
    found = []
    for coin, price, price_step, size_step in _COINS:
        for symbol in (f"{coin}/USDT", f"{coin}/USDT:USDT"):
            is_spot = ":" not in symbol
            step = Decimal(size_step) / 1000 if is_spot else Decimal(size_step)
            found.append(
                SymbolSettings(
                    symbol=symbol,
                    start_price=Decimal(price),
                    price_step=Decimal(price_step),
                    size_step=step,
                    min_size_base=step,
                    max_leverage=Decimal(1) if is_spot else Decimal(50),
                    maker_fee=_SPOT_FEE if is_spot else Decimal("0.0002"),
                    taker_fee=_SPOT_FEE if is_spot else Decimal("0.00055"),
                )
            )
    return tuple(found)


def listings_of(symbols: Sequence[SymbolSettings]) -> Listings:
    """Build listings; without any, the usual ones."""
    return Listings(_listing(one) for one in symbols or usual_symbols())


def _listing(symbol: SymbolSettings) -> Listing:
    pair, _, settled = symbol.symbol.partition(":")
    base, _, quote = pair.partition("/")
    instrument = Instrument(
        symbol=symbol.symbol,
        kind=InstrumentKind.PERPETUAL if settled else InstrumentKind.SPOT,
        base=base,
        quote=quote,
        price_step=symbol.price_step,
        size_step=symbol.size_step,
        min_size_base=symbol.min_size_base,
        min_notional_quote=symbol.min_notional_quote,
        maker_fee=symbol.maker_fee,
        taker_fee=symbol.taker_fee,
        max_leverage=symbol.max_leverage,
    )
    return Listing(instrument, symbol.start_price, symbol.annual_volatility)
