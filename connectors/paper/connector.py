"""The paper exchange behind the port."""

import contextlib
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from connectors.paper.accountfile import AccountFile
from connectors.paper.hand import Hand
from connectors.venue.exchange import Exchange
from connectors.venue.liquidity import Liquidity
from connectors.venue.refusals import RefusalCode
from connectors.venue.state import Terms
from desk.contracts.connection import Connection
from desk.contracts.market import Instrument, InstrumentKind, Tick
from desk.contracts.orders import (
    AmendRequest,
    Capabilities,
    OrderOutcome,
    OrderRequest,
    OrderType,
    OutcomeKind,
    VenueBalance,
    VenueEvent,
    VenueFill,
    VenueOrder,
    VenuePosition,
)
from desk.contracts.paper import PaperSettings
from desk.contracts.ports.connector import VenueListener
from desk.contracts.ports.market_source import MarketSource
from desk.contracts.ports.time import Clock, Rng, Spawner
from desk.contracts.problems import ReadFailed, RefusedByState
from desk.contracts.states import TradingMode

Answer = TypeVar("Answer")

_PROOF_MARGIN_MS = 1000


class PaperConnector:
    """Trade one account against the desk's own ticks.

    Nothing is told before it is in the account file. With a latency, requests, answers and events travel
    that long, events in order; without, an event is told inside the call that caused it. `account_file` None
    is an account that ends with the connector. Where a write fails, the file is the truth: the account is
    read from it again, and the outcome of the request is UNKNOWN.
    """

    name = "paper"
    market: MarketSource | None = None
    """It lives by the desk's own ticks."""

    def __init__(
        self,
        settings: PaperSettings,
        instruments: Sequence[Instrument],
        clock: Clock,
        spawner: Spawner,
        rng: Rng,
        account_file: Path | None,
    ) -> None:
        self._settings = settings
        self._instruments = tuple(instruments)
        self._clock = clock
        self._spawner = spawner
        liquidity = Liquidity(rng, settings.partial_fill_fraction, settings.max_fill_base)
        self._terms = Terms(settings.slippage, liquidity)
        self._path = account_file
        self._account: AccountFile | None = None
        self._exchange: Exchange | None = None
        self._market: dict[str, Tick] = {}
        self._listeners: list[VenueListener] = []
        self._travelling: deque[tuple[int, list[VenueEvent]]] = deque()
        self._is_delivering = False
        self._is_failing = False
        self.hand = Hand(self._apply, self._clock.now_ms)

    @property
    def mode(self) -> TradingMode:
        """Nobody's money."""
        return TradingMode.PAPER

    @property
    def connection(self) -> Connection:
        """There is no line that could be bad."""
        return Connection()

    @property
    def capabilities(self) -> Capabilities:
        """What the paper exchange can do: all of the port."""
        return Capabilities(
            market_kinds=frozenset(InstrumentKind),
            order_types=frozenset(OrderType),
            amends_in_place=True,
            cancels_other=True,
            reduces_only=True,
            nets_positions=True,
            looks_up_client_ids=True,
            absence_proof_ms=2 * self._settings.latency_ms + _PROOF_MARGIN_MS,
            observes_market=True,
        )

    def subscribe(self, listener: VenueListener) -> None:
        """Tell `listener` of every order update and fill."""
        self._listeners.append(listener)

    def observe(self, tick: Tick) -> None:
        """Trigger and fill what `tick` reaches."""
        exchange = self._exchange
        if exchange is None:
            self._market[tick.symbol] = tick
            exchange = self._recovered()
        if exchange is not None and exchange.sees(tick):
            self._match(exchange, tick)

    def last_tick(self, symbol: str) -> Tick | None:
        """Return the last tick the account saw of a symbol, also in an earlier run; None before any."""
        return self._market.get(symbol)

    async def open(self) -> None:
        """Open the account file; raises RefusedByState where it is another's, ReadFailed where it fails."""
        if self._account is not None:
            return
        try:
            account = AccountFile(self._path, self._settings.opening_balances)
            self._account = account
            self._restored(account)
        except (sqlite3.Error, OSError) as error:
            self._let_go()
            raise ReadFailed(f"the paper account {self._path} cannot be opened: {error}") from error
        except ValueError as error:
            self._let_go()
            raise RefusedByState(f"the paper account {self._path} does not fit: {error}") from error

    async def close(self) -> None:
        """Let the account file go; what is still under way to the desk stays to be read."""
        account = self._account
        try:
            if account is not None:
                account.save_market(self._market)
        except sqlite3.Error as error:
            raise ReadFailed(f"the paper account {self._path} was not closed cleanly: {error}") from error
        finally:
            self._let_go()

    async def place_order(self, request: OrderRequest) -> OrderOutcome:
        """Send one order."""
        return await self._send(lambda exchange: exchange.place(request, self._clock.now_ms()))

    async def amend_order(self, request: AmendRequest) -> OrderOutcome:
        """Change an open order in place."""
        return await self._send(lambda exchange: exchange.amend(request, self._clock.now_ms()))

    async def cancel_order(self, symbol: str, client_order_id: str) -> OrderOutcome:
        """Cancel an open order."""
        now_ms = self._clock.now_ms
        return await self._send(lambda exchange: exchange.cancel(symbol, client_order_id, now_ms()))

    async def fetch_instruments(self) -> Sequence[Instrument]:
        """Read the filters of every symbol."""
        return await self._read(lambda *_: self._instruments)

    async def fetch_order(self, symbol: str, client_order_id: str) -> VenueOrder | None:
        """Look one order up by client id, open or ended."""
        found = await self._read(lambda exchange, _: exchange.find(client_order_id))
        return found if found is not None and found.symbol == symbol else None

    async def fetch_open_orders(self) -> Sequence[VenueOrder]:
        """Read every open order."""
        return await self._read(lambda exchange, _: exchange.open_orders())

    async def fetch_fills(self, since_ms: int) -> Sequence[VenueFill]:
        """Read every fill from `since_ms` on, oldest first."""
        return await self._read(lambda _, account: account.fills_since(since_ms))

    async def fetch_positions(self) -> Sequence[VenuePosition]:
        """Read every open perpetual position."""
        return await self._read(lambda exchange, _: exchange.positions())

    async def fetch_account_id(self) -> str | None:
        """Tell nothing: the account is the file it is kept in."""
        return None

    async def fetch_balances(self) -> Sequence[VenueBalance]:
        """Read every balance."""
        return await self._read(lambda exchange, _: exchange.balances())

    def _match(self, exchange: Exchange, tick: Tick) -> None:
        account = self._account
        if account is None:
            return
        exchange.match(tick, self._clock.now_ms())
        try:
            self._publish(exchange, account)
        except sqlite3.Error as error:
            if not self._is_failing:
                self._is_failing = True
                self._spawner.spawn("paper-account", self._fail(error))

    def _recovered(self) -> Exchange | None:
        """Try to read the account again after a failed write; None where it is closed or fails still."""
        if self._account is not None:
            with contextlib.suppress(sqlite3.Error):
                return self._restored(self._account)
        return None

    def _let_go(self) -> None:
        if self._account is not None:
            self._account.close()
        self._account = self._exchange = None
        self._travelling.clear()

    async def _send(self, change: Callable[[Exchange], OrderOutcome]) -> OrderOutcome:
        if self._account is None:
            reason = "the paper exchange is not open"
            return OrderOutcome(OutcomeKind.NOT_SENT, None, RefusalCode.VENUE_UNAVAILABLE.value, reason)
        await self._travel()
        outcome = self._apply(change)
        await self._travel()
        return outcome

    async def _read(self, ask: Callable[[Exchange, AccountFile], Answer]) -> Answer:
        await self._travel()
        account = self._account
        if account is None:
            raise ReadFailed("the paper exchange is not open")
        try:
            answer = ask(self._restored(account), account)
        except sqlite3.Error as error:
            raise ReadFailed(f"the paper account {self._path} cannot be read: {error}") from error
        await self._travel()
        return answer

    def _apply(self, change: Callable[[Exchange], OrderOutcome]) -> OrderOutcome:
        """Run one request to its end, its events told; UNKNOWN where the account file fails."""
        account = self._account
        if account is None:
            return _unknown("the paper exchange was closed while the request travelled")
        try:
            exchange = self._restored(account)
            outcome = change(exchange)
            self._publish(exchange, account)
        except sqlite3.Error as error:
            return _unknown(f"the paper account {self._path} failed: {error}")
        return outcome

    def _restored(self, account: AccountFile) -> Exchange:
        """Return the exchange, built anew from the file where a failed write left memory ahead of it."""
        if self._exchange is None:
            state = account.load()
            state.market.update(self._market)
            self._market = state.market
            self._exchange = Exchange(self._instruments, self._terms, state, account)
        return self._exchange

    def _publish(self, exchange: Exchange, account: AccountFile) -> None:
        """Store what changed, then tell it; raises sqlite3.Error where it could not be stored."""
        changes = exchange.take_changes()
        if not changes:
            return
        try:
            account.save(changes, exchange.state)
        except sqlite3.Error:
            if account.is_durable:
                self._exchange = None
            raise
        self._is_failing = False
        if not self._settings.latency_ms:
            self._tell(changes.events)
            return
        due_ms = self._clock.monotonic_ms() + self._settings.latency_ms
        self._travelling.append((due_ms, changes.events))
        if not self._is_delivering:
            self._is_delivering = True
            self._spawner.spawn("paper-events", self._deliver())

    async def _deliver(self) -> None:
        """Tell what travels when it arrives, until nothing travels any more."""
        try:
            while self._travelling:
                wait_ms = self._travelling[0][0] - self._clock.monotonic_ms()
                if wait_ms > 0:
                    await self._clock.sleep_ms(wait_ms)
                else:
                    self._tell(self._travelling.popleft()[1])
        finally:
            self._is_delivering = False

    def _tell(self, events: list[VenueEvent]) -> None:
        for event in events:
            for listener in self._listeners:
                listener(event)

    async def _travel(self) -> None:
        if self._settings.latency_ms:
            await self._clock.sleep_ms(self._settings.latency_ms)

    async def _fail(self, error: sqlite3.Error) -> None:
        """Fail in a task of its own, so that the supervisor raises the alarm and the core goes on."""
        message = f"the paper account {self._path} failed, and no order can fill: {error}"
        raise ReadFailed(message) from error


def _unknown(reason: str) -> OrderOutcome:
    return OrderOutcome(OutcomeKind.UNKNOWN, None, RefusalCode.VENUE_UNAVAILABLE.value, reason)
