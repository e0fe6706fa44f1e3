"""What has come in and the core has not taken yet: bounded, and full of trades before one is lost."""

from collections import Counter, deque

from desk.contracts.ports.market_source import MarketUpdate, QuoteUpdate
from desk.feeds.irregularities import WHOLE_FEED, Irregularity, IrregularityBook


class MarketQueue:
    """Keep updates in the order of their arrival, `capacity` at most.

    Where it is full, older quotes make room for the newest of their symbol. Only where trades alone fill
    three quarters of it are the oldest of those lost.
    """

    def __init__(self, capacity: int, irregularities: IrregularityBook) -> None:
        """Start empty; raises ValueError where the capacity is not above zero."""
        if capacity <= 0:
            message = f"the capacity must be above 0 updates, was {capacity}"
            raise ValueError(message)
        self._capacity = capacity
        self._irregularities = irregularities
        self._waiting: deque[MarketUpdate] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, update: MarketUpdate) -> None:
        """Add the newest update."""
        if len(self._waiting) >= self._capacity:
            self._make_room()
        self._waiting.append(update)

    def take(self) -> MarketUpdate:
        """Remove the oldest update; raises IndexError where there is none."""
        return self._waiting.popleft()

    def _make_room(self) -> None:
        before = len(self._waiting)
        kept: deque[MarketUpdate] = deque()
        quoted: set[str] = set()
        for update in reversed(self._waiting):
            if isinstance(update, QuoteUpdate):
                if update.symbol in quoted:
                    continue
                quoted.add(update.symbol)
            kept.appendleft(update)
        if len(kept) < before:
            text = (
                f"the desk is behind its market: of {before} updates {before - len(kept)} older quotes went"
            )
            self._irregularities.note(Irregularity.CONFLATED, WHOLE_FEED, text, before - len(kept))
        self._waiting = self._without_oldest_trades(kept)

    def _without_oldest_trades(self, kept: deque[MarketUpdate]) -> deque[MarketUpdate]:
        """Lose as many trades as stand above three quarters: room for a while, not for one update."""
        surplus = len(kept) - self._capacity * 3 // 4
        lost: Counter[str] = Counter()
        left: deque[MarketUpdate] = deque()
        for update in kept:
            if surplus > 0 and not isinstance(update, QuoteUpdate):
                surplus -= 1
                lost[update.symbol] += 1
            else:
                left.append(update)
        for symbol, times in lost.items():
            text = "the desk is behind its market: trades were lost, and its bars are wrong by them"
            self._irregularities.note(Irregularity.LOST, symbol, text, times)
        return left
