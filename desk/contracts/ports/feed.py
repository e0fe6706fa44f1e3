"""Market data in."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from desk.contracts.market import Bar, Tick


class Feed(Protocol):
    """Bring ticks, each at its time on the desk's clock, until the data ends or `close` is called."""

    @property
    def symbols(self) -> Sequence[str]:
        """The symbols it brings."""
        ...

    def watch(self, symbol: str) -> bool:
        """Bring one symbol more from now on; False where its data hold no more than they did."""
        ...

    def ticks(self) -> AsyncIterator[Tick]:
        """Yield ticks, those of each symbol in time order."""
        ...

    async def history(self, symbol: str, interval_ms: int, count: int) -> Sequence[Bar]:
        """Return up to `count` closed bars before the first tick, to warm indicators up."""
        ...

    async def close(self) -> None:
        """End the iteration."""
        ...
