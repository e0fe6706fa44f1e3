"""What a connector must bring to be tested against the port: itself, and a hand on its market."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Protocol, TypeVar

import pytest

from connectors.ccxt.settings import MarketChoice
from desk.contracts.market import Instrument
from desk.contracts.orders import OutcomeKind, VenueEvent, VenueFill, VenueOrder
from desk.contracts.ports.connector import IAPIConnector
from tests.builders.ccxt import CcxtRig
from tests.builders.venue import PERP, SPOT, PaperRig, request

Answer = TypeVar("Answer")


class Subject(Protocol):
    """Drive one account that has 10,000 USDT and 10 BTC, no order and no position.

    `symbol` is what a test trades where it does not matter; `spot` or `perpetual` is None where the
    connector has none. Nothing happened before `began_ms`.
    """

    connector: IAPIConnector
    told: list[VenueEvent]
    spot: str | None
    perpetual: str | None
    symbol: str
    began_ms: int

    async def begin(self) -> None:
        """Make the venue ready; the connector is not opened yet."""
        ...

    async def end(self) -> None:
        """Let the venue go; the connector is closed already."""
        ...

    async def run(self, work: Awaitable[Answer]) -> Answer:
        """Await a call, letting time pass as it must."""
        ...

    async def trade_at(self, symbol: str, price: Decimal) -> None:
        """Make the market of a symbol trade at `price`, with bid and ask there, and wait until it is told."""
        ...


class PaperSubject:
    """The paper exchange, its time moved by hand."""

    spot: str | None = SPOT
    perpetual: str | None = PERP
    symbol = PERP
    began_ms = 0

    def __init__(self, account_file: Path | None, latency_ms: int) -> None:
        self._rig = PaperRig(account_file, latency_ms=latency_ms)
        self._latency_ms = latency_ms
        self.connector: IAPIConnector = self._rig.connector
        self.told = self._rig.told

    async def begin(self) -> None:
        """The paper exchange is a part of its connector."""

    async def end(self) -> None:
        """Nothing stays."""

    async def run(self, work: Awaitable[Answer]) -> Answer:
        task = asyncio.ensure_future(work)  # noqa: TID251 - awaited below
        while not task.done():
            await self._rig.clock.advance(1)
        return await task

    async def trade_at(self, symbol: str, price: Decimal) -> None:
        self._rig.tick(str(price), symbol=symbol)
        await self._rig.clock.advance(self._latency_ms + 1)


class CcxtSubject:
    """Bybit as ccxt speaks it, over real HTTP and WebSocket, against the local exchange."""

    def __init__(self, market: MarketChoice) -> None:
        is_spot = market is MarketChoice.SPOT
        self.spot: str | None = SPOT if is_spot else None
        self.perpetual: str | None = None if is_spot else PERP
        self.symbol = SPOT if is_spot else PERP
        self.told: list[VenueEvent] = []
        self._rig = CcxtRig(market)
        self.began_ms = self._rig.began_ms
        self.connector: IAPIConnector

    async def begin(self) -> None:
        await self._rig.begin()
        self.connector = self._rig.connector
        self.connector.subscribe(self.told.append)

    async def end(self) -> None:
        await self._rig.end()

    async def run(self, work: Awaitable[Answer]) -> Answer:
        return await work

    async def trade_at(self, symbol: str, price: Decimal) -> None:
        self._rig.box.price(str(price), symbol)
        await self._rig.until(self._is_all_told)

    async def _is_all_told(self) -> bool:
        """Compare what was told with what the venue answers when it is asked."""
        fills = await self.connector.fetch_fills(self.began_ms)
        if {one.venue_trade_id for one in fills} - {
            one.venue_trade_id for one in self.told if isinstance(one, VenueFill)
        }:
            return False
        newest = {one.client_order_id: one.status for one in self.told if isinstance(one, VenueOrder)}
        for name in self._rig.box.accepted:
            order = await self.connector.fetch_order(self.symbol, name)
            if order is not None and newest.get(name) is not order.status:
                return False
        return True


Factory = Callable[[Path], Subject]

FACTORIES: dict[str, Factory] = {
    "ccxt-bybit-spot": lambda _: CcxtSubject(MarketChoice.SPOT),
    "ccxt-bybit-swap": lambda _: CcxtSubject(MarketChoice.SWAP),
    "paper": lambda _: PaperSubject(None, 0),
    "paper-on-file": lambda folder: PaperSubject(folder / "account.sqlite", 0),
    "paper-with-latency": lambda folder: PaperSubject(folder / "account.sqlite", 20),
}
"""Every connector in every guise; a new one joins here and must pass all."""


async def instrument_of(subject: Subject, symbol: str) -> Instrument:
    found = await subject.run(subject.connector.fetch_instruments())
    return next(one for one in found if one.symbol == symbol)


async def placed(subject: Subject, *arguments: object, **fields: object) -> VenueOrder:
    """Place an order that must be accepted; return how it stands afterwards."""
    asked = request(*arguments, **({"symbol": subject.symbol} | fields))  # type: ignore[arg-type]
    outcome = await subject.run(subject.connector.place_order(asked))
    assert outcome.kind is OutcomeKind.ACCEPTED, (outcome.code, outcome.reason)
    return await known(subject, asked.client_order_id, asked.symbol)


def spot_of(subject: Subject) -> str:
    """Return the symbol for coins; a connector without any skips the test."""
    if subject.spot is None:
        pytest.skip("no coins are traded here")
    return subject.spot


async def known(subject: Subject, name: str, symbol: str | None = None) -> VenueOrder:
    found = await subject.run(subject.connector.fetch_order(symbol or subject.symbol, name))
    assert found is not None
    return found
