"""What every connector does when it is closed and opened again while the desk lives."""

import pytest

from desk.contracts.orders import OrderStatus, OutcomeKind, VenueFill
from desk.contracts.problems import ReadFailed
from tests.builders import venue
from tests.builders.venue import BUY, D
from tests.contract.subject import Subject, known, placed


async def test_opened_anew_it_trades_and_tells_as_before(
    subject: Subject, request: pytest.FixtureRequest
) -> None:
    if request.node.name.endswith("[paper]"):
        pytest.skip("an account without a file ends with its connector")
    await placed(subject, "a1", BUY, 1, limit=95)
    await subject.run(subject.connector.close())
    await subject.run(subject.connector.open())
    assert (await known(subject, "a1")).status is OrderStatus.OPEN
    await placed(subject, "a2", BUY, 1, limit=96)
    await subject.trade_at(subject.symbol, D(94))
    filled = {one.client_order_id for one in subject.told if isinstance(one, VenueFill)}
    assert filled == {"a1", "a2"}
    assert not [one for one in subject.connector.connection.streams if not one.is_up]


async def test_while_it_is_closed_nothing_is_sent_and_nothing_is_guessed(subject: Subject) -> None:
    await subject.run(subject.connector.close())
    with pytest.raises(ReadFailed):
        await subject.run(subject.connector.fetch_open_orders())
    asked = venue.request("a1", BUY, 1, symbol=subject.symbol, limit=95)
    outcome = await subject.run(subject.connector.place_order(asked))
    assert outcome.kind in {OutcomeKind.NOT_SENT, OutcomeKind.UNKNOWN}
    await subject.run(subject.connector.open())
    assert list(await subject.run(subject.connector.fetch_open_orders())) == []
