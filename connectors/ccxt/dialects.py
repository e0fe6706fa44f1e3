"""From an exchange's id to the way it is spoken to."""

from connectors.ccxt.by_client_id import BinanceDialect, OkxDialect
from connectors.ccxt.bybit import BybitDialect
from connectors.ccxt.dialect import Dialect
from connectors.ccxt.settings import CcxtSettings


class _GateDialect(Dialect):
    """Gate, whose client ids all begin alike."""

    id_prefix = "t-"


_KNOWN: dict[str, type[Dialect]] = {
    "bybit": BybitDialect,
    "bybiteu": BybitDialect,
    "bybitid": BybitDialect,
    "binance": BinanceDialect,
    "binanceus": BinanceDialect,
    "binanceusdm": BinanceDialect,
    "gate": _GateDialect,
    "gateeu": _GateDialect,
    "okx": OkxDialect,
    "okxus": OkxDialect,
    "myokx": OkxDialect,
}


def dialect_of(settings: CcxtSettings) -> Dialect:
    """Return what is known of an exchange; one that nobody looked at is spoken to by what it declares."""
    return _KNOWN.get(settings.exchange, Dialect)(settings)
