"""The market as the venue writes it: instruments, tickers, book and tape."""

from decimal import Decimal
from hashlib import blake2b
from typing import Final

from connectors.sandbox.candles import Candle
from connectors.sandbox.listings import Listing
from connectors.sandbox.market import Market, PublicTrade
from connectors.sandbox.wire import Json, Row, text_of
from desk.contracts.market import Instrument, Tick

FUNDING_INTERVAL_MS: Final = 8 * 3_600_000
FUNDING_RATE: Final = Decimal("0.0001")
_LAUNCH_MS: Final = "1585526400000"
_MOST_SIZE: Final = Decimal(1_000_000_000)
_LEVEL_NOTIONAL: Final = Decimal(20_000)


def instrument_row(listing: Listing, *, is_halted: bool) -> Row:
    """Write the filters of a listing."""
    instrument = listing.instrument
    row: Row = {
        "symbol": listing.venue_symbol,
        "baseCoin": instrument.base,
        "quoteCoin": instrument.quote,
        "status": "Closed" if is_halted else "Trading",
    }
    return row | (_spot_filters(instrument) if listing.is_spot else _perpetual_filters(instrument))


def _spot_filters(instrument: Instrument) -> Row:
    lots: Row = {
        "basePrecision": text_of(instrument.size_step),
        "quotePrecision": "0.00000001",
        "minOrderQty": text_of(instrument.min_size_base),
        "maxOrderQty": text_of(instrument.max_size_base or _MOST_SIZE),
        "minOrderAmt": text_of(instrument.min_notional_quote),
        "maxOrderAmt": text_of(_MOST_SIZE),
    }
    prices: Row = {"tickSize": text_of(instrument.price_step)}
    return {"innovation": "0", "marginTrading": "none", "lotSizeFilter": lots, "priceFilter": prices}


def _perpetual_filters(instrument: Instrument) -> Row:
    most = text_of(instrument.max_size_base or _MOST_SIZE)
    lots: Row = {
        "minOrderQty": text_of(instrument.min_size_base),
        "maxOrderQty": most,
        "maxMktOrderQty": most,
        "qtyStep": text_of(instrument.size_step),
        "minNotionalValue": text_of(instrument.min_notional_quote),
    }
    prices: Row = {
        "minPrice": text_of(instrument.price_step),
        "maxPrice": text_of(_MOST_SIZE),
        "tickSize": text_of(instrument.price_step),
    }
    leverages: Row = {
        "minLeverage": "1",
        "maxLeverage": text_of(instrument.max_leverage),
        "leverageStep": "0.01",
    }
    return {
        "contractType": "LinearPerpetual",
        "settleCoin": instrument.quote,
        "launchTime": _LAUNCH_MS,
        "deliveryTime": "0",
        "deliveryFeeRate": "",
        "leverageFilter": leverages,
        "priceFilter": prices,
        "lotSizeFilter": lots,
        "unifiedMarginTrade": True,
        "fundingInterval": FUNDING_INTERVAL_MS // 60_000,
        "takerFee": text_of(instrument.taker_fee),
        "makerFee": text_of(instrument.maker_fee),
    }


def ticker_row(market: Market, listing: Listing, now_ms: int) -> Row:
    """Write a listing's last day and its touch."""
    tick = market.ticks[listing.symbol]
    day = market.day(listing.symbol, now_ms)
    row: Row = {
        "symbol": listing.venue_symbol,
        "lastPrice": text_of(tick.price),
        "bid1Price": text_of(tick.bid),
        "bid1Size": text_of(level_size(listing, tick.bid, 0)),
        "ask1Price": text_of(tick.ask),
        "ask1Size": text_of(level_size(listing, tick.ask, 0)),
        "prevPrice24h": text_of(day.open),
        "price24hPcnt": f"{(tick.price - day.open) / day.open:.4f}",
        "highPrice24h": text_of(max(day.high, tick.price)),
        "lowPrice24h": text_of(min(day.low, tick.price)),
        "turnover24h": f"{day.turnover:.4f}",
        "volume24h": text_of(day.volume),
    }
    if listing.is_spot:
        return row | {"usdIndexPrice": text_of(tick.price)}
    return row | {
        "markPrice": text_of(tick.price),
        "indexPrice": text_of(tick.price),
        "prevPrice1h": text_of(day.hour_open),
        "openInterest": text_of(day.volume),
        "openInterestValue": f"{day.turnover:.4f}",
        "fundingRate": text_of(FUNDING_RATE),
        "nextFundingTime": str(next_funding_ms(now_ms)),
        "predictedDeliveryPrice": "",
        "basisRate": "",
        "deliveryFeeRate": "",
        "deliveryTime": "0",
    }


def next_funding_ms(now_ms: int) -> int:
    """Return when funding is paid next."""
    return (now_ms // FUNDING_INTERVAL_MS + 1) * FUNDING_INTERVAL_MS


def level_size(listing: Listing, price: Decimal, place: int) -> Decimal:
    """Return the size that rests at a price: made up, and always the same there."""
    digest = blake2b(f"{listing.symbol}|{price}".encode(), digest_size=4).digest()
    worth = _LEVEL_NOTIONAL * (1 + place) * (50 + digest[0]) / 200
    return max(listing.instrument.floor_size(worth / price), listing.instrument.size_step)


Levels = dict[str, str]


def levels_of(listing: Listing, tick: Tick, depth: int) -> tuple[Levels, Levels]:
    """Return bids and asks, best first, one price step apart."""
    step = listing.instrument.price_step
    bids, asks = {}, {}
    for place in range(depth):
        bid, ask = tick.bid - step * place, tick.ask + step * place
        if bid > 0:
            bids[text_of(bid)] = text_of(level_size(listing, bid, place))
        asks[text_of(ask)] = text_of(level_size(listing, ask, place))
    return bids, asks


def pairs_of(levels: Levels) -> list[Json]:
    """Write levels as the venue does: price and size."""
    return [[price, size] for price, size in levels.items()]


def trade_row(listing: Listing, trade: PublicTrade) -> Row:
    """Write a trade of the tape as REST tells it."""
    return {
        "execId": trade.trade_id,
        "symbol": listing.venue_symbol,
        "price": text_of(trade.tick.price),
        "size": text_of(trade.tick.size_base),
        "side": "Buy" if trade.is_buy else "Sell",
        "time": str(trade.tick.time_ms),
        "isBlockTrade": False,
    }


def candle_row(candle: Candle) -> list[Json]:
    """Write a candle as REST tells it."""
    prices = (candle.open, candle.high, candle.low, candle.close)
    return [
        str(candle.begin_ms),
        *map(text_of, prices),
        text_of(candle.volume),
        text_of(candle.turnover),
    ]
