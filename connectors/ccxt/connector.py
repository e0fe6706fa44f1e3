"""An exchange that ccxt knows, behind the port."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cached_property

from connectors.ccxt import modes
from connectors.ccxt.clients import REQUEST_MS, Workshop, rate_limit_ms
from connectors.ccxt.dialects import dialect_of
from connectors.ccxt.pacer import Pacer
from connectors.ccxt.reads import Reads
from connectors.ccxt.session import Session, Told
from connectors.ccxt.settings import CcxtSettings
from connectors.ccxt.streams.market import VenueMarket
from connectors.ccxt.streams.settings import StreamSettings
from connectors.ccxt.wire import Line
from desk.contracts.connection import Connection
from desk.contracts.market import Instrument, InstrumentKind, Tick
from desk.contracts.orders import (
    AmendRequest,
    Capabilities,
    OrderOutcome,
    OrderRequest,
    OutcomeKind,
    VenueBalance,
    VenueFill,
    VenueOrder,
    VenuePosition,
)
from desk.contracts.ports.connector import VenueListener
from desk.contracts.ports.market_source import MarketSource
from desk.contracts.ports.time import Clock, Rng, Spawner
from desk.contracts.problems import ReadFailed
from desk.contracts.states import TradingMode


class CcxtConnector:
    """Trade one account at one exchange.

    Raises InputRefused for settings that name no exchange or a mode it does not have. ccxt is imported when
    the capabilities are asked for or the connector is opened, not before. A key that may withdraw is refused
    at the opening, unless `on_broad_key` is there to hear of it.
    """

    name = "ccxt"

    def __init__(
        self,
        settings: CcxtSettings,
        clock: Clock,
        spawner: Spawner,
        rng: Rng,
        *,
        streams: StreamSettings | None = None,
        request_ms: int = REQUEST_MS,
        on_broad_key: Callable[[str], None] | None = None,
    ) -> None:
        modes.check(settings)
        self._settings = settings
        self._clock = clock
        self._spawner = spawner
        self._rng = rng
        self._request_ms = request_ms
        self._dialect = dialect_of(settings)
        self._listeners: list[VenueListener] = []
        self._prices = VenueMarket(clock, spawner, rng, streams)
        self._told = Told(self._listeners, self._prices, streams, on_broad_key)
        self._session: Session | None = None
        given = (settings.api_key, settings.secret, settings.password)
        self._secrets = tuple(one.get_secret_value() for one in given if one is not None)

    @property
    def mode(self) -> TradingMode:
        """Whose money is at stake."""
        return self._settings.mode.trading_mode

    @cached_property
    def capabilities(self) -> Capabilities:
        """What the venue declares through ccxt, and what is known of it beyond that."""
        is_perpetual = self._dialect.is_perpetual
        return Capabilities(
            market_kinds=frozenset((InstrumentKind.PERPETUAL if is_perpetual else InstrumentKind.SPOT,)),
            order_types=self._dialect.order_types(self._workshop.rest()),
            amends_in_place=self._dialect.amends_in_place,
            cancels_other=False,
            reduces_only=is_perpetual,
            nets_positions=is_perpetual,
            looks_up_client_ids=self._dialect.looks_up_client_ids,
            absence_proof_ms=self._dialect.absence_proof_ms,
            observes_market=False,
        )

    @property
    def connection(self) -> Connection:
        """How the venue is reached now."""
        session = self._session
        if session is None:
            return Connection()
        line = self._workshop.line
        return Connection(
            latency_ms=line.latency_ms,
            budget_left=Decimal(str(round(line.pacer.budget_left, 2))),
            clock_skew_ms=session.clock_skew_ms,
            banned_for_ms=line.pacer.banned_for_ms,
            streams=session.conditions(),
            key_refused=line.key_refused,
        )

    @property
    def market(self) -> MarketSource | None:
        """The venue's own prices."""
        return self._prices

    def subscribe(self, listener: VenueListener) -> None:
        """Tell `listener` of every order update and fill."""
        self._listeners.append(listener)

    def observe(self, tick: Tick) -> None:
        """Take no notice: the venue has prices of its own."""

    async def open(self) -> None:
        """Connect; raises ReadFailed where the venue does not answer, RefusedByState for a wrong key."""
        if self._session is not None:
            return
        session = Session(
            self._workshop, self._dialect, self._clock, self._spawner, self._rng, self._secrets, self._told
        )
        try:
            await session.open()
        except BaseException:
            await session.close()
            raise
        self._session = session

    async def close(self) -> None:
        """Disconnect; orders and positions stay at the venue."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def place_order(self, request: OrderRequest) -> OrderOutcome:
        """Send one order."""
        return _closed() if self._session is None else await self._session.orders.place(request)

    async def amend_order(self, request: AmendRequest) -> OrderOutcome:
        """Change a resting order in place."""
        return _closed() if self._session is None else await self._session.orders.amend(request)

    async def cancel_order(self, symbol: str, client_order_id: str) -> OrderOutcome:
        """Cancel a resting order."""
        if self._session is None:
            return _closed()
        return await self._session.orders.cancel(symbol, client_order_id)

    async def fetch_instruments(self) -> Sequence[Instrument]:
        """Read the filters of every symbol."""
        return await self._opened().instruments()

    async def fetch_order(self, symbol: str, client_order_id: str) -> VenueOrder | None:
        """Look one order up by client id."""
        return await self._reads().fetch_order(symbol, client_order_id)

    async def fetch_open_orders(self) -> Sequence[VenueOrder]:
        """Read every resting order."""
        return await self._reads().fetch_open_orders()

    async def fetch_fills(self, since_ms: int) -> Sequence[VenueFill]:
        """Read every fill from `since_ms` on, oldest first."""
        return await self._reads().fetch_fills(since_ms)

    async def fetch_positions(self) -> Sequence[VenuePosition]:
        """Read every open perpetual position."""
        return await self._reads().fetch_positions()

    async def fetch_account_id(self) -> str | None:
        """Read what the venue calls the account; None where it does not tell, or may not be asked."""
        return await self._reads().fetch_account_id() if self._workshop.may_sign else None

    async def fetch_balances(self) -> Sequence[VenueBalance]:
        """Read every balance."""
        return await self._reads().fetch_balances()

    @cached_property
    def _workshop(self) -> Workshop:
        terms = self._dialect.pacing(rate_limit_ms(self._settings.exchange))
        pacer = Pacer(terms, self._clock, self._spawner)
        line = Line(self._clock, pacer, on_answer=self._dialect.on_answer)
        return Workshop(self._settings, self._dialect, line, self._request_ms)

    def _opened(self) -> Session:
        if self._session is None:
            raise ReadFailed("the connector is not open")
        return self._session

    def _reads(self) -> Reads:
        return self._opened().reads


def _closed() -> OrderOutcome:
    return OrderOutcome(OutcomeKind.NOT_SENT, None, "LOCAL", "the connector is not open")
