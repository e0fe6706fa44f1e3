"""A client for reads alone, without a connector around it: to look at a venue, and at its past."""

from dataclasses import dataclass
from typing import Any, Self

from connectors.ccxt import modes
from connectors.ccxt.clients import Workshop, rate_limit_ms
from connectors.ccxt.dialect import Dialect
from connectors.ccxt.dialects import dialect_of
from connectors.ccxt.markets import Markets
from connectors.ccxt.memory import OrderMemory
from connectors.ccxt.pacer import Pacer
from connectors.ccxt.reads import Reads
from connectors.ccxt.settings import CcxtSettings
from connectors.ccxt.wire import Line
from desk.contracts.ports.time import Clock, Spawner


@dataclass(frozen=True, slots=True)
class BareReads:
    """Hold one client of ccxt's and what reads by it."""

    exchange: Any
    dialect: Dialect
    workshop: Workshop
    markets: Markets
    reads: Reads

    @classmethod
    def of(cls, settings: CcxtSettings, clock: Clock, spawner: Spawner) -> Self:
        """Build it; imports ccxt, sends nothing. Raises InputRefused for settings that cannot be."""
        modes.check(settings)
        dialect = dialect_of(settings)
        pacer = Pacer(dialect.pacing(rate_limit_ms(settings.exchange)), clock, spawner)
        line = Line(clock, pacer, on_answer=dialect.on_answer)
        workshop = Workshop(settings, dialect, line)
        exchange = workshop.rest()
        markets = Markets(settings.market, exchange.precisionMode)
        given = (settings.api_key, settings.secret, settings.password)
        secrets = tuple(one.get_secret_value() for one in given if one is not None)
        reads = Reads(exchange, dialect, markets, OrderMemory(), clock, secrets)
        return cls(exchange, dialect, workshop, markets, reads)

    async def load_markets(self) -> int:
        """Read the markets and return how many can be traded; raises ReadFailed."""
        rows = await self.reads.call("load_markets")
        self.markets.replace(rows.values())
        return len(self.markets.instruments())

    async def close(self) -> None:
        """Let the connection go."""
        await self.exchange.close()
