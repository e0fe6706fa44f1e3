"""Which venue offers which mode, as ccxt 4.5.90 has it; checked before ccxt is imported."""

import importlib.util
from pathlib import Path

from connectors.ccxt.settings import CcxtSettings, MarketChoice, ModeChoice
from desk.contracts.problems import InputRefused, Problem

_FILE = "platform.yaml"

# fmt: off
SANDBOXES = frozenset((
    "alpaca", "apex", "bequant", "binance", "binanceus", "bingx", "bitget", "bitso", "blockchaincom",
    "blofin", "btse", "bullish", "bybit", "bybiteu", "bybitid", "coinbaseexchange", "cryptocom",
    "delta", "deribit", "derive", "dydx", "extended", "fmfwio", "gate", "gateeu", "gemini", "grvt",
    "hashkey", "hitbtc", "hollaex", "hyperliquid", "krakenfutures", "lighter", "modetrade", "myokx",
    "nado", "ndax", "okx", "okxus", "pacifica", "paradex", "phemex", "poloniex", "weex", "woo",
    "woofipro", "zebpay",
))
# fmt: on
"""Where `set_sandbox_mode` leads to test hosts; elsewhere it fails and the production hosts stay."""

DEMOS = frozenset(
    ("binance", "binancecoinm", "binanceus", "binanceusdm", "bitget", "bybit", "bybiteu", "bybitid")
)
"""Where `enable_demo_trading` exists."""

MARKERS = {
    "okx": ("x-simulated-trading", "1"),
    "okxus": ("x-simulated-trading", "1"),
    "myokx": ("x-simulated-trading", "1"),
    "bitget": ("PAPTRADING", "1"),
}
"""Where test and real money share their hosts: the header that alone tells them apart."""

_BINANCE_FUTURES = frozenset(("binanceusdm", "binancecoinm"))


def check(settings: CcxtSettings) -> None:
    """Refuse settings that could only fail later, or reach another world than they name; InputRefused."""
    problem = _unknown_exchange(settings.exchange) or _missing_mode(settings) or _half_a_key(settings)
    if problem is not None:
        raise InputRefused(problem)


def _unknown_exchange(exchange: str) -> Problem | None:
    package = importlib.util.find_spec("ccxt")
    if package is None or package.origin is None:
        what = "the library ccxt is not installed"
        return _problem("exchange", what, "install the desk with its extra: pip install 'desk[exchanges]'")
    classes = Path(package.origin).parent / "async_support"
    if (classes / f"{exchange}.py").is_file():
        return None
    known = sorted(one.stem for one in classes.glob("*.py") if not one.stem.startswith("_"))
    near = [one for one in known if one.startswith(exchange[:3])] or ["bybit", "binance", "okx"]
    return _problem("exchange", f"ccxt knows no exchange {exchange!r}", f"write its id: {', '.join(near)}")


def _missing_mode(settings: CcxtSettings) -> Problem | None:
    if settings.mode is ModeChoice.LIVE or settings.base_url is not None:
        return None
    exchange, mode = settings.exchange, settings.mode
    offers = [one for one in (ModeChoice.SANDBOX, ModeChoice.DEMO) if _offers(exchange, settings.market, one)]
    if mode in offers:
        return None
    what = f"{exchange} offers no {mode} for {settings.market}"
    instead = " or ".join(f"mode {one}" for one in offers)
    local = "base_url with a local exchange server (desk sandbox)"
    return _problem("mode", what, f"use {instead or local}")


def _offers(exchange: str, market: MarketChoice, mode: ModeChoice) -> bool:
    if mode is ModeChoice.DEMO:
        return exchange in DEMOS
    is_closed = exchange == "binance" and market is MarketChoice.SWAP
    return exchange in SANDBOXES and not is_closed and exchange not in _BINANCE_FUTURES


def _half_a_key(settings: CcxtSettings) -> Problem | None:
    if (settings.api_key is None) is (settings.secret is None):
        return None
    missing = "secret" if settings.secret is None else "api_key"
    return _problem(missing, "a key needs both api_key and secret", "write the reference env:NAME of it too")


def _problem(key: str, what: str, remedy: str) -> Problem:
    return Problem(_FILE, None, f"connector.ccxt.{key}", what, remedy)
