"""What ccxt can reach, written down so that a platform is checked without importing it: see its test."""

from typing import Final

EXCHANGES: Final = (
    "alpaca", "apex", "aster", "backpack", "bequant", "bigone", "binance", "binancecoinm", "binanceus",
    "binanceusdm", "bingx", "bit2c", "bitbank", "bitbns", "bitfinex", "bitflyer", "bitget", "bithumb",
    "bitopro", "bitrue", "bitso", "bitstamp", "bitteam", "bittrade", "bitvavo", "blockchaincom", "blofin",
    "btcbox", "btcmarkets", "btcturk", "btse", "bullish", "bybit", "bybiteu", "bybitid", "bydfi", "cex",
    "coinbase", "coinbaseexchange", "coinbaseinternational", "coincheck", "coinmate", "coinone", "coinsph",
    "coinspot", "cryptocom", "cryptomus", "deepcoin", "delta", "deribit", "derive", "digifinex", "dydx",
    "extended", "fmfwio", "foxbit", "gate", "gateeu", "gemini", "grvt", "hashkey", "hibachi", "hitbtc",
    "hollaex", "htx", "hyperliquid", "independentreserve", "indodax", "kraken", "krakenfutures", "kucoin",
    "kucoinfutures", "latoken", "lbank", "lighter", "luno", "mercado", "mexc", "modetrade", "mudrex",
    "myokx", "nado", "ndax", "okx", "okxus", "onetrading", "p2b", "pacifica", "paradex", "paymium",
    "phemex", "poloniex", "polymarket", "revolutx", "tokocrypto", "toobit", "upbit", "weex", "whitebit",
    "woo", "woofipro", "xt", "zaif", "zebpay",
)  # fmt: skip
"""Every exchange id of the ccxt this desk is locked to."""

SANDBOXES: Final = (
    "alpaca", "apex", "bequant", "binance", "binanceus", "bingx", "bitget", "bitso", "blockchaincom",
    "blofin", "btse", "bullish", "bybit", "bybiteu", "bybitid", "coinbaseexchange", "cryptocom", "delta",
    "deribit", "derive", "dydx", "extended", "fmfwio", "gate", "gateeu", "gemini", "grvt", "hashkey",
    "hitbtc", "hollaex", "hyperliquid", "krakenfutures", "lighter", "modetrade", "myokx", "nado", "ndax",
    "okx", "okxus", "pacifica", "paradex", "phemex", "poloniex", "weex", "woo", "woofipro", "zebpay",
)  # fmt: skip
"""Those whose test exchange ccxt can be pointed at, for signed requests too."""

DEMOS: Final = (
    "binance", "binancecoinm", "binanceus", "binanceusdm", "bitget", "bybit", "bybiteu", "bybitid",
)  # fmt: skip
"""Those with a demo account on the real market's prices."""

WITH_PASSWORD: Final = (
    "apex", "bitget", "blofin", "coinbaseexchange", "deepcoin", "kucoin", "kucoinfutures", "myokx", "ndax",
    "okx", "okxus", "weex",
)  # fmt: skip
"""Those that ask for a passphrase besides key and secret."""
