"""An account's own orders and fills, as the venue tells them and as reads complete them."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from connectors.ccxt.streams.account_catch_up import AccountCatchUp
from connectors.ccxt.streams.caches import Touched
from connectors.ccxt.streams.exchange import Account, StreamExchange
from connectors.ccxt.streams.login_watch import LoginWatch
from connectors.ccxt.streams.missing_fills import MissingFills
from connectors.ccxt.streams.own_tasks import OwnTasks
from connectors.ccxt.streams.preparing import CONDITIONAL_APART, prepare
from connectors.ccxt.streams.pump import Pump
from connectors.ccxt.streams.pump_set import PumpSet
from connectors.ccxt.streams.settings import StreamSettings
from connectors.ccxt.streams.teller import AccountTeller, News
from connectors.ccxt.streams.told import ToldFills
from connectors.ccxt.streams.withheld import WithheldNews
from desk.contracts.connection import StreamCondition
from desk.contracts.orders import VenueEvent
from desk.contracts.ports.connector import VenueListener
from desk.contracts.ports.time import Clock, Rng, Spawner

_ORDER_MEMORIES: Final = ("orders", "triggerOrders")
"""Where ccxt keeps orders; some venues' conditional ones lie apart."""


class AccountStreams:
    """Tell `listener` every order update and every fill of the account, fills once, while open.

    Orders are hints, fills are facts: what a stream does not tell, a read does, after every connect, after
    every interruption, where an order says that it filled further than its fills, and every
    `account_check_ms`. The exchange is one for these streams alone, its markets loaded; it is closed here.
    """

    def __init__(
        self,
        exchange: StreamExchange,
        account: Account,
        listener: VenueListener,
        clock: Clock,
        spawner: Spawner,
        rng: Rng,
        *,
        settings: StreamSettings | None = None,
    ) -> None:
        self._settings = settings or StreamSettings()
        prepare(exchange, self._settings)
        self._exchange = exchange
        self._clock = clock
        self._rng = rng
        self._tasks = OwnTasks(spawner)
        self._pumps = PumpSet(exchange)
        self._pumps.listen(lambda _: self.woke())
        told = ToldFills()
        self._missing = MissingFills(told, clock, self._settings.grace_ms)
        self._teller = AccountTeller(account.rows, listener, told, self._missing, spawner, self._doubt)
        self._catch_up = AccountCatchUp(account.reads, self._teller, clock, rng, self._settings)
        self._withheld = WithheldNews(clock, self._settings)
        self._logins = LoginWatch(exchange, clock, self._settings.answer_ms)
        self._fill_memory = Touched()
        self._order_memories = {name: Touched() for name in _ORDER_MEMORIES}
        self._checked_ms = clock.monotonic_ms()

    def open(self) -> None:
        """Begin; what the account does from now on is told, whether the streams stand or not."""
        self._catch_up.want()
        self._tasks.start("ccxt account news", self._teller.run(self._came))
        self._tasks.start("ccxt account watch", self._watch())
        if self._exchange.has.get("watchOrders"):
            self._start(News.ORDER.value, partial(self._exchange.watch_orders, params={}))
            if self._exchange.id in CONDITIONAL_APART:
                watch = partial(self._exchange.watch_orders, params={"trigger": True})
                self._start("conditional orders", watch)
        if self._exchange.has.get("watchMyTrades"):
            self._start(News.FILL.value, self._exchange.watch_my_trades)

    async def close(self) -> None:
        """End the streams and the exchange's connections."""
        await self._tasks.stop()
        await self._exchange.close()

    def conditions(self) -> tuple[StreamCondition, ...]:
        """Show each stream."""
        return self._pumps.conditions()

    def woke(self) -> None:
        """Take what came: copies, since the next message may change the rows."""
        fills = self._fill_memory.new(self._exchange.myTrades)
        if fills:
            self._teller.put(News.FILL, fills)
        for name, memory in self._order_memories.items():
            orders = memory.new(getattr(self._exchange, name, None))
            if orders:
                self._teller.put(News.ORDER, orders)

    def resumed(self, pump: Pump, *, is_first: bool) -> None:
        """Read what a stream missed, at once, and again when it surely tells by itself."""
        self._catch_up.want()
        self._catch_up.want(in_ms=self._settings.settle_ms)

    def _start(self, name: str, watch: Callable[[], Awaitable[object]]) -> None:
        pump = Pump(name, watch, self, self._clock, self._rng, self._settings)
        self._pumps.start(pump, self._tasks)

    async def _watch(self) -> None:
        while True:
            self._logins.look()
            self._rebuild_what_withholds()
            if self._missing.is_read_needed():
                self._catch_up.want()
            is_check = self._clock.monotonic_ms() - self._checked_ms >= self._settings.account_check_ms
            if is_check or self._catch_up.is_due():
                self._checked_ms = self._clock.monotonic_ms()
                self._judge(await self._catch_up.run())
            await self._clock.sleep_ms(self._settings.look_every_ms)

    def _judge(self, found: Sequence[VenueEvent]) -> None:
        for event in found:
            pump = self._pumps.named(News.about(event).value)
            if pump is not None and self._pumps.is_connected(pump):
                self._withheld.found(event, pump.standing_since_ms)

    def _rebuild_what_withholds(self) -> None:
        for news in self._withheld.overdue():
            pump = self._pumps.named(news.value)
            if pump is not None and self._pumps.is_connected(pump):
                pump.is_stale = True
                self._pumps.rebuild(pump, f"{pump.name} that happened were not told")

    def _came(self, event: VenueEvent) -> None:
        pump = self._pumps.named(News.about(event).value)
        if pump is not None:
            pump.note_data()
        self._withheld.came(event)

    def _doubt(self) -> None:
        self._catch_up.want(in_ms=self._settings.grace_ms)
