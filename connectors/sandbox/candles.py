"""Candles of one symbol: lived ones from the ticks, made-up ones for the time before the server started."""

from calendar import timegm
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from desk.contracts.market import ZERO, Instrument, Tick

_MINUTE_MS: Final = 60_000
_DAY_MS: Final = 86_400_000
_WEEK_SHIFT_MS: Final = 4 * _DAY_MS
"""1970 began on a Thursday; weeks begin on Monday."""
_MOST_MINUTES: Final = 14 * 1440
_SAMPLES: Final = 5
_MOST_REMEMBERED: Final = 4096
_PRETENDED_NOTIONAL_PER_MINUTE: Final = Decimal(600_000)

INTERVALS_MS: Final = {
    "1": 1, "3": 3, "5": 5, "15": 15, "30": 30, "60": 60, "120": 120, "240": 240, "360": 360, "720": 720,
    "D": 1440, "W": 10_080, "M": 43_200,
}  # fmt: skip
"""The venue's names of intervals, in minutes; a month counts as thirty days where a length is needed."""


@dataclass(slots=True)
class Candle:
    """Hold one candle: prices in quote, volume in base, turnover in quote."""

    begin_ms: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal = ZERO
    turnover: Decimal = ZERO

    def take(self, other: "Candle") -> None:
        """Go on with a later candle."""
        self.high, self.low = max(self.high, other.high), min(self.low, other.low)
        self.close = other.close
        self.volume += other.volume
        self.turnover += other.turnover


def begin_of(interval: str, time_ms: int) -> int:
    """Return the start of the candle that a time lies in."""
    if interval == "M":
        moment = datetime.fromtimestamp(time_ms // 1000, UTC)
        return timegm(datetime(moment.year, moment.month, 1, tzinfo=UTC).timetuple()) * 1000
    length_ms = INTERVALS_MS[interval] * _MINUTE_MS
    shift_ms = _WEEK_SHIFT_MS if interval == "W" else 0
    return (time_ms - shift_ms) // length_ms * length_ms + shift_ms


def end_of(interval: str, begin_ms: int) -> int:
    """Return the first instant after the candle that begins then."""
    if interval == "M":
        month = datetime.fromtimestamp(begin_ms // 1000, UTC)
        return begin_of("M", timegm((month + timedelta(days=32)).timetuple()) * 1000)
    return begin_ms + INTERVALS_MS[interval] * _MINUTE_MS


class CandleBook:
    """Keep a symbol's minutes for two weeks; before `start_ms` the candles follow `past_price`."""

    def __init__(self, instrument: Instrument, past_price: Callable[[int], Decimal], start_ms: int) -> None:
        self._instrument = instrument
        self._past_price = past_price
        self._start_ms = start_ms
        self._remembered: dict[tuple[int, int], Candle] = {}
        self._minutes: deque[Candle] = deque(maxlen=_MOST_MINUTES)

    def add(self, tick: Tick) -> None:
        """Count one trade in."""
        begin_ms = tick.time_ms // _MINUTE_MS * _MINUTE_MS
        price, size = tick.price, tick.size_base
        now = Candle(begin_ms, price, price, price, price, size, size * price)
        if self._minutes and self._minutes[-1].begin_ms >= begin_ms:
            self._minutes[-1].take(now)
        else:
            self._minutes.append(now)

    def candle(self, interval: str, begin_ms: int, now_ms: int) -> Candle:
        """Return the candle that begins then, as far as it has gone by `now_ms`."""
        end_ms = min(end_of(interval, begin_ms), now_ms + 1)
        parts = []
        if begin_ms < self._start_ms:
            parts.append(self._made_up(begin_ms, min(end_ms, self._start_ms)))
        if end_ms > self._start_ms:
            parts += self._lived(max(begin_ms, self._start_ms // _MINUTE_MS * _MINUTE_MS), end_ms)
        first, *others = parts or [self._still(begin_ms)]
        whole = Candle(begin_ms, first.open, first.high, first.low, first.close, first.volume, first.turnover)
        for other in others:
            whole.take(other)
        return whole

    def newest_first(
        self, interval: str, first_ms: int, last_ms: int, now_ms: int, most: int
    ) -> list[Candle]:
        """Return the candles that begin within the bounds, the newest first, at most `most` of them."""
        found: list[Candle] = []
        begin_ms = begin_of(interval, min(last_ms, now_ms))
        while begin_ms >= first_ms and begin_ms >= 0 and len(found) < most:
            found.append(self.candle(interval, begin_ms, now_ms))
            begin_ms = begin_of(interval, begin_ms - 1)
        return found

    def _lived(self, begin_ms: int, end_ms: int) -> list[Candle]:
        found: list[Candle] = []
        for minute in reversed(self._minutes):
            if minute.begin_ms < begin_ms:
                break
            if minute.begin_ms < end_ms:
                found.append(minute)
        return found[::-1]

    def _still(self, begin_ms: int) -> Candle:
        """Return a candle in which nothing traded: the last price before it stands."""
        before = [one.close for one in self._minutes if one.begin_ms < begin_ms]
        price = before[-1] if before else self._stepped(self._past_price(begin_ms))
        return Candle(begin_ms, price, price, price, price)

    def _made_up(self, begin_ms: int, end_ms: int) -> Candle:
        known = self._remembered.get((begin_ms, end_ms))
        if known is None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            known = self._remembered[begin_ms, end_ms] = self._make_up(begin_ms, end_ms)
        return known

    def _make_up(self, begin_ms: int, end_ms: int) -> Candle:
        length_ms = end_ms - begin_ms
        times_ms = [begin_ms + length_ms * place // _SAMPLES for place in range(_SAMPLES + 1)]
        prices = [self._stepped(self._past_price(one)) for one in times_ms]
        turnover = _PRETENDED_NOTIONAL_PER_MINUTE * length_ms / _MINUTE_MS
        volume = self._instrument.floor_size(turnover / prices[0])
        return Candle(begin_ms, prices[0], max(prices), min(prices), prices[-1], volume, volume * prices[0])

    def _stepped(self, price: Decimal) -> Decimal:
        step = self._instrument.price_step
        return max((price / step).to_integral_value() * step, step)
