"""What a fault does to one request: before anything was done, or to the answer afterwards."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from connectors.sandbox.codes import SERVER_TROUBLE, TOO_MANY_REQUESTS, UNKNOWN_KEY
from connectors.sandbox.faults import FaultOrder
from connectors.sandbox.wire import Row, encoded, envelope

if TYPE_CHECKING:
    from connectors.sandbox.venue import LocalVenue

_JSON: Final = "application/json"
_PAGE: Final = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>cloud</body></html>"


class Ending(Enum):
    """How the connection goes on after an answer."""

    WHOLE = auto()
    HANGS = auto()
    RESETS = auto()
    BREAKS_OFF = auto()


@dataclass(frozen=True, slots=True)
class Reply:
    """Hold an answer; `kept_bytes` of the body are sent where it breaks off."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = _JSON
    ending: Ending = Ending.WHOLE
    kept_bytes: int = 0

    @classmethod
    def of_json(cls, message: object, headers: Mapping[str, str] | None = None, status: int = 200) -> "Reply":
        """Answer with JSON."""
        return cls(status=status, body=encoded(message).encode(), headers=headers or {})


async def before(order: FaultOrder, venue: "LocalVenue") -> Reply | None:
    """Let a fault strike a request before it is looked at; None lets it pass."""
    now_ms = venue.now_ms()
    match order.fault:
        case "latency":
            await venue.clock.sleep_ms(order.delay_ms)
            return None
        case "hang_before":
            return Reply(ending=Ending.HANGS)
        case "reset_before":
            return Reply(ending=Ending.RESETS)
        case "too_many_requests":
            wait = {"Retry-After": str(order.retry_after_s)}
            return Reply.of_json(envelope(TOO_MANY_REQUESTS, "Too many requests", {}, now_ms), wait, 429)
        case "rate_limited":
            limit = {"X-Bapi-Limit": "10", "X-Bapi-Limit-Status": "0"}
            limit["X-Bapi-Limit-Reset-Timestamp"] = str(now_ms + 1000)
            message = "Too many visits. Exceeded the API Rate Limit."
            return Reply.of_json(envelope(TOO_MANY_REQUESTS, message, {}, now_ms), limit)
        case _:
            return _refused(order, now_ms)


def _refused(order: FaultOrder, now_ms: int) -> Reply:
    match order.fault:
        case "error_before":
            return _page(order.status)
        case "forbidden":
            return _page(403)
        case "banned":
            return Reply(403, b"access too frequent, please try again later", content_type="text/plain")
        case "maintenance":
            return _page(503)
        case "key_refused":
            code, message = UNKNOWN_KEY, "API key is invalid."
        case "cancel_only":
            code, message = 110079, "Order is processing: the venue only takes cancels now"
        case _:
            code, message = 110007, "ab not enough for new order"
    return Reply.of_json(envelope(order.code or code, order.message or message, {}, now_ms))


async def after(order: FaultOrder, reply: Reply, venue: "LocalVenue") -> Reply:
    """Let a fault strike the answer to what was done."""
    if order.fault == "slow_answer":
        await venue.clock.sleep_ms(order.delay_ms)
        return reply
    if order.fault == "rejected_late":
        venue.reject_late(_ids_of(reply))
        return reply
    kept_bytes = max(min(order.kept_bytes, len(reply.body) - 1), 0)
    spoilt = {
        "hang_after": replace(reply, ending=Ending.HANGS),
        "reset_after": replace(reply, ending=Ending.RESETS),
        "truncated": replace(reply, ending=Ending.BREAKS_OFF, kept_bytes=kept_bytes),
        "empty_answer": replace(reply, body=b""),
        "html_answer": replace(_page(200), headers=reply.headers),
        "error_after": _page(order.status),
    }.get(order.fault)
    return _twisted(order, reply, venue.now_ms()) if spoilt is None else spoilt


def _twisted(order: FaultOrder, reply: Reply, now_ms: int) -> Reply:
    """Answer with something else than what was done."""
    if order.fault == "ambiguous_code":
        message = order.message or "System error. Please try again later."
        return Reply.of_json(envelope(order.code or SERVER_TROUBLE, message, {}, now_ms), reply.headers)
    answer = json.loads(reply.body)
    if order.fault == "missing_fields":
        answer["result"] = {}
    elif answer["retCode"] == 0:
        answer["result"] = {"orderId": "ffffffff-0000-4000-8000-000000000000", "orderLinkId": "someone-elses"}
    return Reply.of_json(answer, reply.headers)


def _ids_of(reply: Reply) -> list[str]:
    """Return the ids of the orders an answer names."""
    result = json.loads(reply.body).get("result") or {}
    rows: list[Row] = result.get("list", [result])
    return [str(one["orderId"]) for one in rows if one.get("orderId")]


def _page(status: int) -> Reply:
    return Reply(status, _PAGE, content_type="text/html")
