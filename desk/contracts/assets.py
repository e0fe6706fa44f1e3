"""Which symbols an affected asset names: one rule for threats, emergency exits and the gate."""


def is_affected(symbol: str, asset: str | None) -> bool:
    """Tell whether `asset` covers `symbol`: none covers all, a base currency every pair of it.

    `BTC` covers `BTC/USDT` and `BTC/USDT:USDT`; a symbol covers itself alone.
    """
    return asset is None or asset in (symbol, symbol.partition("/")[0])
