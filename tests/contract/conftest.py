"""Each contract test runs against each connector, opened and with a first price."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from tests.contract.subject import FACTORIES, Subject


@pytest_asyncio.fixture(params=sorted(FACTORIES))
async def subject(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Subject]:
    made = FACTORIES[request.param](tmp_path)
    await made.run(made.connector.open())
    for symbol in (made.spot, made.perpetual):
        await made.trade_at(symbol, Decimal(100))
    yield made
    await made.run(made.connector.close())
