"""What anyone may ask, without a key."""

from collections.abc import Callable, Mapping
from typing import Final

from connectors.sandbox import market_rows
from connectors.sandbox.candles import INTERVALS_MS
from connectors.sandbox.codes import BAD_PARAMETER, VenueRefusal
from connectors.sandbox.listings import Category, Listing, category_of
from connectors.sandbox.market import Market
from connectors.sandbox.wire import Json, Row, integer_of

Query = Mapping[str, str]
_NOT_TRADED: Final = ("inverse", "option")
_MOST_CANDLES: Final = 1000
_MOST_DEPTH: Final = 500


class PublicCalls:
    """Answer by path; every answer is the `result` of the reply, and VenueRefusal any other."""

    def __init__(self, market: Market, now_ms: Callable[[], int]) -> None:
        self._market = market
        self._now_ms = now_ms
        self.by_path: Mapping[str, Callable[[Query], Row]] = {
            "/v5/market/time": self._time,
            "/v5/market/instruments-info": self._instruments,
            "/v5/market/tickers": self._tickers,
            "/v5/market/kline": self._candles,
            "/v5/market/mark-price-kline": self._price_candles,
            "/v5/market/index-price-kline": self._price_candles,
            "/v5/market/premium-index-price-kline": self._price_candles,
            "/v5/market/orderbook": self._book,
            "/v5/market/recent-trade": self._tape,
            "/v5/market/funding/history": self._funding,
            "/v5/market/risk-limit": self._risk_limits,
            "/v5/system/status": lambda _: {"list": []},
        }

    def _time(self, _: Query) -> Row:
        now_ms = self._now_ms()
        return {"timeSecond": str(now_ms // 1000), "timeNano": str(now_ms * 1_000_000)}

    def _instruments(self, query: Query) -> Row:
        rows: list[Json] = [
            market_rows.instrument_row(one, is_halted=self._market.is_halted(one.symbol))
            for one in self._asked(query)
            if query.get("status", "Trading") == "Trading"
        ]
        return {"category": query.get("category", ""), "list": rows, "nextPageCursor": ""}

    def _tickers(self, query: Query) -> Row:
        now_ms = self._now_ms()
        rows: list[Json] = [market_rows.ticker_row(self._market, one, now_ms) for one in self._asked(query)]
        return {"category": query.get("category", ""), "list": rows}

    def _candles(self, query: Query) -> Row:
        return self._candle_rows(query, 7)

    def _price_candles(self, query: Query) -> Row:
        return self._candle_rows(query, 5)

    def _candle_rows(self, query: Query, cells: int) -> Row:
        listing = self._one(query)
        interval = query.get("interval", "")
        if interval not in INTERVALS_MS:
            raise VenueRefusal(BAD_PARAMETER, "params error: Invalid period!")
        now_ms = self._now_ms()
        start_ms = integer_of("start", query.get("start"), 0)
        end_ms = integer_of("end", query.get("end"), now_ms)
        most = min(max(integer_of("limit", query.get("limit"), 200), 1), _MOST_CANDLES)
        if "start" in query and "end" not in query:
            # Without an end, the page begins at the start.
            end_ms = min(now_ms, start_ms + INTERVALS_MS[interval] * 60_000 * most - 1)
        book = self._market.candles[listing.symbol]
        found = book.newest_first(interval, start_ms, end_ms, now_ms, most)
        rows: list[Json] = [market_rows.candle_row(one)[:cells] for one in found]
        return {"category": listing.category.value, "symbol": listing.venue_symbol, "list": rows}

    def _book(self, query: Query) -> Row:
        listing = self._one(query)
        depth = integer_of("limit", query.get("limit"), 1 if listing.is_spot else 25)
        tick = self._market.ticks[listing.symbol]
        bids, asks = market_rows.levels_of(listing, tick, min(max(depth, 1), _MOST_DEPTH))
        return {
            "s": listing.venue_symbol,
            "b": market_rows.pairs_of(bids),
            "a": market_rows.pairs_of(asks),
            "ts": self._now_ms(),
            "u": tick.sequence,
            "seq": tick.sequence,
            "cts": tick.time_ms,
        }

    def _tape(self, query: Query) -> Row:
        listing = self._one(query)
        most = min(max(integer_of("limit", query.get("limit"), 500), 1), 1000)
        newest = list(self._market.tapes[listing.symbol])[-most:][::-1]
        rows: list[Json] = [market_rows.trade_row(listing, one) for one in newest]
        return {"category": listing.category.value, "list": rows}

    def _funding(self, query: Query) -> Row:
        listing = self._one(query)
        newest_ms = market_rows.next_funding_ms(self._now_ms()) - market_rows.FUNDING_INTERVAL_MS
        most = min(max(integer_of("limit", query.get("limit"), 200), 1), 200)
        end_ms = integer_of("endTime", query.get("endTime"), newest_ms)
        start_ms = integer_of("startTime", query.get("startTime"), 0)
        rows: list[Json] = []
        time_ms = end_ms // market_rows.FUNDING_INTERVAL_MS * market_rows.FUNDING_INTERVAL_MS
        while len(rows) < most and time_ms >= max(start_ms, 1):
            rows.append(
                {
                    "symbol": listing.venue_symbol,
                    "fundingRate": str(market_rows.FUNDING_RATE),
                    "fundingRateTimestamp": str(time_ms),
                }
            )
            time_ms -= market_rows.FUNDING_INTERVAL_MS
        return {"category": listing.category.value, "list": rows}

    def _risk_limits(self, query: Query) -> Row:
        rows: list[Json] = [
            {
                "id": 1,
                "symbol": one.venue_symbol,
                "riskLimitValue": "2000000",
                "maintenanceMargin": "0.005",
                "initialMargin": f"{1 / one.instrument.max_leverage:.4f}",
                "isLowestRisk": 1,
                "maxLeverage": str(one.instrument.max_leverage),
                "mmDeduction": "",
            }
            for one in self._asked(query)
        ]
        return {"category": query.get("category", ""), "list": rows, "nextPageCursor": ""}

    def _asked(self, query: Query) -> list[Listing]:
        if query.get("category") in _NOT_TRADED:
            return []
        category = category_of(query.get("category", ""))
        symbol = query.get("symbol")
        return (
            [self._market.listings.find(category, symbol)] if symbol else self._market.listings.of(category)
        )

    def _one(self, query: Query) -> Listing:
        category = category_of(query.get("category", Category.LINEAR.value))
        return self._market.listings.find(category, query.get("symbol", ""))
