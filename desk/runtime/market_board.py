"""The newest tick of every symbol: what quotes, marks and rates are read from."""

from collections.abc import Iterable
from decimal import Decimal

from desk.contracts.ids import TickId
from desk.contracts.market import Quote, Tick


class MarketBoard:
    """Keep the last tick of each symbol; a quote is built only when somebody asks for it."""

    def __init__(self) -> None:
        self._last: dict[str, Tick] = {}

    def take(self, tick: Tick) -> None:
        """Make `tick` the newest of its symbol."""
        self._last[tick.symbol] = tick

    def quote(self, symbol: str) -> Quote | None:
        """Return the newest quote of a symbol, however old."""
        tick = self._last.get(symbol)
        if tick is None:
            return None
        return Quote(symbol, tick.bid, tick.ask, tick.price, tick.time_ms, tick)

    def newest(self, symbol: str) -> Tick | None:
        """Return the newest tick of a symbol."""
        return self._last.get(symbol)

    def mark(self, symbol: str) -> Decimal | None:
        """Return the middle of the newest bid and ask."""
        tick = self._last.get(symbol)
        return None if tick is None else (tick.bid + tick.ask) / 2

    def time_ms(self, symbol: str) -> int | None:
        """Return when the newest price of a symbol was true."""
        tick = self._last.get(symbol)
        return None if tick is None else tick.time_ms

    def find(self, tick_id: TickId) -> Tick | None:
        """Return the tick with this id, if it is still the newest of its symbol."""
        ticks: Iterable[Tick] = self._last.values()
        return next((tick for tick in ticks if tick.id == tick_id), None)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols that had a tick."""
        return tuple(self._last)
