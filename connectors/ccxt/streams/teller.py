"""The one who tells the desk of an account: what came, in the order it came, each thing once."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Final

from connectors.ccxt.markets import Row, UnreadableRow
from connectors.ccxt.streams.exchange import AccountRows
from connectors.ccxt.streams.missing_fills import MissingFills
from connectors.ccxt.streams.told import ToldFills, ToldOrders
from desk.contracts.orders import VenueEvent, VenueFill
from desk.contracts.ports.connector import VenueListener
from desk.contracts.ports.time import Spawner

_DOUBTS_KEPT: Final = 1_000


class News(Enum):
    """What a row of the stream is about."""

    ORDER = "orders"
    FILL = "fills"

    @classmethod
    def about(cls, event: VenueEvent) -> "News":
        """Return what an event is about."""
        return cls.FILL if isinstance(event, VenueFill) else cls.ORDER


class AccountTeller:
    """Tell what streams bring and reads find.

    `on_doubt` is called where a read must complete what was told: a row that cannot be understood, a
    listener that failed. What a listener failed on counts as untold.
    """

    def __init__(
        self,
        rows: AccountRows,
        listener: VenueListener,
        told: ToldFills,
        missing: MissingFills,
        spawner: Spawner,
        on_doubt: Callable[[], None],
    ) -> None:
        self.fills = told
        self.orders = ToldOrders()
        self._rows = rows
        self._listener = listener
        self._spawner = spawner
        self._on_doubt = on_doubt
        self._missing = missing
        self._arrived: deque[tuple[News, Row]] = deque()
        self._has_arrived = asyncio.Event()
        self._doubted: OrderedDict[tuple[str, str], None] = OrderedDict()

    def put(self, news: News, rows: Iterable[Row]) -> None:
        """Take rows of a stream; they are told by `run`."""
        self._arrived.extend((news, row) for row in rows if self._rows.concerns(row))
        self._has_arrived.set()

    async def run(self, on_told: Callable[[VenueEvent], None]) -> None:
        """Tell what streams bring, until cancelled; `on_told` hears of all they said, news or not."""
        while True:
            await self._has_arrived.wait()
            self._has_arrived.clear()
            while self._arrived:
                event = self._read(*self._arrived.popleft())
                if event is not None:
                    self.tell(event)
                    on_told(event)

    def tell(self, event: VenueEvent) -> bool:
        """Tell one thing; False where it is no news, or the listener failed."""
        if isinstance(event, VenueFill):
            if event in self.fills or not self._is_heard(event):
                return False
            self.fills.add(event)
            return True
        if not self.orders.is_news(event) or not self._is_heard(event):
            return False
        self.orders.add(event)
        self._missing.note(event)
        return True

    def _read(self, news: News, row: Row) -> VenueEvent | None:
        try:
            return self._rows.fill(row) if news is News.FILL else self._rows.order(row)
        except UnreadableRow:
            self._doubt_once(news.value, str(row.get("id")))
            return None

    def _is_heard(self, event: VenueEvent) -> bool:
        try:
            self._listener(event)
        except Exception as error:  # noqa: BLE001 - the edge to the desk: its failure becomes an alarm
            self._spawner.spawn("ccxt account news", _fail(error))
            self._on_doubt()
            return False
        return True

    def _doubt_once(self, kind: str, name: str) -> None:
        """Ask for one read only: a row that no read can explain either would ask for ever."""
        if (kind, name) in self._doubted:
            return
        self._doubted[kind, name] = None
        if len(self._doubted) > _DOUBTS_KEPT:
            self._doubted.popitem(last=False)
        self._on_doubt()


async def _fail(error: Exception) -> None:
    raise error
