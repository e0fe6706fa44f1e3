"""Past candles of one symbol, window by window: public data, for which no key is needed."""

from collections.abc import Sequence
from typing import Final

from connectors.ccxt.bare_reads import BareReads
from connectors.ccxt.settings import CcxtSettings
from connectors.ccxt.streams.market_rows import bar_of
from desk.contracts.market import Bar, Instrument
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.problems import InputRefused, Problem

_PAGE: Final = 200
_LARGEST_PAGE: Final = 1000

TAKES_NO_END: Final = frozenset((
    "bit2c", "bitbank", "bitbns", "bitflyer", "bithumb", "bitopro", "bitso", "bitteam", "bittrade",
    "blockchaincom", "btcbox", "btcmarkets", "coincheck", "coinmate", "coinone", "coinspot", "cryptomus",
    "foxbit", "gemini", "independentreserve", "kraken", "krakenfutures", "kucoin", "kucoinfutures",
    "latoken", "lbank", "luno", "mercado", "modetrade", "ndax", "onetrading", "p2b", "paymium", "upbit",
    "weex", "whitebit", "woofipro", "zaif",
))  # fmt: skip
"""Where ccxt would hand the end of a window on as it is, to a venue that does not know the word."""


class PastCandles:
    """Read candles that are over; opened once, for one symbol and interval."""

    def __init__(self, settings: CcxtSettings, clock: Clock, spawner: Spawner) -> None:
        self._bare = BareReads.of(settings, clock, spawner)
        self._symbol = ""
        self._interval_ms = 0
        self._timeframe = ""
        self.page = _PAGE

    async def open(self, symbol: str, interval_ms: int) -> Sequence[Instrument]:
        """Read the markets and return them all.

        Raises ReadFailed where the venue does not answer, InputRefused for an interval it does not have;
        whether it has the symbol is for the caller to see.
        """
        await self._bare.load_markets()
        self._symbol, self._interval_ms = symbol, interval_ms
        self._timeframe = self._timeframe_of(interval_ms)
        kind, sub_kind = ("swap", "linear") if self._bare.dialect.is_perpetual else ("spot", None)
        declared = self._bare.exchange.feature_value_by_type(kind, sub_kind, "fetchOHLCV", "limit")
        self.page = min(int(declared or _PAGE), _LARGEST_PAGE)
        return self._bare.markets.instruments()

    async def read(self, since_ms: int, until_ms: int) -> Sequence[Bar]:
        """Read candles that open from `since_ms` on and before `until_ms`; raises ReadFailed."""
        limit = min(self.page, max(1, (until_ms - since_ms) // self._interval_ms))
        bound = {} if self._bare.exchange.id in TAKES_NO_END else {"until": until_ms - 1}
        rows = await self._bare.reads.call(
            "fetch_ohlcv", self._symbol, self._timeframe, since_ms, limit, params=bound
        )
        return [bar_of(row, self._symbol, self._interval_ms, self._bare.markets) for row in rows]

    async def close(self) -> None:
        """Let the connection go."""
        await self._bare.close()

    def _timeframe_of(self, interval_ms: int) -> str:
        exchange = self._bare.exchange
        known = {int(exchange.parse_timeframe(one)) * 1000: str(one) for one in exchange.timeframes or ()}
        if interval_ms in known:
            return known[interval_ms]
        written = ", ".join(one for _, one in sorted(known.items()))
        what = f"{exchange.id} has no candles of this length"
        raise InputRefused(
            Problem("--interval", None, "", what, f"write one of: {written}" if written else "name another")
        )
