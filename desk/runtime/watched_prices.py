"""Which prices a desk has its feed bring while it runs: of all that it holds, and of what is asked for."""

from collections.abc import Iterable, Sequence

from desk.contracts.market import ZERO
from desk.contracts.ports.feed import Feed
from desk.contracts.records import FillBooked, JournalEntry, Reconciled
from desk.ledger.ledger import Ledger
from desk.runtime.live_view import LiveView
from desk.runtime.watch_list import Interests, watch_list


class WatchedPrices:
    """Follow fills and comparisons: what another hand opened must be valued, or the equity is not known.

    What is watched once is watched until the desk ends; its start then asks the venue anew.
    """

    def __init__(self, feed: Feed, view: LiveView, ledger: Ledger) -> None:
        self._feed = feed
        self._view = view
        self._ledger = ledger
        self._seen: set[str] = set()
        self._first = frozenset(feed.symbols)

    @property
    def symbols(self) -> Sequence[str]:
        """The symbols whose prices the feed brings."""
        return self._feed.symbols

    def on_entry(self, entry: JournalEntry) -> None:
        """Watch what a fill or a comparison brought into the books."""
        match entry.record:
            case FillBooked(fill=fill):
                self._need((fill.symbol,), () if fill.fee == ZERO else (fill.fee_currency,))
            case Reconciled():
                self._need(
                    [one.symbol for one in self._ledger.open_positions()],
                    [one.currency for one in self._ledger.balances() if one.total != ZERO],
                )
            case _:
                pass

    def watch(self, symbol: str) -> bool:
        """Watch a symbol, and what values it; False where the feed brings no price of it."""
        self._need((symbol,))
        return symbol in self._feed.symbols

    def needs(self, symbols: Sequence[str]) -> bool:
        """Tell whether one was watched from the start, is held or may come to be, or values what is."""
        if not self._first.isdisjoint(symbols):
            return True
        ledger = self._ledger
        traded = [one.symbol for one in ledger.open_positions()]
        traded += [one.request.symbol for one in ledger.live_orders()]
        held = [one.currency for one in ledger.balances() if one.total != ZERO]
        interests = Interests(traded, held, self._view.account_currency)
        needed = watch_list(interests, tuple(self._view.instruments.values()))
        return not set(symbols).isdisjoint(needed)

    def _need(self, symbols: Iterable[str], currencies: Iterable[str] = ()) -> None:
        """Have the feed bring what is new of it: a look at thousands of markets is made for that alone."""
        instruments = self._view.instruments
        traded = [one for one in symbols if one not in self._seen and one in instruments]
        held = [one for one in currencies if one not in self._seen] if instruments else []
        if not traded and not held:
            return
        self._seen.update(traded, held)
        interests = Interests(traded, held, self._view.account_currency)
        for symbol in watch_list(interests, tuple(instruments.values())):
            self._feed.watch(symbol)
