"""Where `desk history` reads: the platform's exchange, or one that is named; public data, without a key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from connectors.ccxt.settings import CcxtSettings, MarketChoice, ModeChoice
from desk.bootstrap.history import CandleSource
from desk.config.connector_settings import exchange_fault
from desk.config.market_check import Markets, unknown_symbol
from desk.config.platform import Platform
from desk.contracts.ports.time import Clock
from desk.contracts.problems import InputRefused, Problem
from desk.runtime.tasks import TaskSupervisor

_END_WITHIN_MS = 1_000


@dataclass(frozen=True, slots=True)
class AskedHistory:
    """Say whose candles of what are read; `name` and `file_stem` are for words and the file's name."""

    symbol: str
    settings: CcxtSettings
    name: str
    file_stem: str


def asked_of(symbol: str, exchange: str | None, platform: Platform | None, file: str) -> AskedHistory:
    """Return what is asked for: of the exchange named, else of the platform's; raises InputRefused."""
    market = _market_of(symbol, platform)
    if exchange is not None:
        fault = exchange_fault(exchange)
        if fault is not None:
            raise InputRefused(Problem("--exchange", None, "", *fault))
        settings = CcxtSettings(exchange=exchange, market=market, mode=ModeChoice.LIVE)
    else:
        settings = _of_platform(platform, market, file)
    where = settings.base_url or f"{settings.mode} data, public"
    stem = "-".join((settings.exchange, *symbol.replace(":", "/").split("/"))).lower()
    return AskedHistory(symbol, settings, f"{settings.exchange} ({where})", stem)


def _market_of(symbol: str, platform: Platform | None) -> MarketChoice:
    """Return the market that a symbol is written for; what is no symbol is sought where the desk trades."""
    account = None if platform is None else platform.connector.ccxt
    if "/" not in symbol and account is not None:
        return MarketChoice(account.market)
    return MarketChoice.SWAP if ":" in symbol else MarketChoice.SPOT


def _of_platform(platform: Platform | None, market: MarketChoice, file: str) -> CcxtSettings:
    account = None if platform is None else platform.connector.ccxt
    if account is None:
        what = "names no exchange, and the paper exchange has no past"
        raise InputRefused(Problem(file, None, "connector.ccxt", what, "add it, or give --exchange"))
    mode = ModeChoice(account.mode)
    return CcxtSettings(exchange=account.exchange, market=market, mode=mode, base_url=account.base_url)


@asynccontextmanager
async def opened_source(asked: AskedHistory, interval_ms: int, clock: Clock) -> AsyncIterator[CandleSource]:
    """Open the exchange's past; raises InputRefused for a symbol or interval it does not have, ReadFailed."""
    from connectors.ccxt.candles import PastCandles

    supervisor = TaskSupervisor(lambda *_: None)
    source = PastCandles(asked.settings, clock, supervisor)
    try:
        instruments = await source.open(asked.symbol, interval_ms)
        if asked.symbol not in {one.symbol for one in instruments}:
            markets = Markets(instruments, "", asked.settings.exchange)
            what, remedy = unknown_symbol(markets, asked.symbol)
            if asked.settings.market is MarketChoice.SPOT:
                remedy = f"{remedy}; a perpetual is written as BTC/USDT:USDT"
            raise InputRefused(Problem(asked.symbol, None, "", what, remedy))
        yield source
    finally:
        await source.close()
        await supervisor.stop(_END_WITHIN_MS)
