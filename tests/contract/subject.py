"""What a connector must bring to be tested against the port: itself, and a hand on its market."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Protocol, TypeVar

from desk.contracts.market import Instrument
from desk.contracts.orders import OutcomeKind, VenueEvent, VenueOrder
from desk.contracts.ports.connector import IAPIConnector
from tests.builders.venue import PERP, SPOT, PaperRig, request

Answer = TypeVar("Answer")


class Subject(Protocol):
    """Drive one account that has 10,000 USDT and 10 BTC, no order and no position."""

    connector: IAPIConnector
    told: list[VenueEvent]
    spot: str
    perpetual: str

    async def run(self, work: Awaitable[Answer]) -> Answer:
        """Await a call, letting time pass as it must."""
        ...

    async def trade_at(self, symbol: str, price: Decimal) -> None:
        """Make the market of a symbol trade at `price`, with bid and ask there, and wait until it is told."""
        ...


class PaperSubject:
    """The paper exchange, its time moved by hand."""

    spot, perpetual = SPOT, PERP

    def __init__(self, account_file: Path | None, latency_ms: int) -> None:
        self._rig = PaperRig(account_file, latency_ms=latency_ms)
        self._latency_ms = latency_ms
        self.connector: IAPIConnector = self._rig.connector
        self.told = self._rig.told

    async def run(self, work: Awaitable[Answer]) -> Answer:
        task = asyncio.ensure_future(work)  # noqa: TID251 - awaited below
        while not task.done():
            await self._rig.clock.advance(1)
        return await task

    async def trade_at(self, symbol: str, price: Decimal) -> None:
        self._rig.tick(str(price), symbol=symbol)
        await self._rig.clock.advance(self._latency_ms + 1)


Factory = Callable[[Path], Subject]

FACTORIES: dict[str, Factory] = {
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
    asked = request(*arguments, **({"symbol": subject.perpetual} | fields))  # type: ignore[arg-type]
    outcome = await subject.run(subject.connector.place_order(asked))
    assert outcome.kind is OutcomeKind.ACCEPTED, (outcome.code, outcome.reason)
    return await known(subject, asked.client_order_id, asked.symbol)


async def known(subject: Subject, name: str, symbol: str | None = None) -> VenueOrder:
    found = await subject.run(subject.connector.fetch_order(symbol or subject.perpetual, name))
    assert found is not None
    return found
