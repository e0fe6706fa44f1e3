"""Bars of one symbol and interval, each once and in order, with the missed ones from the history."""

from collections.abc import Iterator

from desk.contracts.market import Bar
from desk.contracts.ports.view import DeskView


class BarSequence:
    """Remember which bar came last, so that a hole or a restart is filled from the view's history."""

    def __init__(self, symbol: str, interval_ms: int) -> None:
        self._symbol = symbol
        self._interval_ms = interval_ms
        self._learned_ms: int | None = None

    def news(self, bar: Bar, view: DeskView) -> Iterator[Bar]:
        """Yield what is new with `bar`, oldest first, itself last; nothing of other bars and known ones."""
        if bar.symbol != self._symbol or bar.interval_ms != self._interval_ms:
            return
        learned_ms = self._learned_ms
        if learned_ms is not None and bar.open_time_ms <= learned_ms:
            return
        if learned_ms is None or bar.open_time_ms != learned_ms + self._interval_ms:
            yield from self._missed(bar.open_time_ms, view)
        self._learned_ms = bar.open_time_ms
        yield bar

    def begin(self, view: DeskView) -> Iterator[Bar]:
        """Yield the history there is, oldest first, where no bar came yet."""
        if self._learned_ms is None:
            for bar in view.bars(self._symbol, self._interval_ms):
                self._learned_ms = bar.open_time_ms
                yield bar

    def _missed(self, before_ms: int, view: DeskView) -> Iterator[Bar]:
        for bar in view.bars(self._symbol, self._interval_ms):
            is_new = self._learned_ms is None or bar.open_time_ms > self._learned_ms
            if is_new and bar.open_time_ms < before_ms:
                self._learned_ms = bar.open_time_ms
                yield bar
