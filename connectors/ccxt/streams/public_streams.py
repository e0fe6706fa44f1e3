"""Public streams of one kind: what keeps them running, whatever they bring."""

from typing import Protocol

from connectors.ccxt.streams.market_parts import MarketParts
from connectors.ccxt.streams.pump import Pump, PumpOwner
from connectors.ccxt.streams.silence import Silence
from connectors.ccxt.streams.watch_calls import Watch
from desk.contracts.problems import ReadFailed


class Comparison(Protocol):
    """Know how to find out by a read whether a stream is behind."""

    async def is_behind(self, symbol: str) -> bool:
        """Tell whether the venue shows news of a symbol that its stream did not tell; raises ReadFailed."""
        ...


class PublicStreams:
    """Run pumps of one kind, and rebuild the one that withholds what a read shows.

    A silent symbol is read; where the venue does not answer that either, the stream is rebuilt as well once
    it has been silent for four times the limit.
    """

    def __init__(self, parts: MarketParts, kind: str, limit_ms: int, comparison: Comparison) -> None:
        self._parts = parts
        self._kind = kind
        self._limit_ms = limit_ms
        self._comparison = comparison
        self._pump_of: dict[str, Pump] = {}
        self._silences: dict[Pump, Silence] = {}
        self._checks: dict[str, None] = {}

    def start(self, watch: Watch, owner: PumpOwner) -> None:
        """Run the pump of one portion of the symbols."""
        parts, (symbols, call) = self._parts, watch
        others = f" and {len(symbols) - 1} more" if len(symbols) > 1 else ""
        pump = Pump(
            f"{self._kind} {symbols[0]}{others}",
            call,
            owner,
            parts.clock,
            parts.rng,
            parts.settings,
            symbols=symbols,
            rest_ms=parts.settings.rewatch_ms,
        )
        self._silences[pump] = Silence(symbols, self._limit_ms, parts.clock.monotonic_ms())
        self._pump_of.update(dict.fromkeys(symbols, pump))
        parts.pumps.start(pump, parts.tasks)

    def came(self, symbol: str, data_ms: int) -> Pump:
        """Note data of a symbol by their own time, and return the pump that brought them.

        Old data do not end a silence: a stream that lags is as blind as one that says nothing.
        """
        pump = self._pump_of[symbol]
        if self._parts.venue_ms() - data_ms <= self._parts.settings.late_ms:
            pump.note_data()
            self._silences[pump].came(symbol, self._parts.clock.monotonic_ms())
        return pump

    def stands(self, pump: Pump) -> None:
        """Count silence from now: the connection is new."""
        self._silences[pump].begin(self._parts.clock.monotonic_ms())

    def look(self) -> None:
        """Look at what is silent; call it a few times a second."""
        now_ms = self._parts.clock.monotonic_ms()
        for pump, silence in self._silences.items():
            if not self._parts.pumps.is_connected(pump):
                continue
            for symbol in silence.doubtful(now_ms):
                if symbol not in self._checks:
                    self._checks[symbol] = None
                    self._parts.tasks.start(f"ccxt {pump.name} check", self._check(pump, silence, symbol))

    async def _check(self, pump: Pump, silence: Silence, symbol: str) -> None:
        asked_ms = self._parts.clock.monotonic_ms()
        try:
            is_doubted = await self._comparison.is_behind(symbol)
            await self._parts.clock.sleep_ms(self._parts.settings.grace_ms)
        except ReadFailed:
            is_doubted = silence.is_very_long(symbol, asked_ms)
        finally:
            del self._checks[symbol]
        has_come = silence.has_come_since(symbol, asked_ms)
        if is_doubted and not has_come and self._parts.pumps.is_connected(pump):
            pump.is_stale = True
            self._parts.pumps.rebuild(pump, f"{self._kind} of {symbol} happened that were not told")
