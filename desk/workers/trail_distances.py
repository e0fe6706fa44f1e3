"""How far behind the price a trailing stop belongs: a fraction, some average ranges, or the last swing."""

from abc import ABC, abstractmethod
from decimal import Decimal

from desk.contracts.market import ONE, Bar
from desk.contracts.sides import PositionSide
from desk.indicators.ranges import AverageTrueRange
from desk.indicators.swings import Swings
from desk.workers.prices import percent, written
from desk.workers.trailing import better
from desk.workers.watching import never


class TrailDistance(ABC):
    """Place a stop behind the best price of a trade."""

    follows_price = True
    """Whether a better price alone moves the stop; where it does not, bars do."""

    @abstractmethod
    def stop(self, side: PositionSide, extreme: Decimal) -> Decimal | None:
        """Return where the stop belongs behind `extreme`, not rounded; None while that is not known."""

    @abstractmethod
    def wake(self, side: PositionSide, best: Decimal, least_stop: Decimal | None) -> Decimal:
        """Return the price short of which nothing is new, of a trail from `best`: no stop at `least_stop`."""

    @abstractmethod
    def words(self, side: PositionSide, extreme: Decimal) -> str:
        """Say how far behind what the stop is."""

    def learn(self, bar: Bar) -> None:
        """Take the next bar, where bars count."""
        del bar


class FractionBehind(TrailDistance):
    """Stay a fraction d of the best price behind it: S = best(1 - s x d)."""

    def __init__(self, fraction: Decimal) -> None:
        self._fraction = fraction

    def stop(self, side: PositionSide, extreme: Decimal) -> Decimal:
        """Return the stop; it is always known."""
        return extreme * (ONE - side.sign * self._fraction)

    def wake(self, side: PositionSide, best: Decimal, least_stop: Decimal | None) -> Decimal:
        """Return the extreme that puts the stop there, by the same proportion."""
        if least_stop is None:
            return best
        return better(side, best, least_stop / (ONE - side.sign * self._fraction))

    def words(self, side: PositionSide, extreme: Decimal) -> str:
        """Say the fraction."""
        return f"{percent(self._fraction)} {_under(side)} {written(extreme)}"


class RangesBehind(TrailDistance):
    """Stay k average true ranges behind the best price: S = best - s x k x ATR.

    The "chandelier" exit, named by C. LeBeau; described in A. Elder, Come into My Trading Room, 2002.
    """

    def __init__(self, multiple: Decimal, atr_bars: int) -> None:
        self._multiple = multiple
        self._range = AverageTrueRange(atr_bars)

    def learn(self, bar: Bar) -> None:
        """Take the bar into the average."""
        self._range.add(bar)

    def stop(self, side: PositionSide, extreme: Decimal) -> Decimal | None:
        """Return the stop, None until the average is warm."""
        average = self._range.value
        return None if average is None else extreme - side.sign * self._multiple * average

    def wake(self, side: PositionSide, best: Decimal, least_stop: Decimal | None) -> Decimal:
        """Return the best price itself: every better one counts, the average may shrink later."""
        return best

    def words(self, side: PositionSide, extreme: Decimal) -> str:
        """Say the multiple and what it is worth."""
        worth = (self._range.value or Decimal(0)) * self._multiple
        away = worth.quantize(Decimal("0.01")) if worth >= 1 else worth
        return f"{written(self._multiple)} ATR ({written(away)}) {_under(side)} {written(extreme)}"


class SwingBehind(TrailDistance):
    """Stay a fraction b of the price beyond the last confirmed swing: S = swing(1 - s x b)."""

    follows_price = False

    def __init__(self, swing_bars: int, buffer: Decimal) -> None:
        self._buffer = buffer
        self._swings = Swings(swing_bars)

    def learn(self, bar: Bar) -> None:
        """Take the bar into the swings."""
        self._swings.add(bar)

    def stop(self, side: PositionSide, extreme: Decimal) -> Decimal | None:
        """Return the stop beyond the swing; None without one."""
        swing = self._swing(side)
        if swing is None:
            return None
        return swing * (ONE - side.sign * self._buffer)

    def wake(self, side: PositionSide, best: Decimal, least_stop: Decimal | None) -> Decimal:
        """Return a price never reached: no price alone moves this stop."""
        return never(side)

    def words(self, side: PositionSide, extreme: Decimal) -> str:
        """Say the buffer and the swing."""
        swing = self._swing(side) or extreme
        name = "swing low" if side is PositionSide.LONG else "swing high"
        return f"{percent(self._buffer)} {_under(side)} the last {name} {written(swing)}"

    def _swing(self, side: PositionSide) -> Decimal | None:
        return self._swings.low if side is PositionSide.LONG else self._swings.high


def _under(side: PositionSide) -> str:
    return "under" if side is PositionSide.LONG else "over"
