"""What the name of a symbol says: its currencies, and which symbols an affected asset covers."""


def base_of(symbol: str) -> str:
    """Return the base of a ccxt unified symbol: `BTC` of `BTC/USDT:USDT`."""
    return symbol.partition("/")[0]


def currencies_of(symbol: str) -> tuple[str, str]:
    """Return base and quote of a ccxt unified symbol: `BTC` and `USDT` of `BTC/USDT:USDT`."""
    base, _, rest = symbol.partition("/")
    return base, rest.partition(":")[0]


def is_affected(symbol: str, asset: str | None) -> bool:
    """Tell whether `asset` covers `symbol`: none covers all, a base currency every pair of it.

    `BTC` covers `BTC/USDT` and `BTC/USDT:USDT`; a symbol covers itself alone. One rule for threats, emergency
    exits and the gate.
    """
    return asset is None or asset in (symbol, base_of(symbol))
