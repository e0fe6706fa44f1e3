"""Each contract test runs against each connector, opened and with a first price."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from tests.contract.subject import FACTORIES, Subject


@pytest_asyncio.fixture(params=sorted(FACTORIES))
async def unopened(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Subject]:
    made = FACTORIES[request.param](tmp_path)
    await made.begin()
    yield made
    await made.end()


@pytest_asyncio.fixture
async def subject(unopened: Subject) -> AsyncIterator[Subject]:
    await unopened.run(unopened.connector.open())
    for symbol in filter(None, (unopened.spot, unopened.perpetual)):
        await unopened.trade_at(symbol, Decimal(100))
    yield unopened
    await unopened.run(unopened.connector.close())
