"""The prices everyone sees: the newest tick of each symbol, its trades, its candles and its last day."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from connectors.sandbox.candles import Candle, CandleBook
from connectors.sandbox.listings import Listing, Listings
from connectors.venue.price_path import PricePath, WalkPath
from desk.contracts.market import ONE, ZERO, Tick

_MOST_TRADES: Final = 1000
_DAY_MS: Final = 86_400_000
_DEFAULT_NOTIONAL: Final = Decimal(5000)
"""What a made-up trade is worth, in quote."""


@dataclass(frozen=True, slots=True)
class PublicTrade:
    """Hold one trade of the tape."""

    trade_id: str
    tick: Tick
    is_buy: bool


@dataclass(frozen=True, slots=True)
class Day:
    """Hold the last 24 hours of a symbol: prices and turnover in quote, volume in base."""

    open: Decimal
    high: Decimal
    low: Decimal
    hour_open: Decimal
    volume: Decimal
    turnover: Decimal


MarketListener = Callable[[Listing, PublicTrade], None]


class Market:
    """Keep the newest price of every listing; every listener hears of each in turn.

    `paths` say where prices go by themselves; a listing without one wanders by `seed`.
    `spread` is a fraction of the price, at least one price step on each side.
    """

    def __init__(
        self,
        listings: Listings,
        paths: Mapping[str, PricePath],
        start_ms: int,
        *,
        seed: int,
        speed: Decimal = ONE,
        spread: Decimal = Decimal("0.0001"),
        is_halted: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.listings = listings
        self.ticks: dict[str, Tick] = {}
        self.is_halted = is_halted
        self._jumps: dict[str, Decimal] = {}
        self._days: dict[str, tuple[int, Day]] = {}
        self._start_ms = start_ms
        self._speed = speed
        self._spread = spread
        self._walks = {one.symbol: _walk(one, paths.get(one.symbol), start_ms, seed) for one in listings}
        self._paths: dict[str, PricePath] = {**self._walks, **paths}
        self.candles = {
            one.symbol: CandleBook(one.instrument, self._past(self._walks[one.symbol]), start_ms)
            for one in listings
        }
        self.tapes: dict[str, deque[PublicTrade]] = {
            one.symbol: deque(maxlen=_MOST_TRADES) for one in listings
        }
        self._sequence = 0
        self._listeners: list[MarketListener] = []
        for one in listings:
            self.set_price(one.symbol, self._paths[one.symbol].price_at(start_ms), start_ms)

    def subscribe(self, listener: MarketListener) -> None:
        """Tell `listener` of every price, in the order of subscription."""
        self._listeners.append(listener)

    def wander(self, now_ms: int) -> None:
        """Take every price where its path has it now."""
        for one in self.listings:
            if not self.is_halted(one.symbol):
                path_price = self._paths[one.symbol].price_at(self._path_ms(now_ms))
                self.set_price(one.symbol, path_price * self._jumps.get(one.symbol, ONE), now_ms)

    def jump(self, symbol: str, factor: Decimal, now_ms: int) -> None:
        """Move a price by a factor, at once and for good; raises KeyError."""
        self._jumps[symbol] = self._jumps.get(symbol, ONE) * factor
        self.set_price(symbol, self.ticks[symbol].price * factor, now_ms)

    def day(self, symbol: str, now_ms: int) -> Day:
        """Return what a symbol did within the last day, as of the last full minute."""
        minute = now_ms // 60_000
        known = self._days.get(symbol)
        if known is None or known[0] != minute:
            hours = self.candles[symbol].newest_first("60", now_ms - _DAY_MS, now_ms, now_ms, 24)
            known = (minute, _day_of(hours, self.ticks[symbol].price))
            self._days[symbol] = known
        return known[1]

    def set_price(
        self,
        symbol: str,
        price: Decimal,
        now_ms: int,
        *,
        bid: Decimal | None = None,
        ask: Decimal | None = None,
        size_base: Decimal | None = None,
    ) -> Tick:
        """Let a trade happen at `price`, and tell everyone; raises KeyError for a symbol not traded here."""
        listing = self.listings[symbol]
        instrument, former = listing.instrument, self.ticks.get(symbol)
        step = instrument.price_step
        last = max((price / step).to_integral_value() * step, step)
        half = max(last * self._spread / 2, step)
        self._sequence += 1
        tick = Tick(
            symbol=symbol,
            time_ms=now_ms,
            price=last,
            bid=max(_stepped(last - half, step, ROUND_FLOOR), step) if bid is None else bid,
            ask=_stepped(last + half, step, ROUND_CEILING) if ask is None else ask,
            size_base=instrument.floor_size(_DEFAULT_NOTIONAL / last) if size_base is None else size_base,
            sequence=self._sequence,
        )
        self.ticks[symbol] = tick
        trade = PublicTrade(f"{self._sequence:016d}", tick, former is None or last >= former.price)
        self.tapes[symbol].append(trade)
        self.candles[symbol].add(tick)
        for listener in self._listeners:
            listener(listing, trade)
        return tick

    def _past(self, walk: PricePath) -> Callable[[int], Decimal]:
        return lambda time_ms: walk.price_at(self._path_ms(time_ms))

    def _path_ms(self, time_ms: int) -> int:
        return self._start_ms + int((time_ms - self._start_ms) * self._speed)


def _walk(listing: Listing, path: PricePath | None, start_ms: int, seed: int) -> WalkPath:
    """Make up a price that passes where the listing starts, by its own path where it has one."""
    start_price = listing.start_price if path is None else path.price_at(start_ms)
    return WalkPath(f"{seed}|{listing.symbol}", start_ms, start_price, listing.annual_volatility)


def _day_of(hours: list[Candle], price: Decimal) -> Day:
    """Add up candles, the newest first."""
    return Day(
        open=hours[-1].open if hours else price,
        high=max([one.high for one in hours], default=price),
        low=min([one.low for one in hours], default=price),
        hour_open=hours[0].open if hours else price,
        volume=sum((one.volume for one in hours), ZERO),
        turnover=sum((one.turnover for one in hours), ZERO),
    )


def _stepped(price: Decimal, step: Decimal, rounding: str) -> Decimal:
    return (price / step).to_integral_value(rounding) * step
