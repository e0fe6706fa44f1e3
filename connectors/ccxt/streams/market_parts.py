"""What the streams of a market are made of."""

from dataclasses import dataclass

from connectors.ccxt.markets import Markets
from connectors.ccxt.streams.exchange import ReadCall, StreamExchange
from connectors.ccxt.streams.own_tasks import OwnTasks
from connectors.ccxt.streams.pump_set import PumpSet
from connectors.ccxt.streams.settings import StreamSettings
from desk.contracts.ports.market_source import MarketListener
from desk.contracts.ports.time import Clock, Rng


@dataclass(frozen=True, slots=True)
class MarketParts:
    """Hand the streams of a market what they need; `exchange` streams, `read` asks another one."""

    exchange: StreamExchange
    markets: Markets
    read: ReadCall
    listener: MarketListener
    clock: Clock
    rng: Rng
    settings: StreamSettings
    tasks: OwnTasks
    pumps: PumpSet

    def venue_ms(self) -> int:
        """Return what the venue's clock shows now: the times of quotes and trades are by that one."""
        return self.clock.now_ms() + self.exchange.venue_ahead_ms()
