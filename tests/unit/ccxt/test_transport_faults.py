"""What becomes of an order, an amend and a cancel under each fault between here and the venue."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from desk.contracts.orders import OrderOutcome, OutcomeKind
from tests.builders.ccxt import CcxtRig, opened
from tests.builders.sandbox import PERP
from tests.builders.venue import BUY, D, amendment, request

ACCEPTED, REFUSED, UNKNOWN, UNSENT = (
    OutcomeKind.ACCEPTED, OutcomeKind.NOT_ACCEPTED, OutcomeKind.UNKNOWN, OutcomeKind.NOT_SENT,
)  # fmt: skip

Act = Callable[[CcxtRig], Awaitable[OrderOutcome]]


async def place(rig: CcxtRig) -> OrderOutcome:
    return await rig.connector.place_order(request("new1", BUY, 1, symbol=PERP, limit=90))


async def amend(rig: CcxtRig) -> OrderOutcome:
    return await rig.connector.amend_order(amendment("old1", symbol=PERP, size="2"))


async def cancel(rig: CcxtRig) -> OrderOutcome:
    return await rig.connector.cancel_order(PERP, "old1")


ACTS: dict[str, Act] = {"place": place, "amend": amend, "cancel": cancel}
PATHS = {"place": "/v5/order/create", "amend": "/v5/order/amend", "cancel": "/v5/order/cancel"}

# What is true afterwards, and what each of place, amend and cancel may say of it.
NOTHING_DONE: dict[str, tuple[dict[str, Any], tuple[OutcomeKind, OutcomeKind, OutcomeKind]]] = {
    "hang_before": ({}, (UNKNOWN, UNKNOWN, UNKNOWN)),
    "reset_before": ({}, (UNKNOWN, UNKNOWN, UNKNOWN)),
    "error_before": ({"status": 502}, (UNKNOWN, UNKNOWN, UNKNOWN)),
    "error_before, 400": ({"status": 400}, (UNKNOWN, UNKNOWN, UNKNOWN)),
    "error_before, 504": ({"status": 504}, (UNKNOWN, UNKNOWN, UNKNOWN)),
    "forbidden": ({}, (UNKNOWN, UNKNOWN, UNKNOWN)),
    "too_many_requests": ({"retry_after_s": 1}, (REFUSED, UNSENT, UNKNOWN)),
    "rate_limited": ({}, (REFUSED, UNSENT, UNKNOWN)),
    "rejected": ({}, (REFUSED, REFUSED, UNKNOWN)),
    "rejected, unlisted": ({"code": 10019}, (UNKNOWN, UNKNOWN, UNKNOWN)),
    "key_refused": ({}, (REFUSED, REFUSED, UNKNOWN)),
    "maintenance": ({}, (UNKNOWN, UNKNOWN, UNKNOWN)),
}
DONE: dict[str, tuple[dict[str, Any], tuple[OutcomeKind, OutcomeKind, OutcomeKind]]] = {
    "latency": ({"delay_ms": 50}, (ACCEPTED, ACCEPTED, ACCEPTED)),
    "slow_answer": ({"delay_ms": 50}, (ACCEPTED, ACCEPTED, ACCEPTED)),
    "hang_after": ({}, (UNKNOWN, UNKNOWN, UNKNOWN)),
    "reset_after": ({}, (UNKNOWN, UNKNOWN, UNKNOWN)),
    "truncated": ({"kept_bytes": 40}, (UNKNOWN, UNKNOWN, UNKNOWN)),
    "truncated, at once": ({"kept_bytes": 0}, (UNKNOWN, UNKNOWN, UNKNOWN)),
    "empty_answer": ({}, (UNKNOWN, UNKNOWN, UNKNOWN)),
    "html_answer": ({}, (UNKNOWN, UNKNOWN, UNKNOWN)),
    "error_after": ({"status": 503}, (UNKNOWN, UNKNOWN, UNKNOWN)),
    "ambiguous_code": ({}, (UNKNOWN, UNKNOWN, UNKNOWN)),
    "ambiguous_code, timed out": ({"code": 170146}, (UNKNOWN, UNKNOWN, UNKNOWN)),
    "missing_fields": ({}, (UNKNOWN, UNKNOWN, UNKNOWN)),
    "foreign_ids": ({}, (UNKNOWN, UNKNOWN, UNKNOWN)),
}


@pytest_asyncio.fixture
async def rig() -> AsyncIterator[CcxtRig]:
    async with opened(connector={"request_ms": 1500}) as made:
        await made.connector.place_order(request("old1", BUY, 1, symbol=PERP, limit=80))
        yield made


@pytest.mark.parametrize("fault", [*NOTHING_DONE, *DONE])
async def test_a_fault_is_answered_by_what_is_proven_and_nothing_is_sent_twice(
    rig: CcxtRig, fault: str
) -> None:
    settings, expected = {**NOTHING_DONE, **DONE}[fault]
    for act, kind in zip(ACTS, expected, strict=True):
        sent = rig.box.posts(PATHS[act])
        rig.box.fault(fault.partition(",")[0], strikes=(act,), times=1, **settings)
        outcome = await ACTS[act](rig)
        assert outcome.kind is kind, (act, outcome.code, outcome.reason)
        assert rig.box.posts(PATHS[act]) == sent + 1
        assert _was_done(rig, act) is (fault in DONE)
        assert outcome.reason or kind is ACCEPTED


async def test_a_lost_answer_is_found_by_the_client_id(rig: CcxtRig) -> None:
    rig.box.fault("reset_after", strikes=("place",), times=1)
    assert (await place(rig)).kind is UNKNOWN
    found = await rig.connector.fetch_order(PERP, "new1")
    assert found is not None
    assert found.limit_price == D(90)
    assert (await place(rig)).kind is ACCEPTED
    assert rig.box.accepted.count("new1") == 1


async def test_what_never_connected_was_not_sent(rig: CcxtRig) -> None:
    await rig.box.server.stop()
    for act in ACTS.values():
        assert (await act(rig)).kind is UNSENT


def _was_done(rig: CcxtRig, act: str) -> bool:
    old = next(one for one in rig.box.account.cards.values() if one.link_id == "old1")
    done = {
        "place": "new1" in rig.box.accepted,
        "amend": old.row()["qty"] == "2",
        "cancel": "old1" not in rig.box.open_ids,
    }
    return done[act]
