"""Which venue offers which mode, as ccxt 4.5.90 has it; checked before ccxt is imported."""

import importlib.util

from connectors.ccxt.settings import CcxtSettings, MarketChoice, ModeChoice
from desk.contracts.exchanges import DEMOS, EXCHANGES, SANDBOXES
from desk.contracts.problems import InputRefused, Problem

_FILE = "platform.yaml"

MARKERS = {
    "okx": ("x-simulated-trading", "1"),
    "okxus": ("x-simulated-trading", "1"),
    "myokx": ("x-simulated-trading", "1"),
    "bitget": ("PAPTRADING", "1"),
}
"""Where test and real money share their hosts: the header that alone tells them apart."""


def check(settings: CcxtSettings) -> None:
    """Refuse settings that could only fail later, or reach another world than they name; InputRefused."""
    problem = _unknown_exchange(settings.exchange) or _missing_mode(settings) or _half_a_key(settings)
    if problem is not None:
        raise InputRefused(problem)


def _unknown_exchange(exchange: str) -> Problem | None:
    if importlib.util.find_spec("ccxt") is None:
        what = "the library ccxt is not installed"
        return _problem("exchange", what, "install the desk with its extra: pip install 'desk[exchanges]'")
    if exchange in EXCHANGES:
        return None
    near = [one for one in EXCHANGES if one.startswith(exchange[:3])] or ["bybit", "binance", "okx"]
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
    return exchange in SANDBOXES and not is_closed


def _half_a_key(settings: CcxtSettings) -> Problem | None:
    if (settings.api_key is None) is (settings.secret is None):
        return None
    missing = "secret" if settings.secret is None else "api_key"
    return _problem(missing, "a key needs both api_key and secret", "write the reference env:NAME of it too")


def _problem(key: str, what: str, remedy: str) -> Problem:
    return Problem(_FILE, None, f"connector.ccxt.{key}", what, remedy)
