"""How far one price has moved within a window: coarse samples, looked at without allocating."""

from collections import deque
from decimal import Decimal

from desk.contracts.market import ONE, ZERO, Tick, is_positive
from desk.workers.prices import percent, written

_SAMPLES = 20
_NEVER = Decimal("Infinity")
_FOUR_DIGITS = Decimal("0.0001")


class PriceShock:
    """Tell whether a price has moved by `shock`, a fraction, against any price of the last `window_ms`.

    The window is kept in twentieths, each with its lowest and highest price, so it may be longer by one of
    them; before the oldest stands the last price known then. An upward move counts as p / low - 1, a
    downward one as 1 - p / high. A tick that sets no new extreme of its twentieth changes one reference.
    """

    __slots__ = (
        "_base", "_close", "_fallen", "_high", "_high_now", "_is_sound", "_low", "_low_now", "_lower",
        "_risen", "_rolls_at_ms", "_sample_ms", "_samples", "_upper", "_window_ms",
    )  # fmt: skip

    def __init__(self, shock: Decimal, window_ms: int) -> None:
        self._risen = ONE + shock
        self._fallen = ONE - shock
        self._window_ms = window_ms
        self._sample_ms = max(window_ms // _SAMPLES, 1)
        self._samples: deque[tuple[int, Decimal, Decimal, Decimal]] = deque()
        self.forget()

    def forget(self) -> None:
        """Begin anew with the next price."""
        self._samples.clear()
        self._base: Decimal | None = None
        self._is_sound = False
        self._rolls_at_ms = 0
        self._close = ZERO
        self._low = self._low_now = self._upper = _NEVER
        self._high = self._high_now = self._lower = ZERO

    def take(self, tick: Tick) -> bool:
        """Take a price in; False where it is no price, or has moved too far."""
        price = tick.price
        if not is_positive(price):
            self._is_sound = False
            return False
        if tick.time_ms >= self._rolls_at_ms:
            self.roll(tick.time_ms)
        self._is_sound = True
        self._close = price
        is_calm = self._lower < price < self._upper
        if price < self._low_now:
            self._low_now = price
            if price < self._low:
                self._low = price
                self._upper = price * self._risen
        if price > self._high_now:
            self._high_now = price
            if price > self._high:
                self._high = price
                self._lower = price * self._fallen
        return is_calm

    def roll(self, now_ms: int) -> None:
        """Begin a new twentieth at `now_ms`, and let go of those that are out of the window."""
        if self._close > ZERO:
            self._samples.append((self._rolls_at_ms, self._low_now, self._high_now, self._close))
        while self._samples and self._samples[0][0] <= now_ms - self._window_ms:
            self._base = self._samples.popleft()[3]
        self._rolls_at_ms = now_ms - now_ms % self._sample_ms + self._sample_ms
        self._low_now, self._high_now, self._close = _NEVER, ZERO, ZERO
        known = () if self._base is None else (self._base,)
        self._low = min((*known, *(one[1] for one in self._samples)), default=_NEVER)
        self._high = max((*known, *(one[2] for one in self._samples)), default=ZERO)
        self._upper = self._low * self._risen
        self._lower = self._high * self._fallen

    def is_calm(self, now_ms: int) -> bool:
        """Tell whether there is a sound price, and all prices of the window lie within the shock."""
        if now_ms >= self._rolls_at_ms:
            self.roll(now_ms)
        return self._is_sound and self._lower < self._low and self._high < self._upper

    def words(self, price: Decimal) -> str:
        """Say what became of the price at `price`."""
        if not is_positive(price):
            return f"the price {price} is no price"
        start = self._low if price >= self._upper else self._high
        move = (price / start - ONE).quantize(_FOUR_DIGITS)
        sign = "+" if move > ZERO else ""
        return (
            f"{sign}{percent(move)} within {self._window_ms // 1000} s: {written(start)} → {written(price)}"
        )
