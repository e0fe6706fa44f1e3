"""How the symbols of a book move with each other and with all others, compared once per window of bars."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from desk.contracts.market import ONE, ZERO
from desk.contracts.ports.view import DeskView
from desk.workers.correlation import Correlation, Returns, correlation, log_returns
from desk.workers.risk_control.clusters import BETWEEN, Holding, Links, pair_of

_TWO_DIGITS = Decimal("0.01")
_BARS_AT_ONCE = 2_000
"""How many pairs of bars one look compares: a worker has a budget of time, and a book waits a few ticks."""


class Comparison:
    """Know the correlation of every held symbol with every other, from the bars of the view.

    `window_bars` of `interval_ms` are compared; with fewer than `min_bars` of both, or bars that ended
    before the window, a correlation is not known.
    """

    def __init__(self, links: Links, interval_ms: int, window_bars: int, min_bars: int) -> None:
        self._links = links
        self._interval_ms = interval_ms
        self._window_bars = window_bars
        self._min_bars = min_bars
        self._pairs_at_once = max(_BARS_AT_ONCE // window_bars, 1)
        self._found: dict[str, Correlation] = {}
        self._done: set[str] = set()
        self._returns: dict[str, Returns] = {}
        self._window = -1

    @property
    def links(self) -> Mapping[str, int]:
        """The linked pairs: +1 together, -1 against each other."""
        return self._links.signs

    def expire(self, symbol: str) -> None:
        """Compare a symbol anew, now that it has another bar; until then what is known holds."""
        self._returns.pop(symbol, None)
        self._done = {pair for pair in self._done if symbol not in pair.split(BETWEEN)}

    def compare(self, held: Sequence[str], symbols: Sequence[str], view: DeskView) -> bool:
        """Compare each held symbol with each other one, as many as one look may; tell whether all are done.

        What is new to the window is done first, so that a pair is compared before it is judged.
        """
        window = view.now_ms() // self._interval_ms
        if window != self._window:
            self._window = window
            self._returns.clear()
            self._done.clear()
        pairs = {pair_of(one, other): (one, other) for one in held for other in symbols if one != other}
        self._links.keep(pairs)
        self._found = {pair: found for pair, found in self._found.items() if pair in pairs}
        waiting = sorted(pairs.keys() - self._done, key=lambda pair: (pair in self._found, pair))
        for pair in waiting[: self._pairs_at_once]:
            one, other = pairs[pair]
            found = correlation(self._bars(one, view), self._bars(other, view), self._min_bars)
            self._found[pair] = found
            self._done.add(pair)
            self._links.take(pair, found.value)
        return len(waiting) <= self._pairs_at_once

    def covers(self, held: Sequence[str], symbols: Sequence[str]) -> bool:
        """Tell whether each of these pairs has been compared, now or in the window before."""
        return all(pair_of(one, other) in self._found for one in held for other in symbols if one != other)

    def may_be_joined(self, one: Holding, other: Holding) -> bool:
        """Tell whether two holdings count as one bet for entries: also where that is not known."""
        if not self._is_known(one.symbol, other.symbol):
            return True
        sign = self._links.sign(pair_of(one.symbol, other.symbol))
        return sign != 0 and sign * one.sign * other.sign >= 0

    def is_joined(self, one: Holding, other: Holding) -> bool:
        """Tell whether two holdings are one bet for certain."""
        sign = self._links.sign(pair_of(one.symbol, other.symbol))
        return sign * one.sign * other.sign > 0 and self._is_known(one.symbol, other.symbol)

    def nearest_words(self, symbol: str, others: Sequence[str]) -> str:
        """Say with which of the others a symbol moves most, and how strongly."""
        nearest = max(others, key=lambda one: self._strength(symbol, one))
        found = self._found.get(pair_of(symbol, nearest))
        if found is None or found.value is None:
            bars = 0 if found is None else found.bars
            pair = f"{symbol} and {nearest}"
            return f"how {pair} move together is not known ({bars} of {self._min_bars} bars): taken as 1"
        way = "together" if found.value > ZERO else "against each other"
        strength = abs(found.value).quantize(_TWO_DIGITS)
        return f"{symbol} and {nearest} move {way}, {strength} over {found.bars} bars"

    def _is_known(self, one: str, other: str) -> bool:
        found = self._found.get(pair_of(one, other))
        return found is not None and found.value is not None

    def _strength(self, symbol: str, other: str) -> Decimal:
        found = self._found.get(pair_of(symbol, other))
        return ONE if found is None or found.value is None else abs(found.value)

    def _bars(self, symbol: str, view: DeskView) -> Returns:
        returns = self._returns.get(symbol)
        if returns is None:
            from_ms = (self._window - self._window_bars) * self._interval_ms
            bars = view.bars(symbol, self._interval_ms)
            returns = self._returns[symbol] = log_returns(bars, from_ms)
        return returns
