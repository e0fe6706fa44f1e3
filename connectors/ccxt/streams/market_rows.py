"""Public trades, quotes and candles as ccxt tells them, in the desk's words; pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from connectors.ccxt.decimals import number
from connectors.ccxt.markets import Markets, Row
from desk.contracts.market import ZERO, Bar
from desk.contracts.ports.market_source import QuoteUpdate, TradeUpdate
from desk.contracts.problems import ReadFailed

_UNIT_MS: Final = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_CANDLE_WIDTH: Final = 6


def trade_of(row: Row, symbol: str, markets: Markets) -> TradeUpdate | None:
    """Read a public trade; None where it lacks its time, price or size."""
    price, size_base = number(row.get("price")), markets.base_of(symbol, row.get("amount"))
    time_ms, name = row.get("timestamp"), row.get("id")
    if price is None or size_base is None or time_ms is None:
        return None
    return TradeUpdate(symbol, int(time_ms), price, size_base, None if name is None else str(name))


def trades_of(rows: Iterable[Row], symbol: str, markets: Markets) -> list[TradeUpdate]:
    """Read public trades, oldest first."""
    read = (trade_of(row, symbol, markets) for row in rows)
    return sorted((trade for trade in read if trade is not None), key=lambda trade: trade.time_ms)


def quote_of(row: Row, symbol: str, now_ms: int) -> QuoteUpdate | None:
    """Read the best bid and ask; None where the row knows neither."""
    bid, ask = number(row.get("bid")), number(row.get("ask"))
    if bid is None and ask is None:
        return None
    time_ms = row.get("timestamp")
    return QuoteUpdate(symbol, now_ms if time_ms is None else int(time_ms), bid or ZERO, ask or ZERO)


def timeframe_of(timeframes: Mapping[str, Any], interval_ms: int) -> str:
    """Return what the venue calls an interval; raises ReadFailed where it has none such."""
    for name in timeframes:
        unit_ms = _UNIT_MS.get(name[-1:])
        if unit_ms is not None and name[:-1].isdigit() and int(name[:-1]) * unit_ms == interval_ms:
            return name
    raise ReadFailed(f"the venue has no bars of {interval_ms} ms; it has {', '.join(timeframes)}")


def bar_of(candle: Sequence[object], symbol: str, interval_ms: int, markets: Markets) -> Bar:
    """Read one candle, its volume in base; raises ReadFailed where it is none."""
    if len(candle) < _CANDLE_WIDTH or candle[0] is None:
        raise ReadFailed(f"{symbol}: a candle of the venue is incomplete")
    prices = [number(one) for one in candle[1:5]]
    volume = markets.base_of(symbol, candle[5])
    if None in prices or volume is None:
        raise ReadFailed(f"{symbol}: a candle of the venue holds what is no number")
    begin, high, low, end = (one for one in prices if one is not None)
    return Bar(symbol, int(str(candle[0])), interval_ms, begin, high, low, end, volume)
