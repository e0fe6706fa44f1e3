"""The first price of a symbol that nobody watched before the operator asked for it."""

from desk.contracts.ports.time import Clock
from desk.runtime.commanding.answering import CommandRefused
from desk.runtime.commanding.checking import instrument_of, named
from desk.runtime.live_view import LiveView
from desk.runtime.watched_prices import WatchedPrices

PATIENCE_MS = 3_000
"""How long a command waits for a first price: a venue tells its quote as soon as it is asked for."""

_LOOK_EVERY_MS = 50


class FirstPrices:
    """Have a symbol watched, and wait for its price where that is wanted."""

    def __init__(self, prices: WatchedPrices, view: LiveView, clock: Clock) -> None:
        self._prices = prices
        self._view = view
        self._clock = clock

    def begin(self, symbol: str) -> None:
        """Watch a symbol; raises CommandRefused where the desk does not trade it, or has no prices of it."""
        if self._view.quote(symbol) is not None:
            return
        instrument_of(self._view, symbol)
        if not self._prices.watch(symbol):
            there = named(self._prices.symbols)
            raise CommandRefused(f"the feed brings no price of {symbol}: choose one that it brings, {there}")

    async def wait(self, symbol: str) -> None:
        """Watch a symbol until it has a price and a worth, for a few seconds; raises CommandRefused."""
        if self._view.quote(symbol) is not None:
            return
        self.begin(symbol)
        deadline_ms = self._clock.monotonic_ms() + PATIENCE_MS
        while not self._is_known(symbol) and self._clock.monotonic_ms() < deadline_ms:
            await self._clock.sleep_ms(_LOOK_EVERY_MS)

    def _is_known(self, symbol: str) -> bool:
        quote = instrument_of(self._view, symbol).quote
        return self._view.quote(symbol) is not None and self._view.rate(quote) is not None
